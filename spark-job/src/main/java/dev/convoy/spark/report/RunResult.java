package dev.convoy.spark.report;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.spark.train.event.Evaluation;
import dev.convoy.spark.train.event.StopReason;
import dev.convoy.spark.train.event.TrainEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a run ended: {@code result.json}, and the last block on the console. What was not measured is
 * empty, and left out of both.
 *
 * @param test of the final weights
 * @param validation the last one
 * @param weights what was trained
 * @param ending how and when
 * @param shares where the time went
 * @param costs of a step
 * @param data what identifies the training set
 * @param versions what ran
 */
public record RunResult(
    Optional<Score> test,
    Optional<Score> validation,
    Weights weights,
    Ending ending,
    TimeShares shares,
    Costs costs,
    Optional<TrainEvent.Data> data,
    Versions versions) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * An evaluation of all examples of a set.
   *
   * @param accuracy share of the examples classified right
   * @param loss mean over the examples
   * @param examples in the set
   */
  public record Score(double accuracy, double loss, long examples) {
    static Score of(Evaluation evaluation) {
      return new Score(evaluation.accuracy(), evaluation.loss(), evaluation.examples());
    }
  }

  /**
   * What was trained.
   *
   * @param sha256 of the final weights, as the engine's {@code WeightsHash} says
   * @param parameters values that were trained
   */
  public record Weights(String sha256, int parameters) {}

  /**
   * How a run ended.
   *
   * @param steps since the very first start
   * @param reason why it ended
   * @param seconds from the first step to the last, of this process
   * @param examplesPerSecond training examples in those seconds
   */
  public record Ending(long steps, StopReason reason, double seconds, double examplesPerSecond) {}

  /**
   * Shares of the time, 0 to 1.
   *
   * @param compute in the engine
   * @param spark moving and scheduling
   * @param driver merging and updating
   */
  public record TimeShares(double compute, double spark, double driver) {}

  /**
   * What a step costs.
   *
   * @param predicted before the first one
   * @param measured mean over this process's steps
   */
  public record Costs(Optional<StepCost> predicted, Optional<StepCost> measured) {}

  /** What ran. {@code kernels} is the engine's provider, vector or scalar. */
  public record Versions(
      String convoy, String spark, String scala, String java, String kernels, String os) {
    private static final Versions UNKNOWN = new Versions("", "", "", "", "", "");
  }

  /**
   * What a step costs.
   *
   * @param computeMillis in the engine, in the slowest task
   * @param overheadMillis everything else
   */
  public record StepCost(double examplesPerSecond, double computeMillis, double overheadMillis) {
    private String text() {
      return String.format(
          Locale.ROOT,
          "%.1f ms compute + %.1f ms overhead, %s examples/s",
          computeMillis,
          overheadMillis,
          Figures.rate(examplesPerSecond));
    }
  }

  /** The text of {@code result.json}. */
  public String toJson() {
    try {
      return JSON.writeValueAsString(tree()) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("result: cannot be written as JSON", e);
    }
  }

  /** The same as a tree; a flat object, whose fields scripts rely on. */
  @JsonValue
  ObjectNode tree() {
    ObjectNode tree = JSON.createObjectNode();
    test.ifPresent(score -> put(tree, "test", score));
    validation.ifPresent(score -> put(tree, "validation", score));
    tree.put("weightsSha256", weights.sha256());
    tree.put("steps", ending.steps());
    tree.put("reason", ending.reason().toString());
    tree.put("seconds", ending.seconds());
    tree.put("examplesPerSecond", ending.examplesPerSecond());
    tree.put("computeShare", shares.compute());
    tree.put("sparkShare", shares.spark());
    tree.put("driverShare", shares.driver());
    costs.predicted().ifPresent(cost -> tree.set("predicted", JSON.valueToTree(cost)));
    costs.measured().ifPresent(cost -> tree.set("measured", JSON.valueToTree(cost)));
    tree.put("parameters", weights.parameters());
    data.ifPresent(found -> tree.set("data", JSON.valueToTree(found)));
    tree.set("versions", JSON.valueToTree(versions));
    return tree;
  }

  private static void put(ObjectNode tree, String what, Score score) {
    tree.put(what + "Accuracy", score.accuracy());
    tree.put(what + "Loss", score.loss());
    tree.put(what + "Examples", score.examples());
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws InvalidInputException if it is no such text
   */
  public static RunResult fromJson(String text) {
    try {
      JsonNode tree = JSON.readTree(text);
      return new RunResult(
          score(tree, "test"),
          score(tree, "validation"),
          new Weights(tree.path("weightsSha256").asText(), tree.path("parameters").asInt()),
          new Ending(
              tree.path("steps").asLong(),
              reason(tree),
              tree.path("seconds").asDouble(),
              tree.path("examplesPerSecond").asDouble()),
          new TimeShares(
              tree.path("computeShare").asDouble(),
              tree.path("sparkShare").asDouble(),
              tree.path("driverShare").asDouble()),
          new Costs(
              part(tree, "predicted", StepCost.class), part(tree, "measured", StepCost.class)),
          part(tree, "data", TrainEvent.Data.class),
          part(tree, "versions", Versions.class).orElse(Versions.UNKNOWN));
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          "result.json: got " + e.getOriginalMessage() + ", expected the result of a run", e);
    }
  }

  private static StopReason reason(JsonNode tree) {
    String text = tree.path("reason").asText();
    return Arrays.stream(StopReason.values())
        .filter(reason -> reason.toString().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "result.json: reason: got '"
                        + text
                        + "', expected one of "
                        + Arrays.toString(StopReason.values())));
  }

  private static Optional<Score> score(JsonNode tree, String what) {
    return tree.has(what + "Accuracy")
        ? Optional.of(
            new Score(
                tree.path(what + "Accuracy").asDouble(),
                tree.path(what + "Loss").asDouble(),
                tree.path(what + "Examples").asLong()))
        : Optional.empty();
  }

  private static <T> Optional<T> part(JsonNode tree, String name, Class<T> type)
      throws JsonProcessingException {
    return tree.has(name) ? Optional.of(JSON.treeToValue(tree.get(name), type)) : Optional.empty();
  }

  /**
   * The last block on the console; fits a screen.
   *
   * @param output folder with the run's files, or null
   * @param report path of the run's page, or null
   * @param next commands that a user may want to run now
   */
  public String toText(String output, String report, List<String> next) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "done: "
            + Figures.count(ending.steps())
            + " steps ("
            + ending.reason().words()
            + ") in "
            + Figures.duration(ending.seconds())
            + ", "
            + Figures.rate(ending.examplesPerSecond())
            + " examples/s");
    test.ifPresent(score -> lines.add(line("test accuracy", score)));
    validation.ifPresent(score -> lines.add(line("validation", score)));
    lines.add(
        "  time           "
            + Figures.wholePercent(shares.compute())
            + " compute, "
            + Figures.wholePercent(shares.spark())
            + " Spark, "
            + Figures.wholePercent(shares.driver())
            + " driver");
    costs.measured().ifPresent(cost -> lines.add("  a step         " + cost.text()));
    costs.predicted().ifPresent(cost -> lines.add("  predicted      " + cost.text()));
    lines.add("  weights        sha256 " + weights.sha256());
    if (output != null) {
      lines.add("  output         " + output);
    }
    if (report != null) {
      lines.add("  report         " + report);
    }
    for (int i = 0; i < next.size(); i++) {
      lines.add((i == 0 ? "  next           " : "                 ") + next.get(i));
    }
    return String.join(System.lineSeparator(), lines);
  }

  /** What {@code --quiet} leaves of it. */
  public String toLine() {
    return test.map(score -> "test accuracy " + Figures.percent(score.accuracy()) + ", ").orElse("")
        + "weights sha256 "
        + weights.sha256();
  }

  private static String line(String name, Score score) {
    return String.format(Locale.ROOT, "  %-14s ", name)
        + Figures.percent(score.accuracy())
        + ", loss "
        + Figures.loss(score.loss())
        + ", "
        + Figures.count(score.examples())
        + " examples";
  }
}
