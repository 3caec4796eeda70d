package dev.convoy.engine.kernel;

/**
 * Lines times lines: what gradients with respect to weights are made of. Part of {@link Kernels},
 * whose rules hold here too.
 */
public interface GradientProducts {

  /**
   * A 4 x 16 tile of products: {@code out[r][c] = from[r][c] + sum over j of a[ar + j] * d[16 j +
   * c]}, j ascending.
   *
   * @param n number of terms, even
   * @param from four rows of 16, {@code fromStep} floats apart; may be {@code out} itself
   * @param out overwritten: four rows of 16 from {@code outOff}, {@code outStep} floats apart
   */
  void outer4(
      int n,
      float[] a,
      int a0,
      int a1,
      int a2,
      int a3,
      float[] d,
      int dOff,
      float[] from,
      int fromOff,
      int fromStep,
      float[] out,
      int outOff,
      int outStep);

  /**
   * Lane-wise products of two streams of lines with five adjacent ones: {@code acc[5 r + s] += sum
   * over j of d[dr + dStep j] * in[i + 16 (j + s)]}, each lane by itself, j ascending.
   *
   * @param n number of lines
   * @param acc updated: ten lines from {@code accOff}
   */
  void lanes2x5(
      int n, float[] d, int d0, int d1, int dStep, float[] in, int i, float[] acc, int accOff);

  /**
   * Lane-wise products of three streams of lines with three adjacent ones: {@code acc[3 r + s] +=
   * sum over j of d[dr + dStep j] * in[i + 16 (j + s)]}, each lane by itself, j ascending.
   *
   * @param n number of lines
   * @param acc updated: nine lines from {@code accOff}
   */
  void lanes3x3(
      int n,
      float[] d,
      int d0,
      int d1,
      int d2,
      int dStep,
      float[] in,
      int i,
      float[] acc,
      int accOff);
}
