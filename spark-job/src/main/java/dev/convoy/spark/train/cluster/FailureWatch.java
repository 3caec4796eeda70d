package dev.convoy.spark.train.cluster;

import dev.convoy.engine.data.DataException;
import dev.convoy.spark.train.event.EventQueue;
import dev.convoy.spark.train.event.TrainEvent;
import java.util.function.LongSupplier;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * Tells, in a line each, of executors that were lost and of tasks that failed: Spark tries them
 * again, and if that succeeds nobody else says what is wrong with a machine.
 */
public final class FailureWatch extends SparkListener implements AutoCloseable {
  /** One broken disk may fail thousands of tasks. */
  private static final int MOST_TASKS = 10;

  private final SparkContext spark;
  private final EventQueue events;
  private final LongSupplier step;
  private int tasks;

  /**
   * @param step that is going on
   */
  public FailureWatch(SparkContext spark, EventQueue events, LongSupplier step) {
    this.spark = spark;
    this.events = events;
    this.step = step;
    try {
      spark.addSparkListener(this);
    } catch (IllegalStateException e) {
      // Spark tells its listeners nothing more; training needs none.
      events.post(new TrainEvent.Warned(0, "failures are not told: " + e.getMessage()));
    }
  }

  @Override
  public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    warn(
        "executor "
            + removed.executorId()
            + " is gone ("
            + removed.reason()
            + "); what it had to do is done elsewhere");
  }

  /** Bad data ends the job, with a message of its own. */
  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    if (end.reason() instanceof ExceptionFailure failure
        && !failure.className().equals(DataException.class.getName())
        && ++tasks <= MOST_TASKS) {
      String description = failure.description() == null ? "" : failure.description();
      warn(
          "a task failed on executor "
              + end.taskInfo().executorId()
              + ": "
              + failure.className()
              + description.lines().findFirst().map(line -> ": " + line).orElse("")
              + (tasks == MOST_TASKS ? "; further ones are not reported" : ""));
    }
  }

  private void warn(String text) {
    events.post(new TrainEvent.Warned(step.getAsLong(), text));
  }

  @Override
  public void close() {
    spark.removeSparkListener(this);
  }
}
