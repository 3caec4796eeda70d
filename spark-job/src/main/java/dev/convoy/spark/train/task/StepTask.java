package dev.convoy.spark.train.task;

import dev.convoy.spark.data.shard.PackedShard;
import java.io.Serializable;
import java.util.function.Supplier;
import org.apache.spark.TaskContext;
import scala.collection.Iterator;

/**
 * What one task of a step does with its partition. Without state and side effects: it may run
 * twice, be tried again or be dropped.
 */
public interface StepTask extends Serializable {
  /**
   * Adds up the gradients of a partition.
   *
   * @param threads that the task may have, its own included
   * @param weights as bytes; the first call may fetch them, so it belongs in the task's own thread
   */
  TaskResult run(
      TaskContext context, int threads, Iterator<PackedShard> shards, Supplier<byte[]> weights);
}
