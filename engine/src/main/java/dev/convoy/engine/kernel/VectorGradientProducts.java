package dev.convoy.engine.kernel;

import static dev.convoy.engine.kernel.VectorWidth.WIDTH;
import static dev.convoy.engine.kernel.VectorWidth.load;
import static dev.convoy.engine.kernel.VectorWidth.spread;
import static dev.convoy.engine.tensor.Lanes.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * {@link GradientProducts} on the Vector API, with as many sums in flight as registers hold; see
 * {@link VectorWindowProducts}.
 */
class VectorGradientProducts implements GradientProducts {
  /** Lanes that one pass over a tile covers: two registers of them. */
  private static final int SPAN = 2 * WIDTH;

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
    for (int q = 0; q < panels; q++) {
      for (int r = 0; r < rows; r += 4) {
        int a0 = at[r];
        int a1 = at[r + 1];
        int a2 = at[r + 2];
        int a3 = at[r + 3];
        for (int h = 0; h < LANES; h += SPAN) {
          int p = dOff + q * dPanel + h;
          int f = fromOff + r * fromStep + q * LANES + h;
          int o = outOff + r * outStep + q * LANES + h;
          outer4Span(n, a, a0, a1, a2, a3, d, p, from, f, fromStep, out, o, outStep);
        }
      }
    }
  }

  private static void outer4Span(
      int n,
      float[] a,
      int a0,
      int a1,
      int a2,
      int a3,
      float[] d,
      int b,
      float[] from,
      int f,
      int fromStep,
      float[] out,
      int o,
      int step) {
    FloatVector v00 = load(from, f);
    FloatVector v01 = load(from, f + WIDTH);
    FloatVector v10 = load(from, f + fromStep);
    FloatVector v11 = load(from, f + fromStep + WIDTH);
    FloatVector v20 = load(from, f + 2 * fromStep);
    FloatVector v21 = load(from, f + 2 * fromStep + WIDTH);
    FloatVector v30 = load(from, f + 3 * fromStep);
    FloatVector v31 = load(from, f + 3 * fromStep + WIDTH);
    // Two terms a turn: with four separate streams the front end, not the multiplier, is the limit.
    for (int j = 0; j < n; j += 2) {
      FloatVector b0 = load(d, b + j * LANES);
      FloatVector b1 = load(d, b + j * LANES + WIDTH);
      FloatVector t = spread(a[a0 + j]);
      v00 = t.fma(b0, v00);
      v01 = t.fma(b1, v01);
      t = spread(a[a1 + j]);
      v10 = t.fma(b0, v10);
      v11 = t.fma(b1, v11);
      t = spread(a[a2 + j]);
      v20 = t.fma(b0, v20);
      v21 = t.fma(b1, v21);
      t = spread(a[a3 + j]);
      v30 = t.fma(b0, v30);
      v31 = t.fma(b1, v31);
      b0 = load(d, b + j * LANES + LANES);
      b1 = load(d, b + j * LANES + LANES + WIDTH);
      t = spread(a[a0 + j + 1]);
      v00 = t.fma(b0, v00);
      v01 = t.fma(b1, v01);
      t = spread(a[a1 + j + 1]);
      v10 = t.fma(b0, v10);
      v11 = t.fma(b1, v11);
      t = spread(a[a2 + j + 1]);
      v20 = t.fma(b0, v20);
      v21 = t.fma(b1, v21);
      t = spread(a[a3 + j + 1]);
      v30 = t.fma(b0, v30);
      v31 = t.fma(b1, v31);
    }
    v00.intoArray(out, o);
    v01.intoArray(out, o + WIDTH);
    v10.intoArray(out, o + step);
    v11.intoArray(out, o + step + WIDTH);
    v20.intoArray(out, o + 2 * step);
    v21.intoArray(out, o + 2 * step + WIDTH);
    v30.intoArray(out, o + 3 * step);
    v31.intoArray(out, o + 3 * step + WIDTH);
  }

  @Override
  public int streams(int width) {
    return width == 5 ? 2 : 3;
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
    for (int h = 0; h < LANES; h += WIDTH) {
      if (width == 5) {
        lanes2x5(n, d, at[0] + h, at[1] + h, dStep, in, i + h, acc, accOff + h);
      } else {
        lanes3x3(n, d, at[0] + h, at[1] + h, at[2] + h, dStep, in, i + h, acc, accOff + h);
      }
    }
  }

  private static void lanes2x5(
      int n, float[] d, int d0, int d1, int dStep, float[] in, int i, float[] acc, int o) {
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
    for (int j = 0; j < n; j++) {
      FloatVector x = load(d, d0 + j * dStep);
      FloatVector y = load(d, d1 + j * dStep);
      FloatVector e = load(in, i + j * LANES);
      v00 = e.fma(x, v00);
      v10 = e.fma(y, v10);
      e = load(in, i + j * LANES + LANES);
      v01 = e.fma(x, v01);
      v11 = e.fma(y, v11);
      e = load(in, i + j * LANES + 2 * LANES);
      v02 = e.fma(x, v02);
      v12 = e.fma(y, v12);
      e = load(in, i + j * LANES + 3 * LANES);
      v03 = e.fma(x, v03);
      v13 = e.fma(y, v13);
      e = load(in, i + j * LANES + 4 * LANES);
      v04 = e.fma(x, v04);
      v14 = e.fma(y, v14);
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
  }

  private static void lanes3x3(
      int n, float[] d, int d0, int d1, int d2, int dStep, float[] in, int i, float[] acc, int o) {
    FloatVector v00 = load(acc, o);
    FloatVector v01 = load(acc, o + LANES);
    FloatVector v02 = load(acc, o + 2 * LANES);
    FloatVector v10 = load(acc, o + 3 * LANES);
    FloatVector v11 = load(acc, o + 4 * LANES);
    FloatVector v12 = load(acc, o + 5 * LANES);
    FloatVector v20 = load(acc, o + 6 * LANES);
    FloatVector v21 = load(acc, o + 7 * LANES);
    FloatVector v22 = load(acc, o + 8 * LANES);
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
  }
}
