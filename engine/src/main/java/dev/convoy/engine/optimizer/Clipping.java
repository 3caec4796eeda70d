package dev.convoy.engine.optimizer;

/** Limits on a mean gradient before an optimizer sees it. All in place, all in a fixed order. */
public final class Clipping {
  private static final int LANES = 8;

  private Clipping() {}

  /**
   * Euclidean norm. Squares are summed in double, index i in lane i mod 8, lanes then in order: the
   * same bits everywhere.
   */
  public static double norm(float[] gradient) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    double s4 = 0;
    double s5 = 0;
    double s6 = 0;
    double s7 = 0;
    int whole = gradient.length - gradient.length % LANES;
    for (int i = 0; i < whole; i += LANES) {
      s0 += square(gradient[i]);
      s1 += square(gradient[i + 1]);
      s2 += square(gradient[i + 2]);
      s3 += square(gradient[i + 3]);
      s4 += square(gradient[i + 4]);
      s5 += square(gradient[i + 5]);
      s6 += square(gradient[i + 6]);
      s7 += square(gradient[i + 7]);
    }
    double sum = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7;
    for (int i = whole; i < gradient.length; i++) {
      sum += square(gradient[i]);
    }
    return Math.sqrt(sum);
  }

  private static double square(float value) {
    return (double) value * value;
  }

  /**
   * Scales {@code gradient} so that its Euclidean norm is at most {@code limit} (R. Pascanu, T.
   * Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013).
   *
   * @param limit 0 for none
   * @return the norm before
   */
  public static double clipNorm(float[] gradient, float limit) {
    check("norm", limit);
    double norm = norm(gradient);
    if (limit > 0f && norm > limit) {
      float scale = (float) (limit / norm);
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] *= scale;
      }
    }
    return norm;
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
      throw new IllegalArgumentException(
          "clipping: got a " + name + " of " + limit + ", expected 0 (no limit) or more");
    }
  }
}
