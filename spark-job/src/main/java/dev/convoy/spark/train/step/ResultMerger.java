package dev.convoy.spark.train.step;

import dev.convoy.engine.sum.GradientSum;
import dev.convoy.spark.interop.ResultHandler;
import dev.convoy.spark.train.task.TaskResult;

/** Adds up the results of a step's tasks on the driver, as they arrive. */
final class ResultMerger extends ResultHandler<TaskResult> {
  private final GradientSum sum;
  private final TaskResult counts = new TaskResult();
  private long mergeNanos;
  private long lastMergedNanos;
  private long lastMergedMicros;
  private long resultBytes;
  private long longestResult;

  ResultMerger(GradientSum sum) {
    this.sum = sum;
  }

  @Override
  protected void handle(TaskResult result) {
    long start = System.nanoTime();
    counts.addCounts(result);
    byte[] gradient = result.gradient();
    if (gradient != null) {
      resultBytes += gradient.length;
      longestResult = Math.max(longestResult, gradient.length);
      sum.decodeAndMerge(gradient);
    }
    lastMergedNanos = System.nanoTime();
    lastMergedMicros = TaskResult.nowMicros();
    mergeNanos += lastMergedNanos - start;
  }

  TaskResult counts() {
    return counts;
  }

  long mergeNanos() {
    return mergeNanos;
  }

  long lastMergedNanos() {
    return lastMergedNanos;
  }

  long lastMergedMicros() {
    return lastMergedMicros;
  }

  long resultBytes() {
    return resultBytes;
  }

  /** Bytes of the longest gradient of one task. */
  long longestResult() {
    return longestResult;
  }
}
