package dev.convoy.spark.report.sparkui;

import dev.convoy.spark.report.StepLines.StepLine;
import dev.convoy.spark.report.StepLines.ValidationLine;
import dev.convoy.spark.train.event.TrainEvent.Finished;
import dev.convoy.spark.train.event.TrainEvent.Share;
import dev.convoy.spark.train.event.TrainEvent.Started;
import java.util.List;
import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * What a run tells Spark's listener bus, so that it stands in Spark's event log, as JSON under the
 * names of these classes. A History Server that has not our jar passes over them.
 */
public final class TabEvents {
  private TabEvents() {}

  /** Training begins. */
  public record Begun(String name, Started run) implements SparkListenerEvent {}

  /**
   * The steps since the last such event; at most two of them a second.
   *
   * @param executors who did how much of these steps
   */
  public record Progressed(List<StepLine> steps, List<Share> executors)
      implements SparkListenerEvent {}

  /** A pass over held-out data. */
  public record Validated(ValidationLine validation) implements SparkListenerEvent {}

  /**
   * A checkpoint was written.
   *
   * @param millis when, since 1970
   */
  public record Saved(long step, String path, long millis) implements SparkListenerEvent {}

  /** Training is over. */
  public record Ended(Finished run) implements SparkListenerEvent {}
}
