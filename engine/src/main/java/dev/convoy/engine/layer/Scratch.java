package dev.convoy.engine.layer;

import dev.convoy.engine.kernel.convolution.Convolution;

/**
 * The working memory of one layer in one thread: packed weights, copies in other layouts, sums.
 * Made and understood by its layer alone.
 */
public final class Scratch {
  static final Scratch NONE = new Scratch(null, null, null);

  final Convolution.Scratch convolution;
  final float[] values;
  final double[] doubles;

  private Scratch(Convolution.Scratch convolution, float[] values, double[] doubles) {
    this.convolution = convolution;
    this.values = values;
    this.doubles = doubles;
  }

  static Scratch of(Convolution.Scratch convolution) {
    return new Scratch(convolution, null, null);
  }

  static Scratch of(float[] values) {
    return new Scratch(null, values, null);
  }

  static Scratch of(double[] doubles) {
    return new Scratch(null, null, doubles);
  }
}
