package dev.convoy.engine.kernel;

import static dev.convoy.engine.kernel.VectorWidth.load;
import static dev.convoy.engine.kernel.VectorWidth.spread;
import static dev.convoy.engine.tensor.Lanes.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * {@link GradientProducts} for registers that hold a whole line, of which there are 32: tiles of 8
 * rows and two panels, for sixteen sums in flight.
 */
final class VectorWideGradientProducts extends VectorGradientProducts {

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
    int q = 0;
    for (; q + 2 <= panels; q += 2) {
      int d0 = dOff + q * dPanel;
      int d1 = d0 + dPanel;
      int r = 0;
      for (; r + 8 <= rows; r += 8) {
        int f = fromOff + r * fromStep + q * LANES;
        int o = outOff + r * outStep + q * LANES;
        outer8By2(n, a, at, r, d, d0, d1, from, f, fromStep, out, o, outStep);
      }
      if (r < rows) {
        int f = fromOff + r * fromStep + q * LANES;
        int o = outOff + r * outStep + q * LANES;
        outer4By2(n, a, at, r, d, d0, d1, from, f, fromStep, out, o, outStep);
      }
    }
    if (q < panels) {
      int d0 = dOff + q * dPanel;
      int r = 0;
      for (; r + 8 <= rows; r += 8) {
        int f = fromOff + r * fromStep + q * LANES;
        int o = outOff + r * outStep + q * LANES;
        outer8By1(n, a, at, r, d, d0, from, f, fromStep, out, o, outStep);
      }
      if (r < rows) {
        int f = fromOff + r * fromStep + q * LANES;
        int o = outOff + r * outStep + q * LANES;
        outer4By1(n, a, at, r, d, d0, from, f, fromStep, out, o, outStep);
      }
    }
  }

  private static void outer8By2(
      int n,
      float[] a,
      int[] at,
      int r,
      float[] d,
      int d0,
      int d1,
      float[] from,
      int f,
      int fromStep,
      float[] out,
      int o,
      int outStep) {
    int a0 = at[r];
    int a1 = at[r + 1];
    int a2 = at[r + 2];
    int a3 = at[r + 3];
    int a4 = at[r + 4];
    int a5 = at[r + 5];
    int a6 = at[r + 6];
    int a7 = at[r + 7];
    FloatVector v0a = load(from, f);
    FloatVector v0b = load(from, f + LANES);
    FloatVector v1a = load(from, f + fromStep);
    FloatVector v1b = load(from, f + fromStep + LANES);
    FloatVector v2a = load(from, f + 2 * fromStep);
    FloatVector v2b = load(from, f + 2 * fromStep + LANES);
    FloatVector v3a = load(from, f + 3 * fromStep);
    FloatVector v3b = load(from, f + 3 * fromStep + LANES);
    FloatVector v4a = load(from, f + 4 * fromStep);
    FloatVector v4b = load(from, f + 4 * fromStep + LANES);
    FloatVector v5a = load(from, f + 5 * fromStep);
    FloatVector v5b = load(from, f + 5 * fromStep + LANES);
    FloatVector v6a = load(from, f + 6 * fromStep);
    FloatVector v6b = load(from, f + 6 * fromStep + LANES);
    FloatVector v7a = load(from, f + 7 * fromStep);
    FloatVector v7b = load(from, f + 7 * fromStep + LANES);
    for (int j = 0; j < n; j++) {
      FloatVector b0 = load(d, d0 + j * LANES);
      FloatVector b1 = load(d, d1 + j * LANES);
      FloatVector t = spread(a[a0 + j]);
      v0a = t.fma(b0, v0a);
      v0b = t.fma(b1, v0b);
      t = spread(a[a1 + j]);
      v1a = t.fma(b0, v1a);
      v1b = t.fma(b1, v1b);
      t = spread(a[a2 + j]);
      v2a = t.fma(b0, v2a);
      v2b = t.fma(b1, v2b);
      t = spread(a[a3 + j]);
      v3a = t.fma(b0, v3a);
      v3b = t.fma(b1, v3b);
      t = spread(a[a4 + j]);
      v4a = t.fma(b0, v4a);
      v4b = t.fma(b1, v4b);
      t = spread(a[a5 + j]);
      v5a = t.fma(b0, v5a);
      v5b = t.fma(b1, v5b);
      t = spread(a[a6 + j]);
      v6a = t.fma(b0, v6a);
      v6b = t.fma(b1, v6b);
      t = spread(a[a7 + j]);
      v7a = t.fma(b0, v7a);
      v7b = t.fma(b1, v7b);
    }
    v0a.intoArray(out, o);
    v0b.intoArray(out, o + LANES);
    v1a.intoArray(out, o + outStep);
    v1b.intoArray(out, o + outStep + LANES);
    v2a.intoArray(out, o + 2 * outStep);
    v2b.intoArray(out, o + 2 * outStep + LANES);
    v3a.intoArray(out, o + 3 * outStep);
    v3b.intoArray(out, o + 3 * outStep + LANES);
    v4a.intoArray(out, o + 4 * outStep);
    v4b.intoArray(out, o + 4 * outStep + LANES);
    v5a.intoArray(out, o + 5 * outStep);
    v5b.intoArray(out, o + 5 * outStep + LANES);
    v6a.intoArray(out, o + 6 * outStep);
    v6b.intoArray(out, o + 6 * outStep + LANES);
    v7a.intoArray(out, o + 7 * outStep);
    v7b.intoArray(out, o + 7 * outStep + LANES);
  }

  private static void outer4By2(
      int n,
      float[] a,
      int[] at,
      int r,
      float[] d,
      int d0,
      int d1,
      float[] from,
      int f,
      int fromStep,
      float[] out,
      int o,
      int outStep) {
    int a0 = at[r];
    int a1 = at[r + 1];
    int a2 = at[r + 2];
    int a3 = at[r + 3];
    FloatVector v0a = load(from, f);
    FloatVector v0b = load(from, f + LANES);
    FloatVector v1a = load(from, f + fromStep);
    FloatVector v1b = load(from, f + fromStep + LANES);
    FloatVector v2a = load(from, f + 2 * fromStep);
    FloatVector v2b = load(from, f + 2 * fromStep + LANES);
    FloatVector v3a = load(from, f + 3 * fromStep);
    FloatVector v3b = load(from, f + 3 * fromStep + LANES);
    for (int j = 0; j < n; j++) {
      FloatVector b0 = load(d, d0 + j * LANES);
      FloatVector b1 = load(d, d1 + j * LANES);
      FloatVector t = spread(a[a0 + j]);
      v0a = t.fma(b0, v0a);
      v0b = t.fma(b1, v0b);
      t = spread(a[a1 + j]);
      v1a = t.fma(b0, v1a);
      v1b = t.fma(b1, v1b);
      t = spread(a[a2 + j]);
      v2a = t.fma(b0, v2a);
      v2b = t.fma(b1, v2b);
      t = spread(a[a3 + j]);
      v3a = t.fma(b0, v3a);
      v3b = t.fma(b1, v3b);
    }
    v0a.intoArray(out, o);
    v0b.intoArray(out, o + LANES);
    v1a.intoArray(out, o + outStep);
    v1b.intoArray(out, o + outStep + LANES);
    v2a.intoArray(out, o + 2 * outStep);
    v2b.intoArray(out, o + 2 * outStep + LANES);
    v3a.intoArray(out, o + 3 * outStep);
    v3b.intoArray(out, o + 3 * outStep + LANES);
  }

  private static void outer8By1(
      int n,
      float[] a,
      int[] at,
      int r,
      float[] d,
      int d0,
      float[] from,
      int f,
      int fromStep,
      float[] out,
      int o,
      int outStep) {
    int a0 = at[r];
    int a1 = at[r + 1];
    int a2 = at[r + 2];
    int a3 = at[r + 3];
    int a4 = at[r + 4];
    int a5 = at[r + 5];
    int a6 = at[r + 6];
    int a7 = at[r + 7];
    FloatVector v0a = load(from, f);
    FloatVector v1a = load(from, f + fromStep);
    FloatVector v2a = load(from, f + 2 * fromStep);
    FloatVector v3a = load(from, f + 3 * fromStep);
    FloatVector v4a = load(from, f + 4 * fromStep);
    FloatVector v5a = load(from, f + 5 * fromStep);
    FloatVector v6a = load(from, f + 6 * fromStep);
    FloatVector v7a = load(from, f + 7 * fromStep);
    for (int j = 0; j < n; j += 2) {
      FloatVector b0 = load(d, d0 + j * LANES);
      FloatVector t = spread(a[a0 + j]);
      v0a = t.fma(b0, v0a);
      t = spread(a[a1 + j]);
      v1a = t.fma(b0, v1a);
      t = spread(a[a2 + j]);
      v2a = t.fma(b0, v2a);
      t = spread(a[a3 + j]);
      v3a = t.fma(b0, v3a);
      t = spread(a[a4 + j]);
      v4a = t.fma(b0, v4a);
      t = spread(a[a5 + j]);
      v5a = t.fma(b0, v5a);
      t = spread(a[a6 + j]);
      v6a = t.fma(b0, v6a);
      t = spread(a[a7 + j]);
      v7a = t.fma(b0, v7a);
      b0 = load(d, d0 + j * LANES + LANES);
      t = spread(a[a0 + j + 1]);
      v0a = t.fma(b0, v0a);
      t = spread(a[a1 + j + 1]);
      v1a = t.fma(b0, v1a);
      t = spread(a[a2 + j + 1]);
      v2a = t.fma(b0, v2a);
      t = spread(a[a3 + j + 1]);
      v3a = t.fma(b0, v3a);
      t = spread(a[a4 + j + 1]);
      v4a = t.fma(b0, v4a);
      t = spread(a[a5 + j + 1]);
      v5a = t.fma(b0, v5a);
      t = spread(a[a6 + j + 1]);
      v6a = t.fma(b0, v6a);
      t = spread(a[a7 + j + 1]);
      v7a = t.fma(b0, v7a);
    }
    v0a.intoArray(out, o);
    v1a.intoArray(out, o + outStep);
    v2a.intoArray(out, o + 2 * outStep);
    v3a.intoArray(out, o + 3 * outStep);
    v4a.intoArray(out, o + 4 * outStep);
    v5a.intoArray(out, o + 5 * outStep);
    v6a.intoArray(out, o + 6 * outStep);
    v7a.intoArray(out, o + 7 * outStep);
  }

  private static void outer4By1(
      int n,
      float[] a,
      int[] at,
      int r,
      float[] d,
      int d0,
      float[] from,
      int f,
      int fromStep,
      float[] out,
      int o,
      int outStep) {
    int a0 = at[r];
    int a1 = at[r + 1];
    int a2 = at[r + 2];
    int a3 = at[r + 3];
    FloatVector v0a = load(from, f);
    FloatVector v1a = load(from, f + fromStep);
    FloatVector v2a = load(from, f + 2 * fromStep);
    FloatVector v3a = load(from, f + 3 * fromStep);
    for (int j = 0; j < n; j++) {
      FloatVector b0 = load(d, d0 + j * LANES);
      FloatVector t = spread(a[a0 + j]);
      v0a = t.fma(b0, v0a);
      t = spread(a[a1 + j]);
      v1a = t.fma(b0, v1a);
      t = spread(a[a2 + j]);
      v2a = t.fma(b0, v2a);
      t = spread(a[a3 + j]);
      v3a = t.fma(b0, v3a);
    }
    v0a.intoArray(out, o);
    v1a.intoArray(out, o + outStep);
    v2a.intoArray(out, o + 2 * outStep);
    v3a.intoArray(out, o + 3 * outStep);
  }

  @Override
  public int streams(int width) {
    return width == 5 ? 3 : 4;
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
    if (width == 5) {
      lanes3x5(n, d, at[0], at[1], at[2], dStep, in, i, acc, accOff);
    } else {
      lanes4x3(n, d, at[0], at[1], at[2], at[3], dStep, in, i, acc, accOff);
    }
  }

  private static void lanes3x5(
      int n, float[] d, int d0, int d1, int d2, int dStep, float[] in, int i, float[] acc, int o) {
    FloatVector v00 = load(acc, o);
    FloatVector v01 = load(acc, o + LANES);
    FloatVector v02 = load(acc, o + 2 * LANES);
    FloatVector v03 = load(acc, o + 3 * LANES);
    FloatVector v04 = load(acc, o + 4 * LANES);
    FloatVector v10 = load(acc, o + 5 * LANES);
    FloatVector v11 = load(acc, o + 6 * LANES);
    FloatVector v12 = load(acc, o + 7 * LANES);
    FloatVector v13 = load(acc, o + 8 * LANES);
    FloatVector v14 = load(acc, o + 9 * LANES);
    FloatVector v20 = load(acc, o + 10 * LANES);
    FloatVector v21 = load(acc, o + 11 * LANES);
    FloatVector v22 = load(acc, o + 12 * LANES);
    FloatVector v23 = load(acc, o + 13 * LANES);
    FloatVector v24 = load(acc, o + 14 * LANES);
    for (int j = 0; j < n; j++) {
      FloatVector x = load(d, d0 + j * dStep);
      FloatVector y = load(d, d1 + j * dStep);
      FloatVector z = load(d, d2 + j * dStep);
      FloatVector e = load(in, i + j * LANES);
      v00 = e.fma(x, v00);
      v10 = e.fma(y, v10);
      v20 = e.fma(z, v20);
      e = load(in, i + j * LANES + LANES);
      v01 = e.fma(x, v01);
      v11 = e.fma(y, v11);
      v21 = e.fma(z, v21);
      e = load(in, i + j * LANES + 2 * LANES);
      v02 = e.fma(x, v02);
      v12 = e.fma(y, v12);
      v22 = e.fma(z, v22);
      e = load(in, i + j * LANES + 3 * LANES);
      v03 = e.fma(x, v03);
      v13 = e.fma(y, v13);
      v23 = e.fma(z, v23);
      e = load(in, i + j * LANES + 4 * LANES);
      v04 = e.fma(x, v04);
      v14 = e.fma(y, v14);
      v24 = e.fma(z, v24);
    }
    v00.intoArray(acc, o);
    v01.intoArray(acc, o + LANES);
    v02.intoArray(acc, o + 2 * LANES);
    v03.intoArray(acc, o + 3 * LANES);
    v04.intoArray(acc, o + 4 * LANES);
    v10.intoArray(acc, o + 5 * LANES);
    v11.intoArray(acc, o + 6 * LANES);
    v12.intoArray(acc, o + 7 * LANES);
    v13.intoArray(acc, o + 8 * LANES);
    v14.intoArray(acc, o + 9 * LANES);
    v20.intoArray(acc, o + 10 * LANES);
    v21.intoArray(acc, o + 11 * LANES);
    v22.intoArray(acc, o + 12 * LANES);
    v23.intoArray(acc, o + 13 * LANES);
    v24.intoArray(acc, o + 14 * LANES);
  }

  private static void lanes4x3(
      int n,
      float[] d,
      int d0,
      int d1,
      int d2,
      int d3,
      int dStep,
      float[] in,
      int i,
      float[] acc,
      int o) {
    FloatVector v00 = load(acc, o);
    FloatVector v01 = load(acc, o + LANES);
    FloatVector v02 = load(acc, o + 2 * LANES);
    FloatVector v10 = load(acc, o + 3 * LANES);
    FloatVector v11 = load(acc, o + 4 * LANES);
    FloatVector v12 = load(acc, o + 5 * LANES);
    FloatVector v20 = load(acc, o + 6 * LANES);
    FloatVector v21 = load(acc, o + 7 * LANES);
    FloatVector v22 = load(acc, o + 8 * LANES);
    FloatVector v30 = load(acc, o + 9 * LANES);
    FloatVector v31 = load(acc, o + 10 * LANES);
    FloatVector v32 = load(acc, o + 11 * LANES);
    for (int j = 0; j < n; j++) {
      FloatVector x = load(d, d0 + j * dStep);
      FloatVector y = load(d, d1 + j * dStep);
      FloatVector z = load(d, d2 + j * dStep);
      FloatVector q = load(d, d3 + j * dStep);
      FloatVector e = load(in, i + j * LANES);
      v00 = e.fma(x, v00);
      v10 = e.fma(y, v10);
      v20 = e.fma(z, v20);
      v30 = e.fma(q, v30);
      e = load(in, i + j * LANES + LANES);
      v01 = e.fma(x, v01);
      v11 = e.fma(y, v11);
      v21 = e.fma(z, v21);
      v31 = e.fma(q, v31);
      e = load(in, i + j * LANES + 2 * LANES);
      v02 = e.fma(x, v02);
      v12 = e.fma(y, v12);
      v22 = e.fma(z, v22);
      v32 = e.fma(q, v32);
    }
    v00.intoArray(acc, o);
    v01.intoArray(acc, o + LANES);
    v02.intoArray(acc, o + 2 * LANES);
    v10.intoArray(acc, o + 3 * LANES);
    v11.intoArray(acc, o + 4 * LANES);
    v12.intoArray(acc, o + 5 * LANES);
    v20.intoArray(acc, o + 6 * LANES);
    v21.intoArray(acc, o + 7 * LANES);
    v22.intoArray(acc, o + 8 * LANES);
    v30.intoArray(acc, o + 9 * LANES);
    v31.intoArray(acc, o + 10 * LANES);
    v32.intoArray(acc, o + 11 * LANES);
  }
}
