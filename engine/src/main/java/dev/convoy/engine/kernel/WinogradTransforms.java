package dev.convoy.engine.kernel;

import dev.convoy.engine.kernel.Kernels.End;

/**
 * The one-dimensional transforms of Winograd's minimal filtering F(4, 3), on streams of lines: n
 * consecutive floats (a multiple of 16) of each of several inputs, {@code inStep} floats apart, to
 * as many of several outputs, {@code outStep} floats apart. A transform of a tile is one along its
 * columns, then one along its rows. Part of {@link Kernels}, whose rules hold here too.
 *
 * <p>With the matrices of the method a 3x3 convolution of a 6x6 tile d with weights g is {@code A^T
 * [(G g G^T) .* (B^T d B)] A}, 4x4 outputs for 36 products instead of 144. The points of
 * interpolation are 0, +-5/8, +-3/2 and infinity: they and their squares are exact in binary, and
 * the error is half that of the usual 0, +-1, +-2.
 *
 * <p>Sources: S. Winograd, "Arithmetic Complexity of Computations", 1980; A. Lavin, S. Gray, "Fast
 * Algorithms for Convolutional Neural Networks", CVPR 2016.
 */
public interface WinogradTransforms {
  /** Outputs of a tile on a side. */
  int OUTPUTS = 4;

  /** Inputs of a tile on a side. */
  int INPUTS = 6;

  /** {@code B^T}: six inputs to six. */
  void input(int n, float[] in, int inOff, int inStep, float[] out, int outOff, int outStep);

  /** {@link #input} over n / 16 lines, whose results go to places {@code lineStep} floats apart. */
  void inputLines(
      int n, float[] in, int inOff, int inStep, float[] out, int outOff, int outStep, int lineStep);

  /**
   * {@code A^T}: six inputs to four. Then {@code start} is added, and what {@code end} says is
   * done.
   *
   * @param start n floats that are added to each output, or null for none; unused with GATE
   * @param gate laid out like the output, if {@code end} is {@link End#GATE}, else unused
   */
  void output(
      int n,
      float[] in,
      int inOff,
      int inStep,
      float[] start,
      int startOff,
      End end,
      float[] gate,
      int gateOff,
      float[] out,
      int outOff,
      int outStep);

  /** {@code A}, the transpose of {@link #output}: four inputs to six; n is a multiple of 32. */
  void delta(int n, float[] in, int inOff, int inStep, float[] out, int outOff, int outStep);

  /** {@code G}: three inputs, which are weights, to six. */
  void weights(int n, float[] in, int inOff, int inStep, float[] out, int outOff, int outStep);

  /** {@code G^T}: six inputs, which are sums, to three. */
  void gradient(int n, float[] in, int inOff, int inStep, float[] out, int outOff, int outStep);
}
