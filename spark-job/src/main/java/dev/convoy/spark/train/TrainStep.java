package dev.convoy.spark.train;

import dev.convoy.engine.sum.GradientSum;
import dev.convoy.spark.data.Dataset;
import dev.convoy.spark.data.PackedShard;
import org.apache.spark.SparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
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
  private final String model;
  private final BatchPlan plan;
  private final int micro;
  private final long seed;
  private final GradientSum sum;

  /** The gradient of a batch, added up. Times in nanoseconds. */
  static final class Outcome {
    /** Belongs to the {@link TrainStep}: good until its next step. */
    final GradientSum sum;

    /** Counts, loss and the longest times of all parts. */
    final PartialGradient counts = new PartialGradient();

    /** Executor that each partition ran on. */
    final String[] executors;

    long broadcastNanos;
    long mergeNanos;
    long resultBytes;

    Outcome(GradientSum sum, int partitions) {
      this.sum = sum;
      this.executors = new String[partitions];
    }

    void add(int partition, PartialGradient part) {
      long start = System.nanoTime();
      executors[partition] = part.executor;
      counts.addCounts(part);
      if (part.gradient != null) {
        resultBytes += part.gradient.length;
        sum.decodeAndMerge(part.gradient);
      }
      mergeNanos += System.nanoTime() - start;
    }
  }

  /** Spark calls this once for each partition, one call at a time. */
  private static final class Merge extends AbstractFunction2<Object, PartialGradient, BoxedUnit> {
    private final Outcome outcome;

    Merge(Outcome outcome) {
      this.outcome = outcome;
    }

    @Override
    public BoxedUnit apply(Object partition, PartialGradient part) {
      outcome.add((Integer) partition, part);
      return BoxedUnit.UNIT;
    }
  }

  /**
   * @param model text form of the model
   * @param parameters of the model
   */
  TrainStep(
      SparkContext spark,
      Dataset data,
      String model,
      int parameters,
      BatchPlan plan,
      int micro,
      long seed) {
    this.spark = spark;
    this.data = data;
    this.model = model;
    this.plan = plan;
    this.micro = micro;
    this.seed = seed;
    this.sum = new GradientSum(parameters);
  }

  /** Adds up the gradient of step {@code step} at {@code weights}. */
  Outcome run(long step, float[] weights) {
    RDD<PackedShard> shards = data.shards();
    sum.clear();
    Outcome outcome = new Outcome(sum, shards.getNumPartitions());
    long start = System.nanoTime();
    Broadcast<byte[]> broadcast = spark.broadcast(TaskBuffers.encode(weights), BYTES);
    outcome.broadcastNanos = System.nanoTime() - start;
    try {
      GradientTask task = new GradientTask(model, plan, micro, seed, step, broadcast);
      spark.runJob(shards, task, new Merge(outcome), PART);
    } finally {
      broadcast.destroy();
    }
    if (outcome.counts.badParameter < 0 && outcome.counts.examples != plan.batchExamples(step)) {
      throw new TrainingException(
          "step "
              + step
              + ": got gradients of "
              + outcome.counts.examples
              + " examples, expected "
              + plan.batchExamples(step));
    }
    return outcome;
  }
}
