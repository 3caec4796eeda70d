package dev.convoy.spark.train;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkException;

/**
 * Tries a job again when it failed through the cluster, a bounded number of times, each told. Jobs
 * that failed through their own code are not tried again: they would fail in the same way.
 */
final class ClusterFailures {
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
  private final Events events;

  /**
   * @param stopped true once no job can run any more
   */
  ClusterFailures(BooleanSupplier stopped, Events events) {
    this.stopped = stopped;
    this.events = events;
  }

  /** Result of {@code job}, which starts from the weights in hand whenever it is called. */
  <T> T retry(long step, Supplier<T> job) {
    for (int attempt = 1; ; attempt++) {
      try {
        return job.get();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        // Scala throws checked exceptions that no signature mentions.
        if (!isClusterFailure(e) || stopped.getAsBoolean() || attempt == TRIES) {
          throw new TrainingException(
              "step " + step + ": the Spark job failed: " + firstLine(e), e);
        }
        events.post(
            new TrainEvent.Warned(
                step,
                "step "
                    + step
                    + " failed through the cluster and is tried again ("
                    + attempt
                    + " of "
                    + (TRIES - 1)
                    + "): "
                    + firstLine(e)));
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
