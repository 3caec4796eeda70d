package dev.convoy.spark.train.cluster;

import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainingException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkException;

/**
 * Tries a job again when it failed through the cluster, a bounded number of times, each told. Jobs
 * that failed through their own code are not tried again: they would fail in the same way.
 */
public final class ClusterFailures {
  /** Tries of one job before giving up. */
  private static final int TRIES = 4;

  /**
   * What Spark says when a stage lost its blocks too often. Nothing that a task says may stand
   * before.
   */
  private static final Pattern BLOCKS_LOST =
      Pattern.compile(
          "\\A[^:\n]*: (?:Result|ShuffleMap)Stage \\d+ \\([^\n]*?\\) has failed the maximum allowable"
              + " number of times");

  /** What Spark says of the task that was lost last, up to the reason. */
  private static final Pattern TASK =
      Pattern.compile(
          "\\A[^\n]*? most recent failure: Lost task [^\n]*?\\(TID \\d+\\) \\([^)\n]*\\): ");

  /** Reasons that are not a task's own code; what a task throws begins with its class. */
  private static final Pattern LOST =
      Pattern.compile(
          "\\A(?:ExecutorLostFailure|FetchFailed|TaskResultLost"
              + "|(?:java\\.[\\w.]+: )*org\\.apache\\.spark\\.SparkException: [^\n]*?"
              + "Failed to get broadcast_)");

  private final BooleanSupplier stopped;
  private final Consumer<TrainEvent.Warned> told;

  /**
   * @param stopped true once no job can run any more
   * @param told of every failure that is followed by another try
   */
  public ClusterFailures(BooleanSupplier stopped, Consumer<TrainEvent.Warned> told) {
    this.stopped = stopped;
    this.told = told;
  }

  /**
   * Result of {@code job}, which must begin anew whenever it is called.
   *
   * @param what the job is, for messages, such as {@code step 12}
   * @param step at which it runs, 0 before the first
   * @throws TrainingException if it failed through Spark, once too often or for a task's own reason
   */
  public <T> T retry(String what, long step, Supplier<T> job) {
    for (int attempt = 1; ; attempt++) {
      try {
        return job.get();
      } catch (Exception e) {
        // Scala throws checked exceptions that no signature mentions.
        Throwable sparks = e instanceof RuntimeException ? e.getCause() : e;
        boolean again = isClusterFailure(sparks) && !stopped.getAsBoolean() && attempt < TRIES;
        if (!again && e instanceof RuntimeException own && !isClusterFailure(sparks)) {
          throw own;
        }
        if (!again) {
          throw new TrainingException(what + ": the Spark job failed: " + firstLine(sparks), e);
        }
        told.accept(
            new TrainEvent.Warned(
                step,
                what
                    + " failed through the cluster and is tried again ("
                    + attempt
                    + " of "
                    + (TRIES - 1)
                    + "): "
                    + firstLine(sparks)));
      }
    }
  }

  /** True if executors or their blocks were lost, rather than a task's own code failing. */
  static boolean isClusterFailure(Throwable failure) {
    if (!(failure instanceof SparkException) || failure.getMessage() == null) {
      return false;
    }
    String message = failure.getMessage();
    if (BLOCKS_LOST.matcher(message).find()) {
      return true;
    }
    Matcher task = TASK.matcher(message);
    return task.find() && LOST.matcher(message.substring(task.end())).find();
  }

  private static String firstLine(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
