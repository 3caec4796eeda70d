package dev.convoy.engine.sum;

/**
 * A sum of gradients that does not depend on the order of its terms, bit for bit. Each term is
 * scaled by 1/examples-of-the-batch and rounded to a multiple of {@code 2^-GRID_BITS}; sums of such
 * multiples are exact in double while they stay below {@code 2^(53 - GRID_BITS)}, hence associative
 * and commutative.
 */
public final class GradientSum {
  /** Grid of 2^-40, about 9e-13. */
  public static final int GRID_BITS = 40;

  /** A mean gradient of this size or more is divergence. */
  public static final float LIMIT = 2048f;

  private final double[] sums;

  public GradientSum(int parameters) {
    sums = new double[parameters];
  }

  /** Sets all to zero. */
  public void clear() {
    java.util.Arrays.fill(sums, 0.0);
  }

  /**
   * Adds {@code gradient}, the sum over {@code examples} examples, as a part of the mean over
   * {@code batchExamples}.
   *
   * @return -1, or the index of a value that is not finite or is {@link #LIMIT} or more in the mean
   *     over {@code examples}; the sum is then worthless
   */
  public int add(float[] gradient, int examples, int batchExamples) {
    throw new IllegalStateException();
  }

  /** Adds another sum; exact. */
  public void merge(GradientSum other) {
    throw new IllegalStateException();
  }

  /** Overwrites {@code mean} with the mean gradient. */
  public void mean(float[] mean) {
    throw new IllegalStateException();
  }
}
