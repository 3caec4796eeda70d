package dev.convoy.spark.train;

import dev.convoy.spark.data.PackedShard;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import scala.Function2;
import scala.collection.Iterator;

/**
 * The work of training: the gradient of a batch.
 *
 * @param model text form of the model
 * @param plan which examples stand in which step
 * @param micro most examples in a micro-batch
 * @param seed keys dropout
 */
record GradientWork(String model, BatchPlan plan, int micro, long seed) implements StepWork {
  @Override
  public int batchExamples(long step) {
    return plan.batchExamples(step);
  }

  @Override
  public Function2<TaskContext, Iterator<PackedShard>, PartialGradient> task(
      long step, Broadcast<byte[]> weights) {
    return new GradientTask(model, plan, micro, seed, step, weights);
  }
}
