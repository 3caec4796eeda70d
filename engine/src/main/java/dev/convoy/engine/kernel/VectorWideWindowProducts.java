package dev.convoy.engine.kernel;

import static dev.convoy.engine.kernel.Kernels.LANES;
import static dev.convoy.engine.kernel.VectorWidth.load;
import static dev.convoy.engine.kernel.VectorWidth.spread;

import dev.convoy.engine.kernel.Kernels.End;
import jdk.incubator.vector.FloatVector;

/**
 * {@link WindowProducts} for registers that hold a whole line, of which there are 32: a tile is
 * taken at four places at once, for sixteen sums in flight from four inputs and a broadcast. An odd
 * place at the end is taken twice, by the loop for two.
 */
final class VectorWideWindowProducts extends VectorWindowProducts {

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
    int p = inOff;
    int f = fromOff;
    int o = outOff;
    int place = 0;
    for (; place + 4 <= places; place += 4) {
      int p2 = p + 2 * inStep;
      int f2 = f + 2 * fromStep;
      int o2 = o + 2 * outStep;
      dot4By4(
          run,
          w,
          wOff,
          in,
          p,
          p + inStep,
          p2,
          p2 + inStep,
          from,
          f,
          f + fromStep,
          f2,
          f2 + fromStep,
          out,
          o,
          o + outStep,
          o2,
          o2 + outStep);
      p = p2 + 2 * inStep;
      f = f2 + 2 * fromStep;
      o = o2 + 2 * outStep;
    }
    for (; place < places; place += 2) {
      int both = place + 1 < places ? 1 : 0;
      dot4By2(
          run,
          w,
          wOff,
          in,
          p,
          p + both * inStep,
          from,
          f,
          f + both * fromStep,
          out,
          o,
          o + both * outStep);
      p += 2 * inStep;
      f += 2 * fromStep;
      o += 2 * outStep;
    }
    finish(places, 4 * LANES, end, gate, gateOff, out, outOff, outStep);
  }

  private static void dot4By4(
      int run,
      float[] w,
      int a,
      float[] in,
      int p0,
      int p1,
      int p2,
      int p3,
      float[] from,
      int f0,
      int f1,
      int f2,
      int f3,
      float[] out,
      int o0,
      int o1,
      int o2,
      int o3) {
    FloatVector v0 = load(from, f0);
    FloatVector v1 = load(from, f0 + LANES);
    FloatVector v2 = load(from, f0 + 2 * LANES);
    FloatVector v3 = load(from, f0 + 3 * LANES);
    FloatVector u0 = load(from, f1);
    FloatVector u1 = load(from, f1 + LANES);
    FloatVector u2 = load(from, f1 + 2 * LANES);
    FloatVector u3 = load(from, f1 + 3 * LANES);
    FloatVector t0 = load(from, f2);
    FloatVector t1 = load(from, f2 + LANES);
    FloatVector t2 = load(from, f2 + 2 * LANES);
    FloatVector t3 = load(from, f2 + 3 * LANES);
    FloatVector x0 = load(from, f3);
    FloatVector x1 = load(from, f3 + LANES);
    FloatVector x2 = load(from, f3 + 2 * LANES);
    FloatVector x3 = load(from, f3 + 3 * LANES);
    for (int k = 0; k < run; k++) {
      FloatVector b0 = load(in, p0 + k * LANES);
      FloatVector b1 = load(in, p1 + k * LANES);
      FloatVector b2 = load(in, p2 + k * LANES);
      FloatVector b3 = load(in, p3 + k * LANES);
      FloatVector t = spread(w[a + k * 4]);
      v0 = t.fma(b0, v0);
      u0 = t.fma(b1, u0);
      t0 = t.fma(b2, t0);
      x0 = t.fma(b3, x0);
      t = spread(w[a + k * 4 + 1]);
      v1 = t.fma(b0, v1);
      u1 = t.fma(b1, u1);
      t1 = t.fma(b2, t1);
      x1 = t.fma(b3, x1);
      t = spread(w[a + k * 4 + 2]);
      v2 = t.fma(b0, v2);
      u2 = t.fma(b1, u2);
      t2 = t.fma(b2, t2);
      x2 = t.fma(b3, x2);
      t = spread(w[a + k * 4 + 3]);
      v3 = t.fma(b0, v3);
      u3 = t.fma(b1, u3);
      t3 = t.fma(b2, t3);
      x3 = t.fma(b3, x3);
    }
    v0.intoArray(out, o0);
    v1.intoArray(out, o0 + LANES);
    v2.intoArray(out, o0 + 2 * LANES);
    v3.intoArray(out, o0 + 3 * LANES);
    u0.intoArray(out, o1);
    u1.intoArray(out, o1 + LANES);
    u2.intoArray(out, o1 + 2 * LANES);
    u3.intoArray(out, o1 + 3 * LANES);
    t0.intoArray(out, o2);
    t1.intoArray(out, o2 + LANES);
    t2.intoArray(out, o2 + 2 * LANES);
    t3.intoArray(out, o2 + 3 * LANES);
    x0.intoArray(out, o3);
    x1.intoArray(out, o3 + LANES);
    x2.intoArray(out, o3 + 2 * LANES);
    x3.intoArray(out, o3 + 3 * LANES);
  }

  private static void dot4By2(
      int run,
      float[] w,
      int a,
      float[] in,
      int p0,
      int p1,
      float[] from,
      int f0,
      int f1,
      float[] out,
      int o0,
      int o1) {
    FloatVector v0 = load(from, f0);
    FloatVector v1 = load(from, f0 + LANES);
    FloatVector v2 = load(from, f0 + 2 * LANES);
    FloatVector v3 = load(from, f0 + 3 * LANES);
    FloatVector u0 = load(from, f1);
    FloatVector u1 = load(from, f1 + LANES);
    FloatVector u2 = load(from, f1 + 2 * LANES);
    FloatVector u3 = load(from, f1 + 3 * LANES);
    for (int k = 0; k < run; k++) {
      FloatVector b0 = load(in, p0 + k * LANES);
      FloatVector b1 = load(in, p1 + k * LANES);
      FloatVector t = spread(w[a + k * 4]);
      v0 = t.fma(b0, v0);
      u0 = t.fma(b1, u0);
      t = spread(w[a + k * 4 + 1]);
      v1 = t.fma(b0, v1);
      u1 = t.fma(b1, u1);
      t = spread(w[a + k * 4 + 2]);
      v2 = t.fma(b0, v2);
      u2 = t.fma(b1, u2);
      t = spread(w[a + k * 4 + 3]);
      v3 = t.fma(b0, v3);
      u3 = t.fma(b1, u3);
    }
    v0.intoArray(out, o0);
    v1.intoArray(out, o0 + LANES);
    v2.intoArray(out, o0 + 2 * LANES);
    v3.intoArray(out, o0 + 3 * LANES);
    u0.intoArray(out, o1);
    u1.intoArray(out, o1 + LANES);
    u2.intoArray(out, o1 + 2 * LANES);
    u3.intoArray(out, o1 + 3 * LANES);
  }

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
    int p = inOff;
    int f = fromOff;
    int o = outOff;
    int place = 0;
    for (; place + 4 <= places; place += 4) {
      int p2 = p + 2 * inStep;
      int f2 = f + 2 * fromStep;
      int o2 = o + 2 * outStep;
      dot2By4(
          run,
          w,
          wOff,
          in,
          p,
          p + inStep,
          p2,
          p2 + inStep,
          from,
          f,
          f + fromStep,
          f2,
          f2 + fromStep,
          out,
          o,
          o + outStep,
          o2,
          o2 + outStep);
      p = p2 + 2 * inStep;
      f = f2 + 2 * fromStep;
      o = o2 + 2 * outStep;
    }
    for (; place < places; place += 2) {
      int both = place + 1 < places ? 1 : 0;
      dot2By2(
          run,
          w,
          wOff,
          in,
          p,
          p + both * inStep,
          from,
          f,
          f + both * fromStep,
          out,
          o,
          o + both * outStep);
      p += 2 * inStep;
      f += 2 * fromStep;
      o += 2 * outStep;
    }
    finish(places, 2 * LANES, end, gate, gateOff, out, outOff, outStep);
  }

  private static void dot2By4(
      int run,
      float[] w,
      int a,
      float[] in,
      int p0,
      int p1,
      int p2,
      int p3,
      float[] from,
      int f0,
      int f1,
      int f2,
      int f3,
      float[] out,
      int o0,
      int o1,
      int o2,
      int o3) {
    FloatVector v0 = load(from, f0);
    FloatVector v1 = load(from, f0 + LANES);
    FloatVector u0 = load(from, f1);
    FloatVector u1 = load(from, f1 + LANES);
    FloatVector t0 = load(from, f2);
    FloatVector t1 = load(from, f2 + LANES);
    FloatVector x0 = load(from, f3);
    FloatVector x1 = load(from, f3 + LANES);
    for (int k = 0; k < run; k++) {
      FloatVector b0 = load(in, p0 + k * LANES);
      FloatVector b1 = load(in, p1 + k * LANES);
      FloatVector b2 = load(in, p2 + k * LANES);
      FloatVector b3 = load(in, p3 + k * LANES);
      FloatVector t = spread(w[a + k * 2]);
      v0 = t.fma(b0, v0);
      u0 = t.fma(b1, u0);
      t0 = t.fma(b2, t0);
      x0 = t.fma(b3, x0);
      t = spread(w[a + k * 2 + 1]);
      v1 = t.fma(b0, v1);
      u1 = t.fma(b1, u1);
      t1 = t.fma(b2, t1);
      x1 = t.fma(b3, x1);
    }
    v0.intoArray(out, o0);
    v1.intoArray(out, o0 + LANES);
    u0.intoArray(out, o1);
    u1.intoArray(out, o1 + LANES);
    t0.intoArray(out, o2);
    t1.intoArray(out, o2 + LANES);
    x0.intoArray(out, o3);
    x1.intoArray(out, o3 + LANES);
  }

  private static void dot2By2(
      int run,
      float[] w,
      int a,
      float[] in,
      int p0,
      int p1,
      float[] from,
      int f0,
      int f1,
      float[] out,
      int o0,
      int o1) {
    FloatVector v0 = load(from, f0);
    FloatVector v1 = load(from, f0 + LANES);
    FloatVector u0 = load(from, f1);
    FloatVector u1 = load(from, f1 + LANES);
    for (int k = 0; k < run; k++) {
      FloatVector b0 = load(in, p0 + k * LANES);
      FloatVector b1 = load(in, p1 + k * LANES);
      FloatVector t = spread(w[a + k * 2]);
      v0 = t.fma(b0, v0);
      u0 = t.fma(b1, u0);
      t = spread(w[a + k * 2 + 1]);
      v1 = t.fma(b0, v1);
      u1 = t.fma(b1, u1);
    }
    v0.intoArray(out, o0);
    v1.intoArray(out, o0 + LANES);
    u0.intoArray(out, o1);
    u1.intoArray(out, o1 + LANES);
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
    int c = 0;
    for (; c + 2 <= channels; c += 2) {
      slide2(
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
    if (c < channels) {
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

  /** Two channels share every load; their eighteen weights stay in registers. */
  private static void slide2(
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
    FloatVector q0 = spread(w[a + 1]);
    FloatVector q1 = spread(w[a + 1 + wStep]);
    FloatVector q2 = spread(w[a + 1 + 2 * wStep]);
    FloatVector q3 = spread(w[a + 1 + 3 * wStep]);
    FloatVector q4 = spread(w[a + 1 + 4 * wStep]);
    FloatVector q5 = spread(w[a + 1 + 5 * wStep]);
    FloatVector q6 = spread(w[a + 1 + 6 * wStep]);
    FloatVector q7 = spread(w[a + 1 + 7 * wStep]);
    FloatVector q8 = spread(w[a + 1 + 8 * wStep]);
    FloatVector start0 = spread(w[bias]);
    FloatVector start1 = spread(w[bias + LANES]);
    for (int x = 0; x < n; x++) {
      FloatVector v = start0;
      FloatVector u = start1;
      FloatVector e = load(in, i0 + x * LANES);
      v = w0.fma(e, v);
      u = q0.fma(e, u);
      e = load(in, i0 + x * LANES + LANES);
      v = w1.fma(e, v);
      u = q1.fma(e, u);
      e = load(in, i0 + x * LANES + 2 * LANES);
      v = w2.fma(e, v);
      u = q2.fma(e, u);
      e = load(in, i1 + x * LANES);
      v = w3.fma(e, v);
      u = q3.fma(e, u);
      e = load(in, i1 + x * LANES + LANES);
      v = w4.fma(e, v);
      u = q4.fma(e, u);
      e = load(in, i1 + x * LANES + 2 * LANES);
      v = w5.fma(e, v);
      u = q5.fma(e, u);
      e = load(in, i2 + x * LANES);
      v = w6.fma(e, v);
      u = q6.fma(e, u);
      e = load(in, i2 + x * LANES + LANES);
      v = w7.fma(e, v);
      u = q7.fma(e, u);
      e = load(in, i2 + x * LANES + 2 * LANES);
      v = w8.fma(e, v);
      u = q8.fma(e, u);
      v.intoArray(out, o + x * step);
      u.intoArray(out, o + x * step + LANES);
    }
  }
}
