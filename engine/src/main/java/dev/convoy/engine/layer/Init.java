package dev.convoy.engine.layer;

import dev.convoy.engine.tensor.CounterRandom;

/**
 * How parameters start: He for layers that feed ReLU, Xavier (Glorot) otherwise, plain normal with
 * deviation 0.01, zero, or one, as scales do.
 */
public enum Init {
  /** Normal, of deviation {@code sqrt(2 / fanIn)} (He et al., 2015). */
  HE,
  /** Uniform within {@code sqrt(6 / (fanIn + fanOut))} (Glorot, Bengio, 2010). */
  XAVIER,
  /** Normal, of deviation 0.01. */
  SMALL,
  /** Zeros. */
  ZERO,
  /** Ones. */
  ONE;

  /**
   * Overwrites {@code to[from .. from + n)}.
   *
   * @param key of the random numbers
   * @param outputs of the layer, which divides n
   * @param window values that one output takes from each input channel
   */
  public void fill(long key, float[] to, int from, int n, int outputs, int window) {
    int fanIn = n / outputs;
    double he = StrictMath.sqrt(2.0 / fanIn);
    double xavier = StrictMath.sqrt(6.0 / (fanIn + (double) window * outputs));
    for (int i = 0; i < n; i++) {
      to[from + i] =
          switch (this) {
            case HE -> (float) (he * CounterRandom.gaussian(key, i));
            case XAVIER -> (float) (xavier * (2.0 * CounterRandom.uniform(key, i) - 1.0));
            case SMALL -> (float) (0.01 * CounterRandom.gaussian(key, i));
            case ZERO -> 0f;
            case ONE -> 1f;
          };
    }
  }
}
