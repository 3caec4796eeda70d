package dev.convoy.engine.kernel;

import dev.convoy.engine.kernel.Kernels.End;

/**
 * Weights times lines: what outputs of convolutions and dense layers, and gradients with respect to
 * their inputs, are made of. Part of {@link Kernels}, whose rules hold here too.
 *
 * <p>A <em>tile</em> is a few output lines that are summed at once. {@code dot} methods fill the
 * tiles of a row of <em>places</em> (pixels of a row, or blocks of a dense layer): place p reads at
 * {@code inOff + p inStep}, starts its sums from the lines at {@code fromOff + p fromStep}, and
 * gates and writes {@code p outStep} further. {@code from} may be {@code out} itself.
 */
public interface WindowProducts {

  /**
   * Four output lines a place from {@code run} consecutive input lines: {@code out[r] = from[r] +
   * sum over k of w[4k + r] * in[k]}, k ascending.
   *
   * @param w weights from {@code wOff}, four for each k
   * @param gate read from {@code gateOff} if {@code end} is {@link End#GATE}, else unused
   * @param out overwritten: four lines a place
   */
  void dot4(
      int places,
      int run,
      float[] w,
      int wOff,
      float[] in,
      int inOff,
      int inStep,
      float[] from,
      int fromOff,
      int fromStep,
      End end,
      float[] gate,
      int gateOff,
      float[] out,
      int outOff,
      int outStep);

  /** {@link #dot4} for two output lines a place, with two weights for each k. */
  void dot2(
      int places,
      int run,
      float[] w,
      int wOff,
      float[] in,
      int inOff,
      int inStep,
      float[] from,
      int fromOff,
      int fromStep,
      End end,
      float[] gate,
      int gateOff,
      float[] out,
      int outOff,
      int outStep);

  /**
   * 3 x 3 windows, one a channel, that slide over three rows of lines: {@code out[x][c] = bias +
   * sum over r, s of w[wOff + c + wStep (3 r + s)] * in[ir + 16 (x + s)]}, r and then s ascending,
   * with the bias {@code w[biasOff + 16 c]}.
   *
   * @param channels output lines side by side
   * @param n number of output pixels, 2 or more; {@code outStep} floats apart
   */
  void slide3x3(
      int channels,
      int n,
      float[] w,
      int wOff,
      int wStep,
      int biasOff,
      float[] in,
      int i0,
      int i1,
      int i2,
      float[] out,
      int outOff,
      int outStep);

  /**
   * Four rows into one: {@code out[j] = out[j] + sum over r of w[wOff + r wStep] * in[ir + j]}, r
   * ascending, for n values.
   */
  void rows4(
      int n,
      float[] w,
      int wOff,
      int wStep,
      float[] in,
      int i0,
      int i1,
      int i2,
      int i3,
      float[] out,
      int outOff);
}
