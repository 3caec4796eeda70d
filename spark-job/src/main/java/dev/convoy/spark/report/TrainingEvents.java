package dev.convoy.spark.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.convoy.spark.report.StepLines.StepLine;
import dev.convoy.spark.report.StepLines.ValidationLine;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainEvent.Finished;
import dev.convoy.spark.train.event.TrainEvent.Share;
import dev.convoy.spark.train.event.TrainEvent.Started;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * The tab's events under the names that stand in event logs of the first versions. Spark makes an
 * event of a log by the name of its class, so these must stay; nobody posts them any more.
 */
public final class TrainingEvents {
  private TrainingEvents() {}

  /**
   * Training began.
   *
   * @param run what was known of it, one flat object
   */
  public record Begun(String name, JsonNode run) implements SparkListenerEvent {
    /** The same as today's event has it. */
    public Started started() {
      List<String> layers = new ArrayList<>();
      run.path("layers").forEach(layer -> layers.add(layer.asText()));
      JsonNode data = run.path("data");
      return new Started(
          run.path("applicationId").asText(),
          run.path("parameters").asInt(),
          run.path("trainingExamples").asLong(),
          run.path("validationExamples").asLong(),
          new TrainEvent.Cut(
              run.path("shards").asInt(),
              run.path("partitions").asInt(),
              run.path("slots").asInt()),
          new TrainEvent.Course(
              run.path("firstStep").asLong(),
              run.path("totalSteps").asLong(),
              run.path("stepsPerEpoch").asLong(),
              run.path("epochs").asInt()),
          new TrainEvent.Data(
              data.path("examples").asLong(),
              data.path("classes").asInt(),
              data.path("shape").asText(),
              data.path("hash").asText()),
          layers);
    }
  }

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
