package dev.convoy.spark.train.task;

/**
 * The work of training: the gradient of a batch.
 *
 * @param model text form of the model
 * @param plan which examples stand in which step
 * @param micro most examples in a micro-batch
 * @param seed keys dropout
 */
public record GradientWork(String model, BatchPlan plan, int micro, long seed) implements StepWork {
  @Override
  public int batchExamples(long step) {
    return plan.batchExamples(step);
  }

  @Override
  public StepTask task(long step) {
    return new GradientTask(this, step);
  }
}
