package dev.convoy.spark.train.task;

import dev.convoy.spark.data.shard.PackedShard;
import java.io.Serializable;
import java.util.function.Supplier;
import org.apache.spark.TaskContext;
import scala.collection.Iterator;

/**
 * What the tasks of a step do with their partitions. Without state and side effects: a task may run
 * twice, be tried again or be dropped.
 */
public interface StepWork extends Serializable {
  /** Examples that all tasks of {@code step} together must have seen. */
  int batchExamples(long step);

  /** Does the part of {@code step} that lies in one task's partition. */
  TaskResult run(long step, Input input);

  /**
   * What one task works on.
   *
   * @param context of Spark's task
   * @param threads that the task may use, its own included
   * @param shards of the task's partition
   * @param weights little-endian floats; the first call may fetch them, so the task's own thread
   *     makes it
   */
  record Input(
      TaskContext context, int threads, Iterator<PackedShard> shards, Supplier<byte[]> weights) {}
}
