package dev.convoy.engine.layer;

import dev.convoy.engine.kernel.Convolution;

/**
 * The working memory of one layer in one thread: packed weights, copies in other layouts, sums.
 * Made and understood by its layer alone.
 */
public final class Scratch {
  static final Scratch NONE = new Scratch(null, null);

  final Convolution.Scratch convolution;
  final float[] values;

  private Scratch(Convolution.Scratch convolution, float[] values) {
    this.convolution = convolution;
    this.values = values;
  }

  static Scratch of(Convolution.Scratch convolution) {
    return new Scratch(convolution, null);
  }

  static Scratch of(float[] values) {
    return new Scratch(null, values);
  }
}
