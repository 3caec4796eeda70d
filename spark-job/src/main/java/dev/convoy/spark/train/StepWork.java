package dev.convoy.spark.train;

import dev.convoy.spark.data.PackedShard;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import scala.Function2;
import scala.collection.Iterator;

/** What the tasks of a step do with their partition. */
interface StepWork {
  /** Examples that all tasks of {@code step} together must have seen. */
  int batchExamples(long step);

  /** The function that Spark ships to the tasks of {@code step}; small, and of a named class. */
  Function2<TaskContext, Iterator<PackedShard>, PartialGradient> task(
      long step, Broadcast<byte[]> weights);
}
