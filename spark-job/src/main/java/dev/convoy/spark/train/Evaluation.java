package dev.convoy.spark.train;

/**
 * What a pass over held-out examples found.
 *
 * @param loss mean over the examples
 * @param accuracy share of the examples whose largest output was at their label
 */
public record Evaluation(long examples, double loss, double accuracy, double seconds) {}
