package dev.convoy.engine.layer;

import dev.convoy.engine.kernel.convolution.Convolution;

/**
 * The working memory of one layer in one thread: packed weights, copies in other layouts, sums.
 * Made and understood by its layer alone.
 */
public final class Scratch {
  static final Scratch NONE = new Scratch(null, null, null, null, null, null);

  final Convolution.Scratch convolution;
  final float[] values;
  final double[] doubles;
  final Norm.Memory norm;
  final BatchNorm.Memory batchNorm;

  /** {@code [block][value][lane]}: which values a layer left out. */
  final boolean[] mask;

  private Scratch(
      Convolution.Scratch convolution,
      float[] values,
      double[] doubles,
      Norm.Memory norm,
      BatchNorm.Memory batchNorm,
      boolean[] mask) {
    this.convolution = convolution;
    this.values = values;
    this.doubles = doubles;
    this.norm = norm;
    this.batchNorm = batchNorm;
    this.mask = mask;
  }

  static Scratch of(Convolution.Scratch convolution) {
    return new Scratch(convolution, null, null, null, null, null);
  }

  static Scratch of(float[] values) {
    return new Scratch(null, values, null, null, null, null);
  }

  static Scratch of(double[] doubles) {
    return new Scratch(null, null, doubles, null, null, null);
  }

  static Scratch of(Norm.Memory norm) {
    return new Scratch(null, null, null, norm, null, null);
  }

  static Scratch of(BatchNorm.Memory batchNorm) {
    return new Scratch(null, null, null, null, batchNorm, null);
  }

  static Scratch of(boolean[] mask) {
    return new Scratch(null, null, null, null, null, mask);
  }
}
