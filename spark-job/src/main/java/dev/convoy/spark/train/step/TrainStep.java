package dev.convoy.spark.train.step;

import dev.convoy.engine.sum.GradientSum;
import dev.convoy.spark.data.TaskSlots;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.data.shard.PackedShard;
import dev.convoy.spark.interop.ScalaTypes;
import dev.convoy.spark.interop.TaskFunction;
import dev.convoy.spark.train.event.TrainingException;
import dev.convoy.spark.train.task.EmptyWork;
import dev.convoy.spark.train.task.StepWork;
import dev.convoy.spark.train.task.TaskBuffers;
import dev.convoy.spark.train.task.TaskResult;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;
import scala.reflect.ClassTag;

/**
 * One step on the cluster: sends the weights, has every partition add up the gradients of its
 * micro-batches, merges those sums. The sums are exact, so the order in which they arrive leaves no
 * trace. Runs on the driver.
 */
public final class TrainStep {
  private static final ClassTag<byte[]> BYTES = ScalaTypes.tag(byte[].class);
  private static final ClassTag<TaskResult> RESULT = ScalaTypes.tag(TaskResult.class);

  private final SparkContext spark;
  private final TrainingData data;
  private final StepWork work;
  private final GradientSum sum;

  /** 1, or the threads of the one task that works on all partitions. */
  private final int threads;

  /** Size of one task's gradient; the longest seen once there was one. */
  private long gradientBytes;

  private TrainStep(
      SparkContext spark, TrainingData data, StepWork work, int parameters, int threads) {
    this.spark = spark;
    this.data = data;
    this.threads = threads;
    this.work = work;
    this.sum = new GradientSum(parameters);
    this.gradientBytes = (long) Double.BYTES * parameters;
  }

  /** Adds up the gradient of step {@code step} at {@code weights}. */
  public StepResult run(long step, float[] weights) {
    sum.clear();
    spark.setCallSite("step");
    try {
      StepResult result = send(step, weights);
      expectWholeBatch(step, result.counts());
      return result;
    } finally {
      spark.clearCallSite();
    }
  }

  /** Sends the weights in the tasks, or by a broadcast that is released after the step. */
  private StepResult send(long step, float[] weights) {
    long start = System.nanoTime();
    byte[] bytes = TaskBuffers.encode(weights);
    long encoded = System.nanoTime();
    ResultMerger merger = new ResultMerger(sum);
    if (StepWeights.fitTasks(spark, tasks(), bytes.length)) {
      Aggregation done = aggregate(step, new StepWeights.InTask(bytes), merger);
      return result(merger, done, encoded - start, 0, 0);
    }
    Broadcast<byte[]> broadcast = spark.broadcast(bytes, BYTES);
    long sent = System.nanoTime();
    Aggregation done;
    long release;
    try {
      done = aggregate(step, new StepWeights.Sent(broadcast), merger);
    } finally {
      release = System.nanoTime();
      broadcast.destroy();
    }
    long released = System.nanoTime();
    return result(merger, done, encoded - start, sent - encoded, released - release);
  }

  /** When the job of a step was submitted, and how long Spark took to return after its end. */
  private record Aggregation(long submitMicros, long returnNanos) {}

  /**
   * Merges in the driver while that is cheap: it is a tree of one level, for a third of
   * treeAggregate's cost. Else executors merge first.
   */
  private Aggregation aggregate(long step, StepWeights weights, ResultMerger merger) {
    RDD<TaskResult> results = new StepRdd(shards(), work, step, threads, weights);
    long submitMicros = TaskResult.nowMicros();
    if (MergeTree.pays(tasks(), gradientBytes)) {
      RDD<TaskResult> tree = MergeTree.over(results, sum.parameters(), gradientBytes);
      try {
        spark.runJob(tree, new OnlyResult(), merger, RESULT);
      } finally {
        tree.cleanShuffleDependencies(false);
      }
    } else {
      spark.runJob(results, new OnlyResult(), merger, RESULT);
    }
    return new Aggregation(submitMicros, System.nanoTime() - merger.lastMergedNanos());
  }

  private StepResult result(
      ResultMerger merger, Aggregation done, long encode, long broadcast, long release) {
    gradientBytes = Math.max(merger.longestResult(), 1);
    StepTimes times =
        new StepTimes(
            encode,
            broadcast,
            done.submitMicros(),
            merger.lastMergedMicros(),
            merger.mergeNanos(),
            done.returnNanos(),
            release);
    return new StepResult(sum, merger.counts(), times, merger.resultBytes());
  }

  private void expectWholeBatch(long step, TaskResult counts) {
    if (counts.outOfRange().isEmpty() && counts.examples() != work.batchExamples(step)) {
      throw new TrainingException(
          "step "
              + step
              + ": got gradients of "
              + counts.examples()
              + " examples, expected "
              + work.batchExamples(step));
    }
  }

  /** Takes the only result of a partition of {@link StepRdd} or a {@link MergeTree}. */
  private static final class OnlyResult extends TaskFunction<TaskResult, TaskResult> {
    private static final long serialVersionUID = 1L;

    @Override
    public TaskResult apply(TaskContext context, Iterator<TaskResult> results) {
      return results.next();
    }
  }

  private RDD<PackedShard> shards() {
    return threads > 1 ? data.cut().together() : data.shards();
  }

  /**
   * Steps of one task for each partition.
   *
   * @param parameters length of weights and gradient
   */
  public static TrainStep perPartition(
      SparkContext spark, TrainingData data, StepWork work, int parameters) {
    return new TrainStep(spark, data, work, parameters, 1);
  }

  /**
   * The steps of a job. Where all slots are in one JVM and all data is in its memory, a job that
   * does not ask for partitions has one task with a thread for each slot: one gradient then travels
   * and one task is scheduled in place of many. Data on disk is better read by many tasks.
   *
   * @param partitions that the job asks for, or 0
   */
  public static TrainStep of(
      SparkContext spark, TrainingData data, int partitions, StepWork work, int parameters) {
    boolean together = partitions == 0 && spark.isLocal() && data.isInMemory();
    return new TrainStep(spark, data, work, parameters, together ? threads(spark) : 1);
  }

  /**
   * Steps of one task for each partition that send weights and gradients of full size and compute
   * nothing, for benchmarks.
   *
   * @param tasks partitions of {@code data}
   */
  public static TrainStep empty(SparkContext spark, TrainingData data, int parameters, int tasks) {
    return perPartition(spark, data, new EmptyWork(parameters, tasks), parameters);
  }

  /** Steps as these that send weights and gradients of full size and compute nothing. */
  public TrainStep withoutWork() {
    return with(new EmptyWork(sum.parameters(), tasks()));
  }

  /** Steps as these with other work. */
  TrainStep with(StepWork other) {
    return new TrainStep(spark, data, other, sum.parameters(), threads);
  }

  /** Threads that all tasks that can run at once have together. */
  public static int threads(SparkContext spark) {
    return TaskSlots.atOnce(spark) * TaskSlots.cores(spark);
  }

  /** Tasks of a step. */
  public int tasks() {
    return shards().getNumPartitions();
  }
}
