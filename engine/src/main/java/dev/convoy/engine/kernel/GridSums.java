package dev.convoy.engine.kernel;

/** Sums in double of floats that are rounded to a grid, so that additions are exact. */
public interface GridSums {
  /**
   * How a value is rounded before it is added.
   *
   * @param scale factor of every value
   * @param magic a number whose last bit is the grid's step: adding and subtracting it rounds
   */
  record Rounding(double scale, double magic) {}

  /**
   * The size of the largest of n values, as the bits of a float without its sign: larger floats
   * have larger bits, infinity has more than all finite ones, and NaN has more than infinity.
   */
  int largest(int n, float[] in, int inOff);

  /**
   * {@code sums += (in * scale + magic) - magic} over n values, in double and without fused
   * multiply-add.
   *
   * @param first true if {@code sums} counts as zeros, whatever it holds
   */
  void add(
      Rounding rounding, int n, boolean first, float[] in, int inOff, double[] sums, int sumsOff);
}
