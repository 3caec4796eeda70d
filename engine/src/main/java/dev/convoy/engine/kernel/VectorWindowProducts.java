package dev.convoy.engine.kernel;

import static dev.convoy.engine.kernel.VectorWidth.WIDTH;
import static dev.convoy.engine.kernel.VectorWidth.load;
import static dev.convoy.engine.kernel.VectorWidth.spread;
import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Kernels.End;
import jdk.incubator.vector.FloatVector;

/**
 * {@link WindowProducts} on the Vector API. A tile is four output lines of two registers each:
 * eight sums in flight hide the latency of the multiply-add and, with two inputs and a broadcast,
 * fit sixteen registers. Every loop is one level deep and advances by compile-time strides, which
 * lets C2 keep sums in registers and hoist range checks.
 *
 * <p>Sums run along lanes that never meet, so the width of the registers changes no bit.
 */
class VectorWindowProducts implements WindowProducts {
  /** Lanes that one pass over a tile covers: two registers of them. */
  private static final int SPAN = 2 * WIDTH;

  /**
   * Stores a line. Small enough that C2 inlines it even off the hot path: a sum that meets a call
   * is boxed.
   */
  private static void store(FloatVector a, FloatVector b, float[] out, int o) {
    a.intoArray(out, o);
    b.intoArray(out, o + WIDTH);
  }

  /**
   * The ending of the tiles of a row of places, of {@code n} floats each, while they are in the
   * first-level cache. A pass of its own: a branch behind the sums makes C2 box them now and then.
   */
  static void finish(
      int places, int n, End end, float[] gate, int gateOff, float[] out, int outOff, int outStep) {
    for (int place = 0; end == End.GATE && place < places; place++) {
      VectorKernels.gateAll(n, gate, gateOff + place * outStep, out, outOff + place * outStep);
    }
    for (int place = 0; end == End.RELU && place < places; place++) {
      int o = outOff + place * outStep;
      VectorKernels.reluAll(n, out, o, out, o);
    }
  }

  @Override
  public void dot4(
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
      int outStep) {
    for (int h = 0; h < LANES; h += SPAN) {
      for (int place = 0; place < places; place++) {
        int p = inOff + h + place * inStep;
        int f = fromOff + h + place * fromStep;
        dot4Span(run, w, wOff, in, p, from, f, out, outOff + h + place * outStep);
      }
    }
    finish(places, 4 * LANES, end, gate, gateOff, out, outOff, outStep);
  }

  private static void dot4Span(
      int run, float[] w, int a, float[] in, int p, float[] from, int f, float[] out, int o) {
    FloatVector v00 = load(from, f);
    FloatVector v01 = load(from, f + WIDTH);
    FloatVector v10 = load(from, f + LANES);
    FloatVector v11 = load(from, f + LANES + WIDTH);
    FloatVector v20 = load(from, f + 2 * LANES);
    FloatVector v21 = load(from, f + 2 * LANES + WIDTH);
    FloatVector v30 = load(from, f + 3 * LANES);
    FloatVector v31 = load(from, f + 3 * LANES + WIDTH);
    for (int k = 0; k < run; k++) {
      FloatVector b0 = load(in, p + k * LANES);
      FloatVector b1 = load(in, p + k * LANES + WIDTH);
      FloatVector t = spread(w[a + k * 4]);
      v00 = t.fma(b0, v00);
      v01 = t.fma(b1, v01);
      t = spread(w[a + k * 4 + 1]);
      v10 = t.fma(b0, v10);
      v11 = t.fma(b1, v11);
      t = spread(w[a + k * 4 + 2]);
      v20 = t.fma(b0, v20);
      v21 = t.fma(b1, v21);
      t = spread(w[a + k * 4 + 3]);
      v30 = t.fma(b0, v30);
      v31 = t.fma(b1, v31);
    }
    store(v00, v01, out, o);
    store(v10, v11, out, o + LANES);
    store(v20, v21, out, o + 2 * LANES);
    store(v30, v31, out, o + 2 * LANES + LANES);
  }

  /** Two places at a time, for as many sums in flight as {@link #dot4} has; an odd one twice. */
  @Override
  public void dot2(
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
      int outStep) {
    for (int h = 0; h < LANES; h += SPAN) {
      for (int place = 0; place < places; place += 2) {
        int both = place + 1 < places ? 1 : 0;
        int p = inOff + h + place * inStep;
        int f = fromOff + h + place * fromStep;
        int o = outOff + h + place * outStep;
        int p2 = p + both * inStep;
        int f2 = f + both * fromStep;
        dot2Span(run, w, wOff, in, p, p2, from, f, f2, out, o, o + both * outStep);
      }
    }
    finish(places, 2 * LANES, end, gate, gateOff, out, outOff, outStep);
  }

  private static void dot2Span(
      int run,
      float[] w,
      int a,
      float[] in,
      int p,
      int q,
      float[] from,
      int f,
      int f2,
      float[] out,
      int o,
      int o2) {
    FloatVector v00 = load(from, f);
    FloatVector v01 = load(from, f + WIDTH);
    FloatVector v10 = load(from, f + LANES);
    FloatVector v11 = load(from, f + LANES + WIDTH);
    FloatVector u00 = load(from, f2);
    FloatVector u01 = load(from, f2 + WIDTH);
    FloatVector u10 = load(from, f2 + LANES);
    FloatVector u11 = load(from, f2 + LANES + WIDTH);
    for (int k = 0; k < run; k++) {
      FloatVector b0 = load(in, p + k * LANES);
      FloatVector b1 = load(in, p + k * LANES + WIDTH);
      FloatVector c0 = load(in, q + k * LANES);
      FloatVector c1 = load(in, q + k * LANES + WIDTH);
      FloatVector t = spread(w[a + k * 2]);
      v00 = t.fma(b0, v00);
      v01 = t.fma(b1, v01);
      u00 = t.fma(c0, u00);
      u01 = t.fma(c1, u01);
      t = spread(w[a + k * 2 + 1]);
      v10 = t.fma(b0, v10);
      v11 = t.fma(b1, v11);
      u10 = t.fma(c0, u10);
      u11 = t.fma(c1, u11);
    }
    store(v00, v01, out, o);
    store(v10, v11, out, o + LANES);
    store(u00, u01, out, o2);
    store(u10, u11, out, o2 + LANES);
  }

  @Override
  public void slide3x3(
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
      int outStep) {
    for (int c = 0; c < channels; c++) {
      slide3x3(
          n,
          w,
          wOff + c,
          wStep,
          biasOff + c * LANES,
          in,
          i0,
          i1,
          i2,
          out,
          outOff + c * LANES,
          outStep);
    }
  }

  /** One channel. */
  static void slide3x3(
      int n,
      float[] w,
      int a,
      int wStep,
      int bias,
      float[] in,
      int i0,
      int i1,
      int i2,
      float[] out,
      int outOff,
      int outStep) {
    int odd = n & 1;
    int last = n - 2;
    for (int h = 0; h < LANES; h += WIDTH) {
      int o = outOff + h;
      slide(n - odd, w, a, wStep, bias, in, i0 + h, i1 + h, i2 + h, out, o, outStep);
      if (odd != 0) {
        // The last two lines once more: one of them again, with the same bits.
        int at = h + last * LANES;
        o += last * outStep;
        slide(2, w, a, wStep, bias, in, i0 + at, i1 + at, i2 + at, out, o, outStep);
      }
    }
  }

  /** Lines in pairs, which share four of six loads; the nine weights stay in registers. */
  private static void slide(
      int n,
      float[] w,
      int a,
      int wStep,
      int bias,
      float[] in,
      int i0,
      int i1,
      int i2,
      float[] out,
      int o,
      int step) {
    FloatVector w0 = spread(w[a]);
    FloatVector w1 = spread(w[a + wStep]);
    FloatVector w2 = spread(w[a + 2 * wStep]);
    FloatVector w3 = spread(w[a + 3 * wStep]);
    FloatVector w4 = spread(w[a + 4 * wStep]);
    FloatVector w5 = spread(w[a + 5 * wStep]);
    FloatVector w6 = spread(w[a + 6 * wStep]);
    FloatVector w7 = spread(w[a + 7 * wStep]);
    FloatVector w8 = spread(w[a + 8 * wStep]);
    FloatVector start0 = spread(w[bias]);
    for (int x = 0; x < n; x += 2) {
      FloatVector v0 = start0;
      FloatVector v1 = start0;
      FloatVector e = load(in, i0 + x * LANES);
      v0 = w0.fma(e, v0);
      e = load(in, i0 + x * LANES + LANES);
      v0 = w1.fma(e, v0);
      v1 = w0.fma(e, v1);
      e = load(in, i0 + x * LANES + 2 * LANES);
      v0 = w2.fma(e, v0);
      v1 = w1.fma(e, v1);
      e = load(in, i0 + x * LANES + 3 * LANES);
      v1 = w2.fma(e, v1);
      e = load(in, i1 + x * LANES);
      v0 = w3.fma(e, v0);
      e = load(in, i1 + x * LANES + LANES);
      v0 = w4.fma(e, v0);
      v1 = w3.fma(e, v1);
      e = load(in, i1 + x * LANES + 2 * LANES);
      v0 = w5.fma(e, v0);
      v1 = w4.fma(e, v1);
      e = load(in, i1 + x * LANES + 3 * LANES);
      v1 = w5.fma(e, v1);
      e = load(in, i2 + x * LANES);
      v0 = w6.fma(e, v0);
      e = load(in, i2 + x * LANES + LANES);
      v0 = w7.fma(e, v0);
      v1 = w6.fma(e, v1);
      e = load(in, i2 + x * LANES + 2 * LANES);
      v0 = w8.fma(e, v0);
      v1 = w7.fma(e, v1);
      e = load(in, i2 + x * LANES + 3 * LANES);
      v1 = w8.fma(e, v1);
      v0.intoArray(out, o + x * step);
      v1.intoArray(out, o + x * step + step);
    }
  }

  @Override
  public void rows4(
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
      int outOff) {
    FloatVector w0 = spread(w[wOff]);
    FloatVector w1 = spread(w[wOff + wStep]);
    FloatVector w2 = spread(w[wOff + 2 * wStep]);
    FloatVector w3 = spread(w[wOff + 3 * wStep]);
    int whole = n - n % WIDTH;
    for (int j = 0; j < whole; j += WIDTH) {
      FloatVector v = w0.fma(load(in, i0 + j), load(out, outOff + j));
      v = w1.fma(load(in, i1 + j), v);
      v = w2.fma(load(in, i2 + j), v);
      w3.fma(load(in, i3 + j), v).intoArray(out, outOff + j);
    }
    for (int j = whole; j < n; j++) {
      float v = Math.fma(w[wOff], in[i0 + j], out[outOff + j]);
      v = Math.fma(w[wOff + wStep], in[i1 + j], v);
      v = Math.fma(w[wOff + 2 * wStep], in[i2 + j], v);
      out[outOff + j] = Math.fma(w[wOff + 3 * wStep], in[i3 + j], v);
    }
  }
}
