package dev.convoy.spark.train.task;

import java.io.Serializable;

/** What the tasks of a step do with their partition. */
public interface StepWork extends Serializable {
  /** Examples that all tasks of {@code step} together must have seen. */
  int batchExamples(long step);

  /** What Spark ships to the tasks of {@code step}; small. */
  StepTask task(long step);
}
