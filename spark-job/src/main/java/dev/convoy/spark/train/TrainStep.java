package dev.convoy.spark.train;

import dev.convoy.engine.sum.GradientSum;
import dev.convoy.spark.data.Dataset;
import dev.convoy.spark.data.PackedShard;
import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import scala.Function2;
import scala.collection.Iterator;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * One step on the cluster: broadcast the weights, have every partition add up the gradients of its
 * micro-batches, merge those sums, release the broadcast. The sums are exact, so the order in which
 * they arrive leaves no trace.
 */
final class TrainStep {
  private static final ClassTag<byte[]> BYTES = ClassTag$.MODULE$.apply(byte[].class);
  private static final ClassTag<PartialGradient> PART =
      ClassTag$.MODULE$.apply(PartialGradient.class);

  private final SparkContext spark;
  private final Dataset data;
  private final StepWork work;
  private final GradientSum sum;

  /** Size of one part's gradient; the longest seen once there was one. */
  private long partBytes;

  /** The gradient of a batch, added up, and where the time went. */
  static final class Outcome {
    /** Belongs to the {@link TrainStep}: good until its next step. */
    final GradientSum sum;

    /** Counts, loss, places and times of all parts. */
    final PartialGradient counts = new PartialGradient();

    /** Weights to bytes. */
    long encodeNanos;

    /** Handing the bytes to Spark. */
    long broadcastNanos;

    /** When the job was submitted, and when its last part had been merged. */
    long submitMicros;

    long lastMergedMicros;

    /** Adding up the parts that reached the driver. */
    long mergeNanos;

    /** From the last part until Spark gave control back. */
    long returnNanos;

    /** Releasing the broadcast. */
    long releaseNanos;

    /** Bytes of gradient that reached the driver, and of the longest part. */
    long resultBytes;

    long longestPart;

    private long lastMergedNanos;

    Outcome(GradientSum sum) {
      this.sum = sum;
    }

    void add(PartialGradient part) {
      long start = System.nanoTime();
      counts.addCounts(part);
      if (part.gradient != null) {
        resultBytes += part.gradient.length;
        longestPart = Math.max(longestPart, part.gradient.length);
        sum.decodeAndMerge(part.gradient);
      }
      lastMergedNanos = System.nanoTime();
      lastMergedMicros = PartialGradient.nowMicros();
      mergeNanos += lastMergedNanos - start;
    }
  }

  /** Spark calls this once for each part, one call at a time. */
  private static final class Merge extends AbstractFunction2<Object, PartialGradient, BoxedUnit> {
    private final Outcome outcome;

    Merge(Outcome outcome) {
      this.outcome = outcome;
    }

    @Override
    public BoxedUnit apply(Object partition, PartialGradient part) {
      outcome.add(part);
      return BoxedUnit.UNIT;
    }
  }

  /** Takes the only part of a partition of a {@link MergeTree}. */
  private static final class Only
      extends AbstractFunction2<TaskContext, Iterator<PartialGradient>, PartialGradient>
      implements Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public PartialGradient apply(TaskContext context, Iterator<PartialGradient> parts) {
      return parts.next();
    }
  }

  /**
   * @param parameters length of weights and gradient
   */
  TrainStep(SparkContext spark, Dataset data, StepWork work, int parameters) {
    this.spark = spark;
    this.data = data;
    this.work = work;
    this.sum = new GradientSum(parameters);
    this.partBytes = (long) Double.BYTES * parameters;
  }

  /** Adds up the gradient of step {@code step} at {@code weights}. */
  Outcome run(long step, float[] weights) {
    sum.clear();
    Outcome outcome = new Outcome(sum);
    long start = System.nanoTime();
    byte[] bytes = TaskBuffers.encode(weights);
    long encoded = System.nanoTime();
    Broadcast<byte[]> broadcast = spark.broadcast(bytes, BYTES);
    outcome.encodeNanos = encoded - start;
    outcome.broadcastNanos = System.nanoTime() - encoded;
    try {
      aggregate(work.task(step, broadcast), outcome);
    } finally {
      long done = System.nanoTime();
      outcome.returnNanos = done - outcome.lastMergedNanos;
      broadcast.destroy();
      outcome.releaseNanos = System.nanoTime() - done;
    }
    partBytes = Math.max(outcome.longestPart, 1);
    if (outcome.counts.badParameter < 0 && outcome.counts.examples != work.batchExamples(step)) {
      throw new TrainingException(
          "step "
              + step
              + ": got gradients of "
              + outcome.counts.examples
              + " examples, expected "
              + work.batchExamples(step));
    }
    return outcome;
  }

  /**
   * Merges in the driver while that is cheap: it is a tree of one level, for a third of
   * treeAggregate's cost. Else executors merge first.
   */
  private void aggregate(
      Function2<TaskContext, Iterator<PackedShard>, PartialGradient> task, Outcome outcome) {
    RDD<PackedShard> shards = data.shards();
    Merge merge = new Merge(outcome);
    outcome.submitMicros = PartialGradient.nowMicros();
    if (MergeTree.pays(shards.getNumPartitions(), partBytes)) {
      RDD<PartialGradient> tree = MergeTree.over(shards, task, sum.parameters(), partBytes);
      try {
        spark.runJob(tree, new Only(), merge, PART);
      } finally {
        tree.cleanShuffleDependencies(false);
      }
    } else {
      spark.runJob(shards, task, merge, PART);
    }
  }
}
