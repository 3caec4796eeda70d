package dev.convoy.engine.kernel;

/**
 * Lines times lines: what gradients with respect to weights are made of. Part of {@link Kernels},
 * whose rules hold here too.
 */
public interface GradientProducts {
  /** Output channels that stand side by side in a panel of turned output gradients. */
  int PANEL = 16;

  /**
   * A matrix of products: {@code out[r][16 q + c] = from[r][16 q + c] + sum over j of a[at[r] + j]
   * * d[16 j + c]} in panel q of {@code d}, j ascending.
   *
   * @param rows of the matrix, a multiple of 4
   * @param panels columns of the matrix, in panels of 16; {@code dPanel} floats apart in {@code d}
   * @param n number of terms, even
   * @param at where the terms of each row begin in {@code a}
   * @param from rows {@code fromStep} floats apart; may be {@code out} itself
   * @param out overwritten: rows {@code outStep} floats apart
   */
  void outer(
      int rows,
      int panels,
      int n,
      float[] a,
      int[] at,
      float[] d,
      int dOff,
      int dPanel,
      float[] from,
      int fromOff,
      int fromStep,
      float[] out,
      int outOff,
      int outStep);

  /**
   * Streams that {@link #lanes} takes at once, as many as registers hold sums of. Decides speed and
   * no bit.
   *
   * @param width 3 or 5
   */
  int streams(int width);

  /**
   * Lane-wise products of {@link #streams} streams of lines with {@code width} adjacent ones:
   * {@code acc[width r + s] += sum over j of d[at[r] + dStep j] * in[i + 16 (j + s)]}, each lane by
   * itself, j ascending.
   *
   * @param width 3 or 5
   * @param n number of lines
   * @param at where each stream begins in {@code d}
   * @param acc updated: {@code width} lines a stream from {@code accOff}
   */
  void lanes(
      int width, int n, float[] d, int[] at, int dStep, float[] in, int i, float[] acc, int accOff);
}
