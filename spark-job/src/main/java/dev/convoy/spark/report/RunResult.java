package dev.convoy.spark.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.convoy.spark.train.event.StopReason;
import dev.convoy.spark.train.event.TrainEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How a run ended: {@code result.json}, and the last block on the console. What was not measured is
 * null, and left out.
 *
 * @param testAccuracy share of the test set classified right, by the final weights
 * @param testLoss mean over the test set
 * @param validationAccuracy of the last validation
 * @param weightsSha256 of the final weights, as the engine's {@code WeightsHash} says
 * @param steps since the very first start
 * @param reason why it ended
 * @param seconds from the first step to the last, of this process
 * @param examplesPerSecond training examples in those seconds
 * @param computeShare share of the time spent in the engine, 0 to 1
 * @param sparkShare share of the time spent moving and scheduling
 * @param driverShare share of the time spent merging and updating on the driver
 * @param predicted what a step was expected to cost before the first one
 * @param measured what a step cost, mean over this process's steps
 * @param parameters values that were trained
 * @param data what identifies the training set
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunResult(
    Double testAccuracy,
    Double testLoss,
    Long testExamples,
    Double validationAccuracy,
    Double validationLoss,
    Long validationExamples,
    String weightsSha256,
    long steps,
    StopReason reason,
    double seconds,
    double examplesPerSecond,
    double computeShare,
    double sparkShare,
    double driverShare,
    StepCost predicted,
    StepCost measured,
    int parameters,
    TrainEvent.Data data,
    Versions versions) {

  /** What ran. {@code kernels} is the engine's provider, vector or scalar. */
  public record Versions(
      String convoy, String spark, String scala, String java, String kernels, String os) {}

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
      return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(this)
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("result: cannot be written as JSON", e);
    }
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
            + Figures.count(steps)
            + " steps ("
            + reason
            + ") in "
            + Figures.duration(seconds)
            + ", "
            + Figures.rate(examplesPerSecond)
            + " examples/s");
    if (testAccuracy != null) {
      lines.add(evaluation("test accuracy", testAccuracy, testLoss, testExamples));
    }
    if (validationAccuracy != null) {
      lines.add(evaluation("validation", validationAccuracy, validationLoss, validationExamples));
    }
    lines.add(
        "  time           "
            + Figures.wholePercent(computeShare)
            + " compute, "
            + Figures.wholePercent(sparkShare)
            + " Spark, "
            + Figures.wholePercent(driverShare)
            + " driver");
    if (measured != null) {
      lines.add("  a step         " + measured.text());
    }
    if (predicted != null) {
      lines.add("  predicted      " + predicted.text());
    }
    lines.add("  weights        sha256 " + weightsSha256);
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
    String test =
        testAccuracy == null ? "" : "test accuracy " + Figures.percent(testAccuracy) + ", ";
    return test + "weights sha256 " + weightsSha256;
  }

  private static String evaluation(String name, double accuracy, double loss, long examples) {
    return String.format(Locale.ROOT, "  %-14s ", name)
        + Figures.percent(accuracy)
        + ", loss "
        + Figures.loss(loss)
        + ", "
        + Figures.count(examples)
        + " examples";
  }
}
