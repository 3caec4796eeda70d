package dev.convoy.spark.train.step;

import dev.convoy.engine.sum.GradientSum;
import dev.convoy.spark.train.task.TaskResult;

/**
 * The gradient of a batch, added up.
 *
 * @param sum belongs to the {@link TrainStep}: valid until its next step; empty if a gradient was
 *     out of range
 * @param counts examples, loss, tasks and trouble, of all tasks together
 * @param times where the time went
 * @param resultBytes of gradient that reached the driver
 */
public record StepResult(GradientSum sum, TaskResult counts, StepTimes times, long resultBytes) {
  /** When the first task began, by its executor's clock, in microseconds since 1970. */
  public long firstTaskMicros() {
    return counts.beginMicros();
  }

  /** When the last task ended, likewise. */
  public long lastTaskEndMicros() {
    return counts.endMicros();
  }
}
