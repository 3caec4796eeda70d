package dev.convoy.engine.kernel;

import static dev.convoy.engine.kernel.VectorWidth.WIDTH;
import static dev.convoy.engine.kernel.VectorWidth.load;
import static dev.convoy.engine.kernel.VectorWidth.spread;
import static dev.convoy.engine.kernel.VectorWidth.zero;
import static dev.convoy.engine.kernel.WinogradPoints.A;
import static dev.convoy.engine.kernel.WinogradPoints.A2;
import static dev.convoy.engine.kernel.WinogradPoints.A3;
import static dev.convoy.engine.kernel.WinogradPoints.B;
import static dev.convoy.engine.kernel.WinogradPoints.B2;
import static dev.convoy.engine.kernel.WinogradPoints.B3;
import static dev.convoy.engine.kernel.WinogradPoints.G_0;
import static dev.convoy.engine.kernel.WinogradPoints.G_A;
import static dev.convoy.engine.kernel.WinogradPoints.G_B;
import static dev.convoy.engine.tensor.Lanes.LANES;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.convoy.engine.kernel.Kernels.End;
import jdk.incubator.vector.FloatVector;

/**
 * {@link WinogradTransforms} on the Vector API. What each tile needs more than once is in methods
 * of more than 325 bytecodes, beyond which C2 inlines no method into a loop that calls it: inlined,
 * their vectors are sometimes boxed, and half of the gain is lost. For the same reason each ending
 * has a method of its own: in one method for all, C2 boxed the vectors of the last.
 */
final class VectorWinogradTransforms implements WinogradTransforms {
  @Override
  public void input(int n, float[] in, int i, int s, float[] out, int o, int t) {
    FloatVector a = spread(A);
    FloatVector b = spread(B);
    FloatVector ma = spread(-A);
    FloatVector mb = spread(-B);
    FloatVector ma2 = spread(-A2);
    FloatVector mb2 = spread(-B2);
    FloatVector product = spread(A2 * B2);
    FloatVector sum = spread(-(A2 + B2));
    for (int j = 0; j < n; j += WIDTH) {
      int k = o + j;
      FloatVector d0 = load(in, i + j);
      FloatVector d1 = load(in, i + s + j);
      FloatVector d2 = load(in, i + 2 * s + j);
      FloatVector d3 = load(in, i + 3 * s + j);
      FloatVector d4 = load(in, i + 4 * s + j);
      FloatVector d5 = load(in, i + 5 * s + j);
      d0.fma(product, d2.fma(sum, d4)).intoArray(out, k);
      FloatVector p = d2.fma(mb2, d4);
      FloatVector q = d1.fma(mb2, d3);
      q.fma(a, p).intoArray(out, k + t);
      q.fma(ma, p).intoArray(out, k + 2 * t);
      p = d2.fma(ma2, d4);
      q = d1.fma(ma2, d3);
      q.fma(b, p).intoArray(out, k + 3 * t);
      q.fma(mb, p).intoArray(out, k + 4 * t);
      d1.fma(product, d3.fma(sum, d5)).intoArray(out, k + 5 * t);
    }
  }

  @Override
  public void inputLines(int n, float[] in, int i, int s, float[] out, int o, int t, int lineStep) {
    FloatVector a = spread(A);
    FloatVector b = spread(B);
    FloatVector ma = spread(-A);
    FloatVector mb = spread(-B);
    FloatVector ma2 = spread(-A2);
    FloatVector mb2 = spread(-B2);
    FloatVector product = spread(A2 * B2);
    FloatVector sum = spread(-(A2 + B2));
    for (int j = 0; j < n; j += WIDTH) {
      int k = o + j / LANES * lineStep + j % LANES;
      FloatVector d0 = load(in, i + j);
      FloatVector d1 = load(in, i + s + j);
      FloatVector d2 = load(in, i + 2 * s + j);
      FloatVector d3 = load(in, i + 3 * s + j);
      FloatVector d4 = load(in, i + 4 * s + j);
      FloatVector d5 = load(in, i + 5 * s + j);
      d0.fma(product, d2.fma(sum, d4)).intoArray(out, k);
      FloatVector p = d2.fma(mb2, d4);
      FloatVector q = d1.fma(mb2, d3);
      q.fma(a, p).intoArray(out, k + t);
      q.fma(ma, p).intoArray(out, k + 2 * t);
      p = d2.fma(ma2, d4);
      q = d1.fma(ma2, d3);
      q.fma(b, p).intoArray(out, k + 3 * t);
      q.fma(mb, p).intoArray(out, k + 4 * t);
      d1.fma(product, d3.fma(sum, d5)).intoArray(out, k + 5 * t);
    }
  }

  @Override
  public void output(
      int n,
      float[] in,
      int i,
      int s,
      float[] start,
      int c,
      End end,
      float[] gate,
      int g,
      float[] out,
      int o,
      int t) {
    if (end == End.GATE) {
      gated(n, in, i, s, gate, g, out, o, t);
    } else if (start == null) {
      plain(n, in, i, s, out, o, t);
    } else {
      started(n, in, i, s, start, c, end == End.RELU ? 0f : Float.NEGATIVE_INFINITY, out, o, t);
    }
  }

  private static void plain(int n, float[] in, int i, int s, float[] out, int o, int t) {
    FloatVector a = spread(A);
    FloatVector b = spread(B);
    FloatVector a2 = spread(A2);
    FloatVector b2 = spread(B2);
    FloatVector a3 = spread(A3);
    FloatVector b3 = spread(B3);
    for (int j = 0; j < n; j += WIDTH) {
      FloatVector m1 = load(in, i + s + j);
      FloatVector m2 = load(in, i + 2 * s + j);
      FloatVector m3 = load(in, i + 3 * s + j);
      FloatVector m4 = load(in, i + 4 * s + j);
      FloatVector p = m1.add(m2);
      FloatVector q = m3.add(m4);
      FloatVector r = m1.sub(m2);
      FloatVector u = m3.sub(m4);
      FloatVector v0 = load(in, i + j).add(p).add(q);
      FloatVector v3 = r.fma(a3, u.fma(b3, load(in, i + 5 * s + j)));
      v0.intoArray(out, o + j);
      r.fma(a, u.mul(b)).intoArray(out, o + t + j);
      p.fma(a2, q.mul(b2)).intoArray(out, o + 2 * t + j);
      v3.intoArray(out, o + 3 * t + j);
    }
  }

  private static void gated(
      int n, float[] in, int i, int s, float[] gate, int g, float[] out, int o, int t) {
    FloatVector a = spread(A);
    FloatVector b = spread(B);
    FloatVector a2 = spread(A2);
    FloatVector b2 = spread(B2);
    FloatVector a3 = spread(A3);
    FloatVector b3 = spread(B3);
    FloatVector zero = zero();
    for (int j = 0; j < n; j += WIDTH) {
      FloatVector m1 = load(in, i + s + j);
      FloatVector m2 = load(in, i + 2 * s + j);
      FloatVector m3 = load(in, i + 3 * s + j);
      FloatVector m4 = load(in, i + 4 * s + j);
      FloatVector p = m1.add(m2);
      FloatVector q = m3.add(m4);
      FloatVector r = m1.sub(m2);
      FloatVector u = m3.sub(m4);
      FloatVector v0 = load(in, i + j).add(p).add(q);
      FloatVector v3 = r.fma(a3, u.fma(b3, load(in, i + 5 * s + j)));
      v0.blend(zero, load(gate, g + j).compare(LE, zero)).intoArray(out, o + j);
      FloatVector v = r.fma(a, u.mul(b));
      v.blend(zero, load(gate, g + t + j).compare(LE, zero)).intoArray(out, o + t + j);
      v = p.fma(a2, q.mul(b2));
      v.blend(zero, load(gate, g + 2 * t + j).compare(LE, zero)).intoArray(out, o + 2 * t + j);
      v3.blend(zero, load(gate, g + 3 * t + j).compare(LE, zero)).intoArray(out, o + 3 * t + j);
    }
  }

  /** Outputs below {@code least} become 0. */
  private static void started(
      int n,
      float[] in,
      int i,
      int s,
      float[] start,
      int c,
      float least,
      float[] out,
      int o,
      int t) {
    FloatVector a = spread(A);
    FloatVector b = spread(B);
    FloatVector a2 = spread(A2);
    FloatVector b2 = spread(B2);
    FloatVector a3 = spread(A3);
    FloatVector b3 = spread(B3);
    FloatVector zero = zero();
    FloatVector low = spread(least);
    for (int j = 0; j < n; j += WIDTH) {
      FloatVector e = load(start, c + j);
      FloatVector m1 = load(in, i + s + j);
      FloatVector m2 = load(in, i + 2 * s + j);
      FloatVector m3 = load(in, i + 3 * s + j);
      FloatVector m4 = load(in, i + 4 * s + j);
      FloatVector p = m1.add(m2);
      FloatVector q = m3.add(m4);
      FloatVector r = m1.sub(m2);
      FloatVector u = m3.sub(m4);
      FloatVector v0 = load(in, i + j).add(p).add(q);
      FloatVector v3 = r.fma(a3, u.fma(b3, load(in, i + 5 * s + j)));
      FloatVector v = v0.add(e);
      v.blend(zero, v.compare(LT, low)).intoArray(out, o + j);
      v = r.fma(a, u.fma(b, e));
      v.blend(zero, v.compare(LT, low)).intoArray(out, o + t + j);
      v = p.fma(a2, q.fma(b2, e));
      v.blend(zero, v.compare(LT, low)).intoArray(out, o + 2 * t + j);
      v = v3.add(e);
      v.blend(zero, v.compare(LT, low)).intoArray(out, o + 3 * t + j);
    }
  }

  @Override
  public void delta(int n, float[] in, int i, int s, float[] out, int o, int t) {
    FloatVector a = spread(A);
    FloatVector b = spread(B);
    FloatVector ma = spread(-A);
    FloatVector mb = spread(-B);
    FloatVector a2 = spread(A2);
    FloatVector b2 = spread(B2);
    for (int j = 0; j < n; j += 2 * WIDTH) {
      FloatVector y0 = load(in, i + j);
      FloatVector y1 = load(in, i + s + j);
      FloatVector y2 = load(in, i + 2 * s + j);
      FloatVector y3 = load(in, i + 3 * s + j);
      y0.intoArray(out, o + j);
      FloatVector p = y2.fma(a2, y0);
      FloatVector q = y3.fma(a2, y1);
      q.fma(a, p).intoArray(out, o + t + j);
      q.fma(ma, p).intoArray(out, o + 2 * t + j);
      p = y2.fma(b2, y0);
      q = y3.fma(b2, y1);
      q.fma(b, p).intoArray(out, o + 3 * t + j);
      q.fma(mb, p).intoArray(out, o + 4 * t + j);
      y3.intoArray(out, o + 5 * t + j);
      y0 = load(in, i + j + WIDTH);
      y1 = load(in, i + s + j + WIDTH);
      y2 = load(in, i + 2 * s + j + WIDTH);
      y3 = load(in, i + 3 * s + j + WIDTH);
      y0.intoArray(out, o + j + WIDTH);
      p = y2.fma(a2, y0);
      q = y3.fma(a2, y1);
      q.fma(a, p).intoArray(out, o + t + j + WIDTH);
      q.fma(ma, p).intoArray(out, o + 2 * t + j + WIDTH);
      p = y2.fma(b2, y0);
      q = y3.fma(b2, y1);
      q.fma(b, p).intoArray(out, o + 3 * t + j + WIDTH);
      q.fma(mb, p).intoArray(out, o + 4 * t + j + WIDTH);
      y3.intoArray(out, o + 5 * t + j + WIDTH);
    }
  }

  @Override
  public void weights(int n, float[] in, int i, int s, float[] out, int o, int t) {
    for (int j = 0; j < n; j += WIDTH) {
      FloatVector g0 = load(in, i + j);
      FloatVector g1 = load(in, i + s + j);
      FloatVector g2 = load(in, i + 2 * s + j);
      g0.mul(G_0).intoArray(out, o + j);
      FloatVector e = g2.fma(spread(A2 * G_A), g0.mul(G_A));
      g1.fma(spread(A * G_A), e).intoArray(out, o + t + j);
      g1.fma(spread(-A * G_A), e).intoArray(out, o + 2 * t + j);
      e = g2.fma(spread(B2 * G_B), g0.mul(G_B));
      g1.fma(spread(B * G_B), e).intoArray(out, o + 3 * t + j);
      g1.fma(spread(-B * G_B), e).intoArray(out, o + 4 * t + j);
      g2.intoArray(out, o + 5 * t + j);
    }
  }

  @Override
  public void gradient(int n, float[] in, int i, int s, float[] out, int o, int t) {
    for (int j = 0; j < n; j += WIDTH) {
      FloatVector s1 = load(in, i + s + j);
      FloatVector s2 = load(in, i + 2 * s + j);
      FloatVector s3 = load(in, i + 3 * s + j);
      FloatVector s4 = load(in, i + 4 * s + j);
      FloatVector p = s1.add(s2);
      FloatVector q = s3.add(s4);
      FloatVector first = load(in, i + j).mul(G_0);
      p.fma(spread(G_A), q.fma(spread(G_B), first)).intoArray(out, o + j);
      s1.sub(s2).fma(spread(A * G_A), s3.sub(s4).mul(B * G_B)).intoArray(out, o + t + j);
      FloatVector last = load(in, i + 5 * s + j);
      p.fma(spread(A2 * G_A), q.fma(spread(B2 * G_B), last)).intoArray(out, o + 2 * t + j);
    }
  }
}
