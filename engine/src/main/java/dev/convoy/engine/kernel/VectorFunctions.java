package dev.convoy.engine.kernel;

import static dev.convoy.engine.kernel.VectorWidth.DOUBLES;
import static dev.convoy.engine.kernel.VectorWidth.FLOATS;
import static dev.convoy.engine.kernel.VectorWidth.LONGS;
import static dev.convoy.engine.kernel.VectorWidth.WIDTH;
import static dev.convoy.engine.kernel.VectorWidth.larger;
import static dev.convoy.engine.tensor.Lanes.LANES;
import static jdk.incubator.vector.VectorOperators.D2F;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;

/**
 * {@link Functions} on the Vector API, in short passes over doubles: C2 gives up on inlining in one
 * long pass and boxes its vectors.
 */
final class VectorFunctions implements Functions {
  /** Doubles in a register. */
  private static final int HALF = WIDTH / 2;

  private static DoubleVector load(double[] a, int i) {
    return DoubleVector.fromArray(DOUBLES, a, i);
  }

  private static DoubleVector spread(double value) {
    return DoubleVector.broadcast(DOUBLES, value);
  }

  private static DoubleVector low(FloatVector v) {
    return (DoubleVector) v.convertShape(F2D, DOUBLES, 0);
  }

  private static DoubleVector high(FloatVector v) {
    return (DoubleVector) v.convertShape(F2D, DOUBLES, 1);
  }

  /**
   * Two registers of doubles, rounded to one of floats. In pieces that C2 inlines whatever it has
   * compiled before (MaxInlineSize): what it does not inline, it boxes.
   */
  private static FloatVector narrow(DoubleVector low, DoubleVector high) {
    return join(lowHalf(low), highHalf(high));
  }

  private static FloatVector lowHalf(DoubleVector v) {
    return (FloatVector) v.convertShape(D2F, FLOATS, 0);
  }

  private static FloatVector highHalf(DoubleVector v) {
    return (FloatVector) v.convertShape(D2F, FLOATS, -1);
  }

  /** One of the two is zero in every lane. */
  private static FloatVector join(FloatVector a, FloatVector b) {
    return a.reinterpretAsInts().or(b.reinterpretAsInts()).reinterpretAsFloats();
  }

  /** {@link Exp#exp}, operation by operation. */
  @Override
  public void exp(int n, double[] x, int off) {
    clamp(n, x, off);
    // No method of its own for what is in the loop: C2 would not always inline it, and box.
    for (int i = 0; i < n; i += HALF) {
      DoubleVector c = load(x, off + i);
      DoubleVector shifted = c.mul(spread(Exp.LOG2_E)).add(spread(Exp.ROUND));
      DoubleVector k = shifted.sub(spread(Exp.ROUND));
      DoubleVector r = k.fma(spread(-Exp.LN2_HIGH), c);
      r = k.fma(spread(-Exp.LN2_LOW), r);
      DoubleVector p = spread(1.0 / 479001600);
      p = p.fma(r, spread(1.0 / 39916800));
      p = p.fma(r, spread(1.0 / 3628800));
      p = p.fma(r, spread(1.0 / 362880));
      p = p.fma(r, spread(1.0 / 40320));
      p = p.fma(r, spread(1.0 / 5040));
      p = p.fma(r, spread(1.0 / 720));
      p = p.fma(r, spread(1.0 / 120));
      p = p.fma(r, spread(1.0 / 24));
      p = p.fma(r, spread(1.0 / 6));
      p = p.fma(r, spread(0.5));
      p = p.fma(r, spread(1.0));
      p = p.fma(r, spread(1.0));
      LongVector power = shifted.reinterpretAsLongs().add(LongVector.broadcast(LONGS, 1023L));
      p.mul(power.lanewise(LSHL, 52).reinterpretAsDoubles()).intoArray(x, off + i);
    }
  }

  private static void clamp(int n, double[] x, int off) {
    DoubleVector most = spread(Exp.LARGEST);
    DoubleVector least = spread(-Exp.LARGEST);
    for (int i = 0; i < n; i += HALF) {
      DoubleVector v = load(x, off + i);
      v = v.blend(most, v.compare(GT, most));
      v.blend(least, v.compare(LT, least)).intoArray(x, off + i);
    }
  }

  @Override
  public void sigmoid(int n, float[] in, int inOff, double[] work, float[] out, int outOff) {
    for (int from = 0; from < n; from += WORK) {
      int part = Math.min(WORK, n - from);
      negate(part, in, inOff + from, work);
      exp(part, work, 0);
      reciprocals(part, work, out, outOff + from);
    }
  }

  private static void negate(int n, float[] in, int inOff, double[] work) {
    for (int i = 0; i < n; i += WIDTH) {
      FloatVector v = VectorWidth.load(in, inOff + i).neg();
      low(v).intoArray(work, i);
      high(v).intoArray(work, i + HALF);
    }
  }

  private static void reciprocals(int n, double[] work, float[] out, int outOff) {
    DoubleVector one = spread(1.0);
    for (int i = 0; i < n; i += WIDTH) {
      DoubleVector a = one.div(one.add(load(work, i)));
      DoubleVector b = one.div(one.add(load(work, i + HALF)));
      narrow(a, b).intoArray(out, outOff + i);
    }
  }

  @Override
  public void tanh(int n, float[] in, int inOff, double[] work, float[] out, int outOff) {
    for (int from = 0; from < n; from += WORK) {
      int part = Math.min(WORK, n - from);
      sizes(part, in, inOff + from, work);
      exp(part, work, 0);
      ratios(part, work);
      signs(part, in, inOff + from, work, out, outOff + from);
    }
  }

  /** {@code work = -2 |in|}. */
  private static void sizes(int n, float[] in, int inOff, double[] work) {
    for (int i = 0; i < n; i += WIDTH) {
      FloatVector v = VectorWidth.load(in, inOff + i).abs();
      low(v).mul(-2.0).intoArray(work, i);
      high(v).mul(-2.0).intoArray(work, i + HALF);
    }
  }

  private static void ratios(int n, double[] work) {
    DoubleVector one = spread(1.0);
    for (int i = 0; i < n; i += HALF) {
      DoubleVector e = load(work, i);
      one.sub(e).div(one.add(e)).intoArray(work, i);
    }
  }

  /** {@code out = in < 0 ? -work : work}. */
  private static void signs(int n, float[] in, int inOff, double[] work, float[] out, int outOff) {
    for (int i = 0; i < n; i += WIDTH) {
      FloatVector t = narrow(load(work, i), load(work, i + HALF));
      FloatVector v = VectorWidth.load(in, inOff + i);
      t.blend(t.neg(), v.compare(LT, VectorWidth.zero())).intoArray(out, outOff + i);
    }
  }

  @Override
  public void softmax(int outputs, float[] z, int zOff, double[] work) {
    for (int h = 0; h < LANES; h += WIDTH) {
      maxima(outputs, z, zOff + h, work, LANES + h);
      differences(outputs, z, zOff + h, work, h);
    }
    exp(outputs * LANES, work, 2 * LANES);
    for (int h = 0; h < LANES; h += HALF) {
      sums(outputs, work, h);
    }
  }

  private static void maxima(int outputs, float[] z, int i, double[] work, int to) {
    FloatVector top = VectorWidth.load(z, i);
    for (int o = 1; o < outputs; o++) {
      top = larger(VectorWidth.load(z, i + o * LANES), top);
    }
    low(top).intoArray(work, to);
    high(top).intoArray(work, to + HALF);
  }

  private static void differences(int outputs, float[] z, int i, double[] work, int h) {
    DoubleVector a = load(work, LANES + h);
    DoubleVector b = load(work, LANES + h + HALF);
    for (int o = 0; o < outputs; o++) {
      FloatVector v = VectorWidth.load(z, i + o * LANES);
      low(v).sub(a).intoArray(work, (o + 2) * LANES + h);
      high(v).sub(b).intoArray(work, (o + 2) * LANES + h + HALF);
    }
  }

  private static void sums(int outputs, double[] work, int h) {
    DoubleVector sum = spread(0.0);
    for (int o = 0; o < outputs; o++) {
      sum = sum.add(load(work, (o + 2) * LANES + h));
    }
    sum.intoArray(work, h);
  }

  @Override
  public void probabilities(int outputs, double[] work, float[] out, int outOff) {
    for (int h = 0; h < LANES; h += WIDTH) {
      round(outputs, work, 2 * LANES + h, out, outOff + h);
      scale(outputs, work, h, out, outOff + h);
    }
  }

  private static void round(int outputs, double[] work, int from, float[] out, int to) {
    for (int o = 0; o < outputs; o++) {
      int at = from + o * LANES;
      narrow(load(work, at), load(work, at + HALF)).intoArray(out, to + o * LANES);
    }
  }

  /** {@code out = out * (1 / work)}. */
  private static void scale(int outputs, double[] work, int from, float[] out, int to) {
    DoubleVector one = spread(1.0);
    DoubleVector a = one.div(load(work, from));
    DoubleVector b = one.div(load(work, from + HALF));
    for (int o = 0; o < outputs; o++) {
      FloatVector e = VectorWidth.load(out, to + o * LANES);
      narrow(low(e).mul(a), high(e).mul(b)).intoArray(out, to + o * LANES);
    }
  }
}
