package dev.convoy.spark.report;

import dev.convoy.spark.report.StepLines.StepLine;
import dev.convoy.spark.report.StepLines.ValidationLine;
import dev.convoy.spark.train.event.TrainEvent.Finished;
import dev.convoy.spark.train.event.TrainEvent.Share;
import dev.convoy.spark.train.event.TrainEvent.Started;
import java.util.List;
import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * The tab's events under the names that stand in event logs of the first versions. Spark makes an
 * event of a log by the name of its class, so these must stay; nobody posts them any more.
 */
public final class TrainingEvents {
  private TrainingEvents() {}

  /** Training began. */
  public record Begun(String name, Started run) implements SparkListenerEvent {}

  /** Some steps were taken. */
  public record Progressed(List<StepLine> steps, List<Share> executors)
      implements SparkListenerEvent {}

  /** A pass over held-out data was done. */
  public record Validated(ValidationLine validation) implements SparkListenerEvent {}

  /** A checkpoint was written. */
  public record Saved(long step, String path, long millis) implements SparkListenerEvent {}

  /** Training was over. */
  public record Ended(Finished run) implements SparkListenerEvent {}
}
