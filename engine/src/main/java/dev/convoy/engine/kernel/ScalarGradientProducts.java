package dev.convoy.engine.kernel;

import static dev.convoy.engine.tensor.Lanes.LANES;

/** The specification of {@link GradientProducts} in plain Java. */
final class ScalarGradientProducts implements GradientProducts {

  @Override
  public void outer(
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
      int outStep) {
    for (int c = 0; c < panels * PANEL; c += 8) {
      int p = dOff + c / PANEL * dPanel + c % PANEL;
      for (int r = 0; r < rows; r++) {
        int f = fromOff + r * fromStep + c;
        ScalarWindowProducts.dot8(n, a, at[r], 1, d, p, from, f, out, outOff + r * outStep + c);
      }
    }
  }

  @Override
  public int streams(int width) {
    return 1;
  }

  @Override
  public void lanes(
      int width,
      int n,
      float[] d,
      int[] at,
      int dStep,
      float[] in,
      int i,
      float[] acc,
      int accOff) {
    for (int s = 0; s < width; s++) {
      for (int l = 0; l < LANES; l += 8) {
        lanes8(n, d, at[0] + l, dStep, in, i + s * LANES + l, acc, accOff + s * LANES + l);
      }
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
