package dev.convoy.engine.kernel;

/**
 * Means and deviations of groups of lines, each lane by itself, and what normalising by them takes.
 * Part of {@link Kernels}, whose rules hold here too.
 *
 * <p><em>Moments</em> are a line of means for each group, then a line for each of {@code 1 /
 * sqrt(variance + epsilon)}. With them, {@code n = (in - mean) * reciprocal} is what is called
 * normalised here. An <em>affine map</em> is all scales, then all shifts.
 */
public interface Moments {
  /**
   * Which lines of a block belong together: {@code rows} rows of {@code groups * size} lines, of
   * which group g has {@code size} in each row, from {@code g * size} on.
   *
   * @param rows pixels
   * @param groups of lines that are normalised together
   * @param size lines of a group in a row
   * @param byPlace true if every place in a block has a scale and a shift of its own, false if
   *     every column has, for all rows
   */
  record Groups(int rows, int groups, int size, boolean byPlace) {
    /** Lines of a row. */
    public int columns() {
      return groups * size;
    }

    /** Scales of an affine map, and shifts. */
    public int scales() {
      return byPlace ? rows * columns() : columns();
    }

    /** Lines that are normalised together. */
    public int count() {
      return rows * size;
    }

    /** From the scales of one row to those of the next. */
    int step() {
      return byPlace ? columns() : 0;
    }
  }

  /**
   * Adds to the sums of each column: first {@code d = in - mean} to a line for each column, then
   * {@code d * d}, by fused multiply-add, to another; rows ascending.
   *
   * @param sums updated: all lines of the one kind, then all of the other
   */
  void deviations(
      Groups groups,
      float[] in,
      int inOff,
      float[] moments,
      int momentsOff,
      float[] sums,
      int sumsOff);

  /**
   * Overwrites {@code out} with {@code v = fma(n, scale, shift)}, or 0 where v is below {@code
   * low}.
   */
  void normalize(
      Groups groups,
      float[] in,
      int inOff,
      float[] moments,
      int momentsOff,
      float[] affine,
      int affineOff,
      float low,
      float[] out,
      int outOff);

  /**
   * Adds to the gradients of an affine map, lane by lane: {@code dOut * n}, by fused multiply-add,
   * to a line for each scale, and {@code dOut} to a line for each shift; rows ascending.
   *
   * @param sums updated: all lines of the one kind, then all of the other
   */
  void affineGradient(
      Groups groups,
      float[] in,
      int inOff,
      float[] moments,
      int momentsOff,
      float[] dOut,
      int dOutOff,
      float[] sums,
      int sumsOff);

  /** {@code out = fma(in[j], factors[j], out)} over count lines, j ascending; out is one line. */
  void addWeighted(
      int count, float[] factors, int factorsOff, float[] in, int inOff, float[] out, int outOff);

  /**
   * Overwrites {@code dIn} with {@code fma(n, b, fma(dOut, scale, a)) * reciprocal}.
   *
   * @param means a line of a for each group, then a line of b for each
   */
  void inputGradient(
      Groups groups,
      float[] in,
      int inOff,
      float[] moments,
      int momentsOff,
      float[] dOut,
      int dOutOff,
      float[] affine,
      int affineOff,
      float[] means,
      int meansOff,
      float[] dIn,
      int dInOff);
}
