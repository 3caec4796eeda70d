package dev.convoy.engine.optimizer;

import dev.convoy.engine.error.InvalidInputException;

/** Limits on a mean gradient before an optimizer sees it. All in place, all in a fixed order. */
public final class Clipping {
  private static final int PARTIAL_SUMS = 8;

  private Clipping() {}

  /** Euclidean norm of all values; see {@link #squares}. */
  public static double norm(float[] values) {
    return Math.sqrt(squares(values, 0, values.length));
  }

  /**
   * Sum of the squares of the values in a range. They are summed in double, the i-th of the range
   * in lane i mod 8, lanes then in order: the same bits everywhere.
   *
   * @param to exclusive
   */
  public static double squares(float[] values, int from, int to) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    double s4 = 0;
    double s5 = 0;
    double s6 = 0;
    double s7 = 0;
    int whole = to - (to - from) % PARTIAL_SUMS;
    for (int i = from; i < whole; i += PARTIAL_SUMS) {
      s0 += square(values[i]);
      s1 += square(values[i + 1]);
      s2 += square(values[i + 2]);
      s3 += square(values[i + 3]);
      s4 += square(values[i + 4]);
      s5 += square(values[i + 5]);
      s6 += square(values[i + 6]);
      s7 += square(values[i + 7]);
    }
    double sum = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7;
    for (int i = whole; i < to; i++) {
      sum += square(values[i]);
    }
    return sum;
  }

  private static double square(float value) {
    return (double) value * value;
  }

  /**
   * Scales {@code gradient} so that its Euclidean norm is at most {@code limit} (R. Pascanu, T.
   * Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013).
   *
   * @param limit 0 for none
   */
  public static void clipNorm(float[] gradient, float limit) {
    check("norm", limit);
    double norm = limit > 0f ? norm(gradient) : 0;
    if (norm > limit) {
      float scale = (float) (limit / norm);
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] *= scale;
      }
    }
  }

  /**
   * Moves every value into the range from {@code -limit} to {@code limit}.
   *
   * @param limit 0 for none
   */
  public static void clipValue(float[] gradient, float limit) {
    check("value", limit);
    if (limit > 0f) {
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] = Math.max(-limit, Math.min(limit, gradient[i]));
      }
    }
  }

  private static void check(String name, float limit) {
    if (!(limit >= 0f)) {
      throw new InvalidInputException(
          "clipping: got a " + name + " of " + limit + ", expected 0 (no limit) or more");
    }
  }
}
