package dev.convoy.engine.kernel;

/** Sums in double of floats that are rounded to a grid, so that additions are exact. */
public interface GridSums {
  /**
   * How a value is rounded before it is added.
   *
   * @param scale factor of every value
   * @param magic a number whose last bit is the grid's step: adding and subtracting it rounds
   * @param limit size that every value must stay below, positive and finite
   */
  record Rounding(double scale, double magic, float limit) {}

  /**
   * {@code sums += (in * scale + magic) - magic} over n values, in double and without fused
   * multiply-add.
   *
   * @param first true if {@code sums} counts as zeros, whatever it holds
   * @return true if every value was below the limit in size, hence no NaN; otherwise {@code sums}
   *     is worthless
   */
  boolean add(
      Rounding rounding, int n, boolean first, float[] in, int inOff, double[] sums, int sumsOff);
}
