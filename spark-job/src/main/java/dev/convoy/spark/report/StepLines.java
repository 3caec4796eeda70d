package dev.convoy.spark.report;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainEvent.Evaluated;
import dev.convoy.spark.train.event.TrainEvent.Finished;
import dev.convoy.spark.train.event.TrainEvent.Started;
import dev.convoy.spark.train.event.TrainEvent.Step;
import dev.convoy.spark.train.event.TrainEvent.StepTimes;
import dev.convoy.spark.train.event.TrainListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Writes {@code metrics.jsonl}, one JSON object a line and a line a step (see {@link StepLine}),
 * and {@code validations.jsonl}, a line a validation (see {@link ValidationLine}). Lines are handed
 * to the file system once a second, so that a watcher sees them, and before every checkpoint.
 */
public final class StepLines implements TrainListener, AutoCloseable {
  private static final long FLUSH_NANOS = 1_000_000_000L;
  private static final ObjectMapper LENIENT =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /**
   * One step. In a file it is one flat object.
   *
   * @param step from 1, without gaps
   * @param epoch from 1
   * @param score of the weights before the update
   * @param learningRate of this step
   * @param gradientNorm Euclidean, of the mean gradient, before clipping
   * @param times {@code seconds} and its parts
   * @param layers norms of each layer
   */
  public record StepLine(
      long step,
      int epoch,
      @JsonUnwrapped LineScore score,
      float learningRate,
      double gradientNorm,
      @JsonUnwrapped StepTimes times,
      @JsonUnwrapped LayerNorms layers) {

    /** Examples in the batch. */
    public int examples() {
      return score.examples();
    }

    /** Mean over the examples, before the update. */
    public double loss() {
      return score.loss();
    }

    /** Share of the examples classified right, before the update. */
    public double accuracy() {
      return score.accuracy();
    }

    /** The line of an event. */
    public static StepLine of(Step step) {
      return new StepLine(
          step.step(),
          step.epoch(),
          new LineScore(step.examples(), step.loss(), step.correct() / (double) step.examples()),
          step.learningRate(),
          step.norms().gradient(),
          step.times(),
          new LayerNorms(step.norms().gradients(), step.norms().weights()));
    }

    /** Reads a flat object; what it leaves out is 0 or empty. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static StepLine read(JsonNode line) {
      return new StepLine(
          line.path("step").asLong(),
          line.path("epoch").asInt(),
          LENIENT.convertValue(line, LineScore.class),
          (float) line.path("learningRate").asDouble(),
          line.path("gradientNorm").asDouble(),
          LENIENT.convertValue(line, StepTimes.class),
          LENIENT.convertValue(line, LayerNorms.class));
    }
  }

  /**
   * How a step's batch was answered.
   *
   * @param loss mean over the examples
   * @param accuracy share of the examples classified right
   */
  public record LineScore(int examples, double loss, double accuracy) {}

  /**
   * Euclidean norms of each layer.
   *
   * @param gradientNorms a value for each layer that has parameters, in the model's order
   * @param weightNorms likewise, after the update
   */
  public record LayerNorms(List<Float> gradientNorms, List<Float> weightNorms) {
    /** Norms may be missing in a file. */
    public LayerNorms {
      gradientNorms = gradientNorms == null ? List.of() : List.copyOf(gradientNorms);
      weightNorms = weightNorms == null ? List.of() : List.copyOf(weightNorms);
    }
  }

  /** One pass over held-out data after {@code step} steps. */
  public record ValidationLine(
      String dataset,
      long step,
      int epoch,
      long examples,
      double loss,
      double accuracy,
      double seconds,
      boolean best) {
    /** The line of an event. */
    public static ValidationLine of(Evaluated e) {
      return new ValidationLine(
          e.dataset(),
          e.step(),
          e.epoch(),
          e.examples(),
          e.loss(),
          e.accuracy(),
          e.seconds(),
          e.best());
    }
  }

  /** Opens the two files. */
  public interface Opener {
    /**
     * @param name {@code metrics.jsonl} or {@code validations.jsonl}
     * @param firstStep lines of an earlier run from this step on are to be dropped
     */
    Writer open(String name, long firstStep) throws IOException;
  }

  /** JSON Schema of a line of {@code metrics.jsonl}. */
  public static String schema() {
    return WebResources.text("metrics.schema.json");
  }

  private final ObjectMapper json = new ObjectMapper();
  private final Opener opener;
  private final LongSupplier nanoTime;
  private Writer steps;
  private Writer validations;
  private long flushed;

  /** Lines that go to writers that {@code opener} opens. */
  public StepLines(Opener opener, LongSupplier nanoTime) {
    this.opener = opener;
    this.nanoTime = nanoTime;
  }

  @Override
  public void on(TrainEvent event) {
    try {
      if (event instanceof Started started) {
        close();
        steps = opener.open("metrics.jsonl", started.course().firstStep());
        validations = opener.open("validations.jsonl", started.course().firstStep());
        flushed = nanoTime.getAsLong();
      } else if (event instanceof Step step && steps != null) {
        write(steps, StepLine.of(step));
      } else if (event instanceof Evaluated e && validations != null) {
        write(validations, ValidationLine.of(e));
      } else if (event instanceof Finished) {
        close();
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private void write(Writer writer, Object line) throws IOException {
    writer.write(json.writeValueAsString(line));
    writer.write('\n');
    if (nanoTime.getAsLong() - flushed > FLUSH_NANOS) {
      flush();
    }
  }

  @Override
  public void flush() {
    if (steps == null) {
      return;
    }
    try {
      steps.flush();
      validations.flush();
    } catch (IOException e) {
      throw unwritable(e);
    }
    flushed = nanoTime.getAsLong();
  }

  private static UncheckedIOException unwritable(IOException e) {
    return new UncheckedIOException("metrics: cannot be written: " + e.getMessage(), e);
  }

  @Override
  public void close() throws IOException {
    Writer first = steps;
    Writer second = validations;
    steps = null;
    validations = null;
    try (first;
        second) {
      // both are closed, whatever happens to one
    }
  }
}
