package dev.convoy.spark.train;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.spark.SparkException;

/**
 * Tries a job again when it failed through the cluster, a bounded number of times, each told. Jobs
 * that failed through their own code are not tried again: they would fail in the same way.
 */
final class ClusterFailures {
  /** Tries of one job before giving up. */
  private static final int TRIES = 4;

  private static final String[] SIGNS = {
    "ExecutorLostFailure",
    "FetchFailed",
    "TaskResultLost",
    "result lost from block manager",
    "Failed to get broadcast_",
    "ResultStage has failed the maximum allowable number of times"
  };

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
    int trace = message.indexOf("\nDriver stacktrace");
    String reason = trace < 0 ? message : message.substring(0, trace);
    for (String sign : SIGNS) {
      if (reason.contains(sign)) {
        return true;
      }
    }
    return false;
  }

  private static String firstLine(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
