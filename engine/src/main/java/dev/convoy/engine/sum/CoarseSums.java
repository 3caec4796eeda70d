package dev.convoy.engine.sum;

import java.util.Arrays;

/**
 * What is too large for the fine grid of a {@link GradientSum}: the sum of multiples of a coarse
 * step. A large term is split into the nearest multiple of the step, which is added here, and the
 * rest, which the fine grid takes. The step is so small that the rests of a batch stay in the fine
 * grid's range even if every example is a term of its own, and follows from the batch size alone,
 * so the split of a term does not depend on who adds it. No room is taken before the first large
 * term.
 */
final class CoarseSums {
  private final int parameters;
  private double[] sums;
  private boolean used;

  CoarseSums(int parameters) {
    this.parameters = parameters;
  }

  /** True if something was added since {@link #clear}. */
  boolean isUsed() {
    return used;
  }

  void clear() {
    used = false;
  }

  double[] sums() {
    return sums;
  }

  /**
   * A number that rounds to multiples of the step for a batch of this size whatever is added to it:
   * {@code 1.5 * 2^52} steps; a step is a power of two of at most {@code LIMIT / batchExamples}.
   */
  static double magic(int batchExamples) {
    int log = Integer.SIZE - Integer.numberOfLeadingZeros(batchExamples - 1);
    return 1.5 * Math.scalb(GradientSum.LIMIT * 0x1p52, -log);
  }

  /** Adds the multiple of the step that is nearest to {@code value}; returns the exact rest. */
  double split(int parameter, double value, double magic) {
    open();
    double multiple = (value + magic) - magic;
    sums[parameter] += multiple;
    return value - multiple;
  }

  /** Adds what another has, of a batch of the same size. */
  void merge(CoarseSums other) {
    if (other.used) {
      open();
      for (int i = 0; i < parameters; i++) {
        sums[i] += other.sums[i];
      }
    }
  }

  /** Makes the sums that count: zeros, if nothing was added yet. */
  void open() {
    if (!used) {
      used = true;
      if (sums == null) {
        sums = new double[parameters];
      } else {
        Arrays.fill(sums, 0.0);
      }
    }
  }
}
