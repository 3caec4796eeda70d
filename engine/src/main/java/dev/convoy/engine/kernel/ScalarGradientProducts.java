package dev.convoy.engine.kernel;

import static dev.convoy.engine.kernel.Kernels.LANES;

/** The specification of {@link GradientProducts} in plain Java. */
final class ScalarGradientProducts implements GradientProducts {

  @Override
  public void outer4(
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
      int outStep) {
    for (int h = 0; h < LANES; h += 8) {
      int f = fromOff + h;
      int o = outOff + h;
      int p = dOff + h;
      ScalarWindowProducts.dot8(n, a, a0, 1, d, p, from, f, out, o);
      ScalarWindowProducts.dot8(n, a, a1, 1, d, p, from, f + fromStep, out, o + outStep);
      ScalarWindowProducts.dot8(n, a, a2, 1, d, p, from, f + 2 * fromStep, out, o + 2 * outStep);
      ScalarWindowProducts.dot8(n, a, a3, 1, d, p, from, f + 3 * fromStep, out, o + 3 * outStep);
    }
  }

  @Override
  public void lanes2x5(
      int n, float[] d, int d0, int d1, int dStep, float[] in, int i, float[] acc, int accOff) {
    for (int s = 0; s < 5; s++) {
      lanes(n, d, d0, dStep, in, i + s * LANES, acc, accOff + s * LANES);
      lanes(n, d, d1, dStep, in, i + s * LANES, acc, accOff + (5 + s) * LANES);
    }
  }

  @Override
  public void lanes3x3(
      int n,
      float[] d,
      int d0,
      int d1,
      int d2,
      int dStep,
      float[] in,
      int i,
      float[] acc,
      int accOff) {
    for (int s = 0; s < 3; s++) {
      lanes(n, d, d0, dStep, in, i + s * LANES, acc, accOff + s * LANES);
      lanes(n, d, d1, dStep, in, i + s * LANES, acc, accOff + (3 + s) * LANES);
      lanes(n, d, d2, dStep, in, i + s * LANES, acc, accOff + (6 + s) * LANES);
    }
  }

  private static void lanes(
      int n, float[] d, int p, int dStep, float[] in, int q, float[] acc, int o) {
    for (int l = 0; l < LANES; l += 8) {
      lanes8(n, d, p + l, dStep, in, q + l, acc, o + l);
    }
  }

  private static void lanes8(
      int n, float[] d, int p, int dStep, float[] in, int q, float[] acc, int o) {
    float v0 = acc[o];
    float v1 = acc[o + 1];
    float v2 = acc[o + 2];
    float v3 = acc[o + 3];
    float v4 = acc[o + 4];
    float v5 = acc[o + 5];
    float v6 = acc[o + 6];
    float v7 = acc[o + 7];
    for (int j = 0; j < n; j++) {
      int x = p + j * dStep;
      int y = q + j * LANES;
      v0 = Math.fma(d[x], in[y], v0);
      v1 = Math.fma(d[x + 1], in[y + 1], v1);
      v2 = Math.fma(d[x + 2], in[y + 2], v2);
      v3 = Math.fma(d[x + 3], in[y + 3], v3);
      v4 = Math.fma(d[x + 4], in[y + 4], v4);
      v5 = Math.fma(d[x + 5], in[y + 5], v5);
      v6 = Math.fma(d[x + 6], in[y + 6], v6);
      v7 = Math.fma(d[x + 7], in[y + 7], v7);
    }
    acc[o] = v0;
    acc[o + 1] = v1;
    acc[o + 2] = v2;
    acc[o + 3] = v3;
    acc[o + 4] = v4;
    acc[o + 5] = v5;
    acc[o + 6] = v6;
    acc[o + 7] = v7;
  }
}
