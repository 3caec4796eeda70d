package dev.convoy.engine.kernel;

import static dev.convoy.engine.kernel.VectorWidth.load;
import static dev.convoy.engine.kernel.VectorWidth.spread;
import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Kernels.End;
import jdk.incubator.vector.FloatVector;

/**
 * {@link WindowProducts} for registers that hold a whole line, of which there are 32: a tile is
 * taken at four places at once (six where it is two lines), for sixteen sums in flight from four
 * inputs and a broadcast. An odd place at the end is taken twice, by the loop for two.
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
    int place = 0;
    for (; place + 4 <= places; place += 4) {
      int p = inOff + place * inStep;
      int f = fromOff + place * fromStep;
      int o = outOff + place * outStep;
      dot4By4(run, w, wOff, in, p, inStep, from, f, fromStep, out, o, outStep);
    }
    for (; place < places; place += 2) {
      int both = place + 1 < places ? 1 : 0;
      int p = inOff + place * inStep;
      int f = fromOff + place * fromStep;
      int o = outOff + place * outStep;
      dot4By2(run, w, wOff, in, p, both * inStep, from, f, both * fromStep, out, o, both * outStep);
    }
    finish(places, 4 * LANES, end, gate, gateOff, out, outOff, outStep);
  }

  private static void dot4By4(
      int run,
      float[] w,
      int a,
      float[] in,
      int p,
      int inStep,
      float[] from,
      int f,
      int fromStep,
      float[] out,
      int o,
      int outStep) {
    int p1 = p + inStep;
    int p2 = p + 2 * inStep;
    int p3 = p + 3 * inStep;
    FloatVector v0 = load(from, f);
    FloatVector v1 = load(from, f + LANES);
    FloatVector v2 = load(from, f + 2 * LANES);
    FloatVector v3 = load(from, f + 3 * LANES);
    FloatVector u0 = load(from, f + fromStep);
    FloatVector u1 = load(from, f + fromStep + LANES);
    FloatVector u2 = load(from, f + fromStep + 2 * LANES);
    FloatVector u3 = load(from, f + fromStep + 3 * LANES);
    FloatVector s0 = load(from, f + 2 * fromStep);
    FloatVector s1 = load(from, f + 2 * fromStep + LANES);
    FloatVector s2 = load(from, f + 2 * fromStep + 2 * LANES);
    FloatVector s3 = load(from, f + 2 * fromStep + 3 * LANES);
    FloatVector x0 = load(from, f + 3 * fromStep);
    FloatVector x1 = load(from, f + 3 * fromStep + LANES);
    FloatVector x2 = load(from, f + 3 * fromStep + 2 * LANES);
    FloatVector x3 = load(from, f + 3 * fromStep + 3 * LANES);
    for (int k = 0; k < run; k++) {
      FloatVector b0 = load(in, p + k * LANES);
      FloatVector b1 = load(in, p1 + k * LANES);
      FloatVector b2 = load(in, p2 + k * LANES);
      FloatVector b3 = load(in, p3 + k * LANES);
      FloatVector t = spread(w[a + k * 4]);
      v0 = t.fma(b0, v0);
      u0 = t.fma(b1, u0);
      s0 = t.fma(b2, s0);
      x0 = t.fma(b3, x0);
      t = spread(w[a + k * 4 + 1]);
      v1 = t.fma(b0, v1);
      u1 = t.fma(b1, u1);
      s1 = t.fma(b2, s1);
      x1 = t.fma(b3, x1);
      t = spread(w[a + k * 4 + 2]);
      v2 = t.fma(b0, v2);
      u2 = t.fma(b1, u2);
      s2 = t.fma(b2, s2);
      x2 = t.fma(b3, x2);
      t = spread(w[a + k * 4 + 3]);
      v3 = t.fma(b0, v3);
      u3 = t.fma(b1, u3);
      s3 = t.fma(b2, s3);
      x3 = t.fma(b3, x3);
    }
    v0.intoArray(out, o);
    v1.intoArray(out, o + LANES);
    v2.intoArray(out, o + 2 * LANES);
    v3.intoArray(out, o + 3 * LANES);
    u0.intoArray(out, o + outStep);
    u1.intoArray(out, o + outStep + LANES);
    u2.intoArray(out, o + outStep + 2 * LANES);
    u3.intoArray(out, o + outStep + 3 * LANES);
    s0.intoArray(out, o + 2 * outStep);
    s1.intoArray(out, o + 2 * outStep + LANES);
    s2.intoArray(out, o + 2 * outStep + 2 * LANES);
    s3.intoArray(out, o + 2 * outStep + 3 * LANES);
    x0.intoArray(out, o + 3 * outStep);
    x1.intoArray(out, o + 3 * outStep + LANES);
    x2.intoArray(out, o + 3 * outStep + 2 * LANES);
    x3.intoArray(out, o + 3 * outStep + 3 * LANES);
  }

  private static void dot4By2(
      int run,
      float[] w,
      int a,
      float[] in,
      int p,
      int inStep,
      float[] from,
      int f,
      int fromStep,
      float[] out,
      int o,
      int outStep) {
    int p1 = p + inStep;
    FloatVector v0 = load(from, f);
    FloatVector v1 = load(from, f + LANES);
    FloatVector v2 = load(from, f + 2 * LANES);
    FloatVector v3 = load(from, f + 3 * LANES);
    FloatVector u0 = load(from, f + fromStep);
    FloatVector u1 = load(from, f + fromStep + LANES);
    FloatVector u2 = load(from, f + fromStep + 2 * LANES);
    FloatVector u3 = load(from, f + fromStep + 3 * LANES);
    for (int k = 0; k < run; k++) {
      FloatVector b0 = load(in, p + k * LANES);
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
    v0.intoArray(out, o);
    v1.intoArray(out, o + LANES);
    v2.intoArray(out, o + 2 * LANES);
    v3.intoArray(out, o + 3 * LANES);
    u0.intoArray(out, o + outStep);
    u1.intoArray(out, o + outStep + LANES);
    u2.intoArray(out, o + outStep + 2 * LANES);
    u3.intoArray(out, o + outStep + 3 * LANES);
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
    int place = 0;
    for (; place + 6 <= places; place += 6) {
      int p = inOff + place * inStep;
      int f = fromOff + place * fromStep;
      int o = outOff + place * outStep;
      dot2By6(run, w, wOff, in, p, inStep, from, f, fromStep, out, o, outStep);
    }
    for (; place < places; place += 2) {
      int both = place + 1 < places ? 1 : 0;
      int p = inOff + place * inStep;
      int f = fromOff + place * fromStep;
      int o = outOff + place * outStep;
      dot2By2(run, w, wOff, in, p, both * inStep, from, f, both * fromStep, out, o, both * outStep);
    }
    finish(places, 2 * LANES, end, gate, gateOff, out, outOff, outStep);
  }

  private static void dot2By6(
      int run,
      float[] w,
      int a,
      float[] in,
      int p,
      int inStep,
      float[] from,
      int f,
      int fromStep,
      float[] out,
      int o,
      int outStep) {
    int p1 = p + inStep;
    int p2 = p + 2 * inStep;
    int p3 = p + 3 * inStep;
    int p4 = p + 4 * inStep;
    int p5 = p + 5 * inStep;
    FloatVector v0 = load(from, f);
    FloatVector v1 = load(from, f + LANES);
    FloatVector u0 = load(from, f + fromStep);
    FloatVector u1 = load(from, f + fromStep + LANES);
    FloatVector s0 = load(from, f + 2 * fromStep);
    FloatVector s1 = load(from, f + 2 * fromStep + LANES);
    FloatVector x0 = load(from, f + 3 * fromStep);
    FloatVector x1 = load(from, f + 3 * fromStep + LANES);
    FloatVector y0 = load(from, f + 4 * fromStep);
    FloatVector y1 = load(from, f + 4 * fromStep + LANES);
    FloatVector z0 = load(from, f + 5 * fromStep);
    FloatVector z1 = load(from, f + 5 * fromStep + LANES);
    for (int k = 0; k < run; k++) {
      FloatVector b0 = load(in, p + k * LANES);
      FloatVector b1 = load(in, p1 + k * LANES);
      FloatVector b2 = load(in, p2 + k * LANES);
      FloatVector b3 = load(in, p3 + k * LANES);
      FloatVector b4 = load(in, p4 + k * LANES);
      FloatVector b5 = load(in, p5 + k * LANES);
      FloatVector t = spread(w[a + k * 2]);
      v0 = t.fma(b0, v0);
      u0 = t.fma(b1, u0);
      s0 = t.fma(b2, s0);
      x0 = t.fma(b3, x0);
      y0 = t.fma(b4, y0);
      z0 = t.fma(b5, z0);
      t = spread(w[a + k * 2 + 1]);
      v1 = t.fma(b0, v1);
      u1 = t.fma(b1, u1);
      s1 = t.fma(b2, s1);
      x1 = t.fma(b3, x1);
      y1 = t.fma(b4, y1);
      z1 = t.fma(b5, z1);
    }
    v0.intoArray(out, o);
    v1.intoArray(out, o + LANES);
    u0.intoArray(out, o + outStep);
    u1.intoArray(out, o + outStep + LANES);
    s0.intoArray(out, o + 2 * outStep);
    s1.intoArray(out, o + 2 * outStep + LANES);
    x0.intoArray(out, o + 3 * outStep);
    x1.intoArray(out, o + 3 * outStep + LANES);
    y0.intoArray(out, o + 4 * outStep);
    y1.intoArray(out, o + 4 * outStep + LANES);
    z0.intoArray(out, o + 5 * outStep);
    z1.intoArray(out, o + 5 * outStep + LANES);
  }

  private static void dot2By2(
      int run,
      float[] w,
      int a,
      float[] in,
      int p,
      int inStep,
      float[] from,
      int f,
      int fromStep,
      float[] out,
      int o,
      int outStep) {
    int p1 = p + inStep;
    FloatVector v0 = load(from, f);
    FloatVector v1 = load(from, f + LANES);
    FloatVector u0 = load(from, f + fromStep);
    FloatVector u1 = load(from, f + fromStep + LANES);
    for (int k = 0; k < run; k++) {
      FloatVector b0 = load(in, p + k * LANES);
      FloatVector b1 = load(in, p1 + k * LANES);
      FloatVector t = spread(w[a + k * 2]);
      v0 = t.fma(b0, v0);
      u0 = t.fma(b1, u0);
      t = spread(w[a + k * 2 + 1]);
      v1 = t.fma(b0, v1);
      u1 = t.fma(b1, u1);
    }
    v0.intoArray(out, o);
    v1.intoArray(out, o + LANES);
    u0.intoArray(out, o + outStep);
    u1.intoArray(out, o + outStep + LANES);
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
