package dev.convoy.engine.bench;

import java.util.Arrays;
import java.util.function.DoubleSupplier;

/** Rates over windows of time, and their quantiles. */
public final class Rates {
  private static double sink;

  private Rates() {}

  /** Examples a second while {@code work}, of {@code examples} each time, ran for about nanos. */
  public static double window(DoubleSupplier work, int examples, long nanos) {
    long start = System.nanoTime();
    long done = 0;
    long elapsed;
    do {
      sink += work.getAsDouble();
      done += examples;
      elapsed = System.nanoTime() - start;
    } while (elapsed < nanos);
    return done * 1e9 / elapsed;
  }

  /** The value that a share {@code q} of {@code values} is below. */
  public static double quantile(double[] values, double q) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) Math.min(sorted.length - 1L, Math.floor(q * sorted.length))];
  }
}
