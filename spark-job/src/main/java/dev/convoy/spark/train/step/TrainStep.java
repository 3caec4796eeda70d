package dev.convoy.spark.train.step;

import dev.convoy.engine.sum.GradientSum;
import dev.convoy.spark.data.TaskSlots;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.data.shard.PackedShard;
import dev.convoy.spark.train.event.TrainingException;
import dev.convoy.spark.train.task.StepTask;
import dev.convoy.spark.train.task.StepWork;
import dev.convoy.spark.train.task.TaskBuffers;
import dev.convoy.spark.train.task.TaskResult;
import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * One step on the cluster: send the weights, have every partition add up the gradients of its
 * micro-batches, merge those sums. The sums are exact, so the order in which they arrive leaves no
 * trace.
 */
public final class TrainStep {
  private static final ClassTag<byte[]> BYTES = ClassTag$.MODULE$.apply(byte[].class);
  private static final ClassTag<TaskResult> PART = ClassTag$.MODULE$.apply(TaskResult.class);

  private final SparkContext spark;
  private final TrainingData data;
  private final StepWork work;
  private final GradientSum sum;

  /** 1, or those of the one task that works with all partitions. */
  private final int threads;

  /** Size of one part's gradient; the longest seen once there was one. */
  private long partBytes;

  /** The gradient of a batch, added up, and where the time went. */
  public static final class Outcome {
    /** Belongs to the {@link TrainStep}: good until its next step. */
    public final GradientSum sum;

    /** Counts, loss, places and times of all parts. */
    public final TaskResult counts = new TaskResult();

    /** Weights to bytes. */
    public long encodeNanos;

    /** Handing the bytes to Spark. */
    public long broadcastNanos;

    /** When the job was submitted, and when its last part had been merged. */
    public long submitMicros;

    public long lastMergedMicros;

    /** Adding up the parts that reached the driver. */
    public long mergeNanos;

    /** From the last part until Spark gave control back. */
    public long returnNanos;

    /** Releasing the broadcast. */
    public long releaseNanos;

    /** Bytes of gradient that reached the driver, and of the longest part. */
    public long resultBytes;

    public long longestPart;

    private long lastMergedNanos;

    Outcome(GradientSum sum) {
      this.sum = sum;
    }

    void add(TaskResult part) {
      long start = System.nanoTime();
      counts.addCounts(part);
      if (part.gradient != null) {
        resultBytes += part.gradient.length;
        longestPart = Math.max(longestPart, part.gradient.length);
        sum.decodeAndMerge(part.gradient);
      }
      lastMergedNanos = System.nanoTime();
      lastMergedMicros = TaskResult.nowMicros();
      mergeNanos += lastMergedNanos - start;
    }
  }

  /** Spark calls this once for each part, one call at a time. */
  private static final class Merge extends AbstractFunction2<Object, TaskResult, BoxedUnit> {
    private final Outcome outcome;

    Merge(Outcome outcome) {
      this.outcome = outcome;
    }

    @Override
    public BoxedUnit apply(Object partition, TaskResult part) {
      outcome.add(part);
      return BoxedUnit.UNIT;
    }
  }

  /**
   * Takes the only part of a partition of {@link StepRdd} or a {@link MergeTree}. A named class,
   * because Spark would search a lambda's class file in every step.
   */
  private static final class Only
      extends AbstractFunction2<TaskContext, Iterator<TaskResult>, TaskResult>
      implements Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public TaskResult apply(TaskContext context, Iterator<TaskResult> parts) {
      return parts.next();
    }
  }

  /**
   * A step of one task for each partition.
   *
   * @param parameters length of weights and gradient
   */
  public TrainStep(SparkContext spark, TrainingData data, StepWork work, int parameters) {
    this(spark, data, work, parameters, 1);
  }

  private TrainStep(
      SparkContext spark, TrainingData data, StepWork work, int parameters, int threads) {
    this.spark = spark;
    this.data = data;
    this.threads = threads;
    this.work = work;
    this.sum = new GradientSum(parameters);
    this.partBytes = (long) Double.BYTES * parameters;
  }

  /**
   * The steps of a job. Where all slots are in one JVM and all data is in its memory, a job that
   * does not ask for partitions has one task with a thread for each slot: one gradient then travels
   * and one task is scheduled in place of many. Data on disk is better read by many tasks.
   *
   * @param wanted partitions that the job asks for, or 0
   */
  public static TrainStep of(
      SparkContext spark, TrainingData data, int wanted, StepWork work, int parameters) {
    boolean together = wanted == 0 && spark.isLocal() && data.isInMemory();
    return new TrainStep(spark, data, work, parameters, together ? threads(spark) : 1);
  }

  /** Threads that all tasks that can run at once may have together. */
  public static int threads(SparkContext spark) {
    return TaskSlots.atOnce(spark) * TaskSlots.cores(spark);
  }

  /** The same kind of steps with other work. */
  public TrainStep with(StepWork other) {
    return new TrainStep(spark, data, other, sum.parameters(), threads);
  }

  /** Adds up the gradient of step {@code step} at {@code weights}. */
  public Outcome run(long step, float[] weights) {
    sum.clear();
    Outcome outcome = new Outcome(sum);
    long start = System.nanoTime();
    byte[] bytes = TaskBuffers.encode(weights);
    outcome.encodeNanos = System.nanoTime() - start;
    spark.setCallSite("step");
    try {
      aggregate(work.task(step), bytes, outcome);
    } finally {
      spark.clearCallSite();
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

  private void aggregate(StepTask task, byte[] weights, Outcome outcome) {
    if (StepWeights.fitTasks(spark, tasks(), weights.length)) {
      run(task, new StepWeights.InTask(weights), outcome);
      return;
    }
    long start = System.nanoTime();
    Broadcast<byte[]> broadcast = spark.broadcast(weights, BYTES);
    outcome.broadcastNanos = System.nanoTime() - start;
    try {
      run(task, new StepWeights.Sent(broadcast), outcome);
    } finally {
      long done = System.nanoTime();
      broadcast.destroy();
      outcome.releaseNanos = System.nanoTime() - done;
    }
  }

  /**
   * Merges in the driver while that is cheap: it is a tree of one level, for a third of
   * treeAggregate's cost. Else executors merge first.
   */
  private void run(StepTask task, StepWeights weights, Outcome outcome) {
    RDD<TaskResult> parts = new StepRdd(shards(), task, threads, weights);
    outcome.submitMicros = TaskResult.nowMicros();
    if (MergeTree.pays(tasks(), partBytes)) {
      RDD<TaskResult> tree = MergeTree.over(parts, sum.parameters(), partBytes);
      try {
        spark.runJob(tree, new Only(), new Merge(outcome), PART);
      } finally {
        tree.cleanShuffleDependencies(false);
      }
    } else {
      spark.runJob(parts, new Only(), new Merge(outcome), PART);
    }
    outcome.returnNanos = System.nanoTime() - outcome.lastMergedNanos;
  }

  private RDD<PackedShard> shards() {
    return threads > 1 ? data.cut().together() : data.shards();
  }

  /** Tasks of a step. */
  public int tasks() {
    return shards().getNumPartitions();
  }
}
