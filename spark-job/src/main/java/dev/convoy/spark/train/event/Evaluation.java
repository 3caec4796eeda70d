package dev.convoy.spark.train.event;

import java.util.List;

/**
 * What a pass over held-out examples found.
 *
 * @param loss mean over the examples of what is minimised
 * @param accuracy share of the examples whose largest output was at their label; by the first of
 *     several outputs
 * @param outputs the same for each output of the model alone
 */
public record Evaluation(
    long examples, double loss, double accuracy, double seconds, List<Output> outputs) {
  /** Checks and copies what is given. */
  public Evaluation {
    outputs = List.copyOf(outputs);
  }

  /**
   * One output.
   *
   * @param loss mean over the examples, without the output's weight
   */
  public record Output(String name, double loss, double accuracy) {}
}
