package dev.convoy.spark.bench;

import java.util.Arrays;

/** Quantiles of a few measurements. */
final class Quantiles {
  private Quantiles() {}

  /** The middle one, of an even count the upper; 0 of none. */
  static double median(double[] values) {
    return values.length == 0 ? 0 : sorted(values)[values.length / 2];
  }

  /** The one at {@code q}, 0 for the least to 1 for the largest. */
  static double at(double q, double[] values) {
    return sorted(values)[(int) Math.round(q * (values.length - 1))];
  }

  private static double[] sorted(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted;
  }
}
