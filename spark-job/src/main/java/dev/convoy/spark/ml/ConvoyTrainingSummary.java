package dev.convoy.spark.ml;

import java.util.List;

/**
 * How a fit went.
 *
 * @param objectiveHistory mean loss of each step's batch, before its update; of a fit that went on
 *     from a checkpoint, from there on
 * @param validations in order
 * @param totalIterations steps in all
 * @param reason why training ended: {@code epochs}, {@code maxSteps} or {@code patience}
 * @param examples examples seen
 * @param seconds from the first step to the last
 * @param weightsSha256 of the model; the command line prints the same for the same run
 */
public record ConvoyTrainingSummary(
    double[] objectiveHistory,
    List<Validation> validations,
    long totalIterations,
    String reason,
    long examples,
    double seconds,
    String weightsSha256) {

  /**
   * A pass over the rows held out.
   *
   * @param loss mean over the rows
   * @param accuracy share of the rows classified right
   */
  public record Validation(int epoch, long step, long examples, double loss, double accuracy) {}

  /** Checks and copies what is given. */
  public ConvoyTrainingSummary {
    validations = List.copyOf(validations);
  }
}
