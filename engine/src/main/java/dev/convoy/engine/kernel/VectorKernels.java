package dev.convoy.engine.kernel;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Kernels} on the Vector API. A tile is four output lines of two registers each: eight sums
 * in flight hide the latency of the multiply-add and, with two inputs and a broadcast, fit sixteen
 * registers. Every loop is one level deep and advances by compile-time strides, which lets C2 keep
 * sums in registers and hoist range checks.
 *
 * <p>Sums run along lanes that never meet, so the width of the species changes no bit. 256 bits
 * serve AVX2 and AVX-512, 128 bits NEON and SSE; {@code -Dconvoy.vectorBits=128|256|512} forces
 * one.
 */
final class VectorKernels implements Kernels {
  private static final VectorSpecies<Float> SPECIES = species();

  private static final VectorSpecies<Double> DOUBLES =
      VectorSpecies.of(double.class, SPECIES.vectorShape());
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, SPECIES.vectorShape());

  /** Floats in a register. */
  private static final int WIDTH = SPECIES.length();

  /**
   * Distance of the second register of a pair; a 16-lane register holds a whole line, and the pair
   * is the same line twice.
   */
  private static final int SECOND = WIDTH < LANES ? WIDTH : 0;

  /** Lanes that one pass over a tile covers. */
  private static final int SPAN = Math.min(2 * WIDTH, LANES);

  private static VectorSpecies<Float> species() {
    int preferred = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    int bits = Integer.getInteger("convoy.vectorBits", Math.max(128, Math.min(256, preferred)));
    if (bits != 128 && bits != 256 && bits != 512) {
      throw new IllegalArgumentException(
          "convoy.vectorBits: got " + bits + ", expected 128, 256 or 512");
    }
    return VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
  }

  @Override
  public String name() {
    return "vector";
  }

  private static FloatVector load(float[] a, int i) {
    return FloatVector.fromArray(SPECIES, a, i);
  }

  private static FloatVector spread(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  private static void storeRelu(FloatVector v, float[] out, int o) {
    v.blend(FloatVector.zero(SPECIES), v.compare(LT, FloatVector.zero(SPECIES))).intoArray(out, o);
  }

  private static void storeGated(FloatVector v, float[] gate, int g, float[] out, int o) {
    VectorMask<Float> open = load(gate, g).compare(GT, FloatVector.zero(SPECIES));
    FloatVector.zero(SPECIES).blend(v, open).intoArray(out, o);
  }

  // The next two are small enough that C2 inlines them even off the hot path: a sum that meets a
  // call is boxed.

  /** Stores a line. */
  private static void store(FloatVector a, FloatVector b, float[] out, int o) {
    a.intoArray(out, o);
    b.intoArray(out, o + SECOND);
  }

  /** Stores v, with 0 where it is below {@code low}. */
  private static void put(FloatVector v, FloatVector low, float[] out, int o) {
    v.blend(FloatVector.zero(SPECIES), v.compare(LT, low)).intoArray(out, o);
  }

  /**
   * What {@link #put} needs for an ending; {@link End#GATE} takes a pass of its own over the tile.
   */
  private static float low(End end) {
    return end == End.RELU ? 0f : Float.NEGATIVE_INFINITY;
  }

  @Override
  public void dot4(
      int run,
      float[] w,
      int wOff,
      float[] in,
      int inOff,
      float[] from,
      int fromOff,
      End end,
      float[] gate,
      int gateOff,
      float[] out,
      int outOff) {
    for (int h = 0; h < LANES; h += SPAN) {
      dot4Span(run, w, wOff, in, inOff + h, from, fromOff + h, low(end), out, outOff + h);
    }
    if (end == End.GATE) {
      gate(4 * LANES, gate, gateOff, out, outOff);
    }
  }

  private static void dot4Span(
      int run,
      float[] w,
      int a,
      float[] in,
      int p,
      float[] from,
      int f,
      float low,
      float[] out,
      int o) {
    FloatVector v00 = load(from, f);
    FloatVector v01 = load(from, f + SECOND);
    FloatVector v10 = load(from, f + LANES);
    FloatVector v11 = load(from, f + LANES + SECOND);
    FloatVector v20 = load(from, f + 2 * LANES);
    FloatVector v21 = load(from, f + 2 * LANES + SECOND);
    FloatVector v30 = load(from, f + 3 * LANES);
    FloatVector v31 = load(from, f + 3 * LANES + SECOND);
    for (int k = 0; k < run; k++) {
      FloatVector b0 = load(in, p + k * LANES);
      FloatVector b1 = load(in, p + k * LANES + SECOND);
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
    if (low == Float.NEGATIVE_INFINITY) {
      store(v00, v01, out, o);
      store(v10, v11, out, o + LANES);
      store(v20, v21, out, o + 2 * LANES);
      store(v30, v31, out, o + 2 * LANES + LANES);
    } else {
      FloatVector floor = spread(low);
      put(v00, floor, out, o);
      put(v01, floor, out, o + SECOND);
      put(v10, floor, out, o + LANES);
      put(v11, floor, out, o + LANES + SECOND);
      put(v20, floor, out, o + 2 * LANES);
      put(v21, floor, out, o + 2 * LANES + SECOND);
      put(v30, floor, out, o + 2 * LANES + LANES);
      put(v31, floor, out, o + 2 * LANES + LANES + SECOND);
    }
  }

  @Override
  public void dot2(
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
      int p = inOff + h;
      int f = fromOff + h;
      dot2Span(
          run,
          w,
          wOff,
          in,
          p,
          p + inStep,
          from,
          f,
          f + fromStep,
          low(end),
          out,
          outOff + h,
          outStep);
    }
    if (end == End.GATE) {
      gate(2 * LANES, gate, gateOff, out, outOff);
      if (outStep != 0) {
        gate(2 * LANES, gate, gateOff + outStep, out, outOff + outStep);
      }
    }
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
      float low,
      float[] out,
      int o,
      int far) {
    FloatVector v00 = load(from, f);
    FloatVector v01 = load(from, f + SECOND);
    FloatVector v10 = load(from, f + LANES);
    FloatVector v11 = load(from, f + LANES + SECOND);
    FloatVector u00 = load(from, f2);
    FloatVector u01 = load(from, f2 + SECOND);
    FloatVector u10 = load(from, f2 + LANES);
    FloatVector u11 = load(from, f2 + LANES + SECOND);
    for (int k = 0; k < run; k++) {
      FloatVector b0 = load(in, p + k * LANES);
      FloatVector b1 = load(in, p + k * LANES + SECOND);
      FloatVector c0 = load(in, q + k * LANES);
      FloatVector c1 = load(in, q + k * LANES + SECOND);
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
    if (low == Float.NEGATIVE_INFINITY) {
      store(v00, v01, out, o);
      store(v10, v11, out, o + LANES);
      store(u00, u01, out, o + far);
      store(u10, u11, out, o + far + LANES);
    } else {
      FloatVector floor = spread(low);
      put(v00, floor, out, o);
      put(v01, floor, out, o + SECOND);
      put(v10, floor, out, o + LANES);
      put(v11, floor, out, o + LANES + SECOND);
      put(u00, floor, out, o + far);
      put(u01, floor, out, o + far + SECOND);
      put(u10, floor, out, o + far + LANES);
      put(u11, floor, out, o + far + LANES + SECOND);
    }
  }

  @Override
  public void gather4(
      int count,
      float[] w,
      int wOff,
      float[] in,
      int inOff,
      int[] offsets,
      float[] from,
      int fromOff,
      End end,
      float[] gate,
      int gateOff,
      float[] out,
      int outOff) {
    for (int h = 0; h < LANES; h += SPAN) {
      gather4Span(
          count, w, wOff, in, inOff + h, offsets, from, fromOff + h, low(end), out, outOff + h);
    }
    if (end == End.GATE) {
      gate(4 * LANES, gate, gateOff, out, outOff);
    }
  }

  private static void gather4Span(
      int count,
      float[] w,
      int a,
      float[] in,
      int base,
      int[] offsets,
      float[] from,
      int f,
      float low,
      float[] out,
      int o) {
    FloatVector v00 = load(from, f);
    FloatVector v01 = load(from, f + SECOND);
    FloatVector v10 = load(from, f + LANES);
    FloatVector v11 = load(from, f + LANES + SECOND);
    FloatVector v20 = load(from, f + 2 * LANES);
    FloatVector v21 = load(from, f + 2 * LANES + SECOND);
    FloatVector v30 = load(from, f + 3 * LANES);
    FloatVector v31 = load(from, f + 3 * LANES + SECOND);
    for (int k = 0; k < count; k++) {
      int p = base + offsets[k];
      FloatVector b0 = load(in, p);
      FloatVector b1 = load(in, p + SECOND);
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
    if (low == Float.NEGATIVE_INFINITY) {
      store(v00, v01, out, o);
      store(v10, v11, out, o + LANES);
      store(v20, v21, out, o + 2 * LANES);
      store(v30, v31, out, o + 2 * LANES + LANES);
    } else {
      FloatVector floor = spread(low);
      put(v00, floor, out, o);
      put(v01, floor, out, o + SECOND);
      put(v10, floor, out, o + LANES);
      put(v11, floor, out, o + LANES + SECOND);
      put(v20, floor, out, o + 2 * LANES);
      put(v21, floor, out, o + 2 * LANES + SECOND);
      put(v30, floor, out, o + 2 * LANES + LANES);
      put(v31, floor, out, o + 2 * LANES + LANES + SECOND);
    }
  }

  @Override
  public void gather2(
      int count,
      float[] w,
      int wOff,
      float[] in,
      int inOff,
      int inStep,
      int[] offsets,
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
      int f = fromOff + h;
      gather2Span(
          count,
          w,
          wOff,
          in,
          inOff + h,
          inStep,
          offsets,
          from,
          f,
          f + fromStep,
          low(end),
          out,
          outOff + h,
          outStep);
    }
    if (end == End.GATE) {
      gate(2 * LANES, gate, gateOff, out, outOff);
      if (outStep != 0) {
        gate(2 * LANES, gate, gateOff + outStep, out, outOff + outStep);
      }
    }
  }

  private static void gather2Span(
      int count,
      float[] w,
      int a,
      float[] in,
      int base,
      int step,
      int[] offsets,
      float[] from,
      int f,
      int f2,
      float low,
      float[] out,
      int o,
      int far) {
    FloatVector v00 = load(from, f);
    FloatVector v01 = load(from, f + SECOND);
    FloatVector v10 = load(from, f + LANES);
    FloatVector v11 = load(from, f + LANES + SECOND);
    FloatVector u00 = load(from, f2);
    FloatVector u01 = load(from, f2 + SECOND);
    FloatVector u10 = load(from, f2 + LANES);
    FloatVector u11 = load(from, f2 + LANES + SECOND);
    for (int k = 0; k < count; k++) {
      int p = base + offsets[k];
      FloatVector b0 = load(in, p);
      FloatVector b1 = load(in, p + SECOND);
      FloatVector c0 = load(in, p + step);
      FloatVector c1 = load(in, p + step + SECOND);
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
    if (low == Float.NEGATIVE_INFINITY) {
      store(v00, v01, out, o);
      store(v10, v11, out, o + LANES);
      store(u00, u01, out, o + far);
      store(u10, u11, out, o + far + LANES);
    } else {
      FloatVector floor = spread(low);
      put(v00, floor, out, o);
      put(v01, floor, out, o + SECOND);
      put(v10, floor, out, o + LANES);
      put(v11, floor, out, o + LANES + SECOND);
      put(u00, floor, out, o + far);
      put(u01, floor, out, o + far + SECOND);
      put(u10, floor, out, o + far + LANES);
      put(u11, floor, out, o + far + LANES + SECOND);
    }
  }

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
      float[] acc,
      int accOff,
      int accStep) {
    for (int h = 0; h < LANES; h += SPAN) {
      outer4Span(n, a, a0, a1, a2, a3, d, dOff + h, acc, accOff + h, accStep);
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
      float[] acc,
      int o,
      int step) {
    FloatVector v00 = load(acc, o);
    FloatVector v01 = load(acc, o + SECOND);
    FloatVector v10 = load(acc, o + step);
    FloatVector v11 = load(acc, o + step + SECOND);
    FloatVector v20 = load(acc, o + 2 * step);
    FloatVector v21 = load(acc, o + 2 * step + SECOND);
    FloatVector v30 = load(acc, o + 3 * step);
    FloatVector v31 = load(acc, o + 3 * step + SECOND);
    // Two terms a turn: with four separate streams the front end, not the multiplier, is the limit.
    for (int j = 0; j < n; j += 2) {
      FloatVector b0 = load(d, b + j * LANES);
      FloatVector b1 = load(d, b + j * LANES + SECOND);
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
      b1 = load(d, b + j * LANES + LANES + SECOND);
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
    v00.intoArray(acc, o);
    v01.intoArray(acc, o + SECOND);
    v10.intoArray(acc, o + step);
    v11.intoArray(acc, o + step + SECOND);
    v20.intoArray(acc, o + 2 * step);
    v21.intoArray(acc, o + 2 * step + SECOND);
    v30.intoArray(acc, o + 3 * step);
    v31.intoArray(acc, o + 3 * step + SECOND);
  }

  @Override
  public void lanes2x5(
      int n, float[] d, int d0, int d1, int dStep, float[] in, int i, float[] acc, int accOff) {
    for (int h = 0; h < LANES; h += WIDTH) {
      lanes2x5Part(n, d, d0 + h, d1 + h, dStep, in, i + h, acc, accOff + h);
    }
  }

  private static void lanes2x5Part(
      int n, float[] d, int d0, int d1, int dStep, float[] in, int i, float[] acc, int o) {
    FloatVector v0 = load(acc, o);
    FloatVector v1 = load(acc, o + LANES);
    FloatVector v2 = load(acc, o + 2 * LANES);
    FloatVector v3 = load(acc, o + 3 * LANES);
    FloatVector v4 = load(acc, o + 4 * LANES);
    FloatVector u0 = load(acc, o + 5 * LANES);
    FloatVector u1 = load(acc, o + 6 * LANES);
    FloatVector u2 = load(acc, o + 7 * LANES);
    FloatVector u3 = load(acc, o + 8 * LANES);
    FloatVector u4 = load(acc, o + 9 * LANES);
    for (int j = 0; j < n; j++) {
      FloatVector x = load(d, d0 + j * dStep);
      FloatVector y = load(d, d1 + j * dStep);
      FloatVector e = load(in, i + j * LANES);
      v0 = e.fma(x, v0);
      u0 = e.fma(y, u0);
      e = load(in, i + j * LANES + LANES);
      v1 = e.fma(x, v1);
      u1 = e.fma(y, u1);
      e = load(in, i + j * LANES + 2 * LANES);
      v2 = e.fma(x, v2);
      u2 = e.fma(y, u2);
      e = load(in, i + j * LANES + 3 * LANES);
      v3 = e.fma(x, v3);
      u3 = e.fma(y, u3);
      e = load(in, i + j * LANES + 4 * LANES);
      v4 = e.fma(x, v4);
      u4 = e.fma(y, u4);
    }
    v0.intoArray(acc, o);
    v1.intoArray(acc, o + LANES);
    v2.intoArray(acc, o + 2 * LANES);
    v3.intoArray(acc, o + 3 * LANES);
    v4.intoArray(acc, o + 4 * LANES);
    u0.intoArray(acc, o + 5 * LANES);
    u1.intoArray(acc, o + 6 * LANES);
    u2.intoArray(acc, o + 7 * LANES);
    u3.intoArray(acc, o + 8 * LANES);
    u4.intoArray(acc, o + 9 * LANES);
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
    for (int h = 0; h < LANES; h += WIDTH) {
      lanes3x3Part(n, d, d0 + h, d1 + h, d2 + h, dStep, in, i + h, acc, accOff + h);
    }
  }

  private static void lanes3x3Part(
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

  @Override
  public void maxPool2x2(
      int outputs, int length, int row, float[] in, int inOff, float[] out, int outOff) {
    for (int x = 0; x < outputs; x++) {
      maxOfFour(length, in, inOff + 2 * x * length, row, out, outOff + x * length);
    }
  }

  private static void maxOfFour(int length, float[] in, int i, int row, float[] out, int o) {
    for (int l = 0; l < length; l += WIDTH) {
      FloatVector top = load(in, i + l);
      top = larger(load(in, i + length + l), top);
      top = larger(load(in, i + row + l), top);
      larger(load(in, i + row + length + l), top).intoArray(out, o + l);
    }
  }

  /** {@code a > b ? a : b}. */
  private static FloatVector larger(FloatVector a, FloatVector b) {
    return b.blend(a, a.compare(GT, b));
  }

  @Override
  public void maxPool2x2Backward(
      int outputs,
      int length,
      int row,
      float[] in,
      int inOff,
      float[] out,
      int outOff,
      float[] dOut,
      int dOutOff,
      boolean gated,
      float[] dIn,
      int dInOff) {
    float floor = gated ? 0f : Float.NEGATIVE_INFINITY;
    for (int x = 0; x < outputs; x++) {
      int i = 2 * x * length;
      int o = x * length;
      placeInFour(
          length, row, in, inOff + i, out, outOff + o, dOut, dOutOff + o, floor, dIn, dInOff + i);
    }
  }

  private static void placeInFour(
      int length,
      int row,
      float[] in,
      int i,
      float[] out,
      int o,
      float[] dOut,
      int p,
      float floor,
      float[] dIn,
      int j) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector low = spread(floor);
    for (int l = 0; l < length; l += WIDTH) {
      FloatVector top = load(out, o + l);
      FloatVector rest = zero.blend(load(dOut, p + l), top.compare(GT, low));
      VectorMask<Float> here = load(in, i + l).compare(EQ, top);
      zero.blend(rest, here).intoArray(dIn, j + l);
      rest = rest.blend(zero, here);
      here = load(in, i + length + l).compare(EQ, top);
      zero.blend(rest, here).intoArray(dIn, j + length + l);
      rest = rest.blend(zero, here);
      here = load(in, i + row + l).compare(EQ, top);
      zero.blend(rest, here).intoArray(dIn, j + row + l);
      rest = rest.blend(zero, here);
      here = load(in, i + row + length + l).compare(EQ, top);
      zero.blend(rest, here).intoArray(dIn, j + row + length + l);
    }
  }

  @Override
  public void max(int n, float[] in, int inOff, float[] out, int outOff) {
    for (int l = 0; l < n; l += WIDTH) {
      larger(load(in, inOff + l), load(out, outOff + l)).intoArray(out, outOff + l);
    }
  }

  @Override
  public void routeMax(
      int n,
      float[] in,
      int inOff,
      float[] top,
      int topOff,
      float[] rest,
      int restOff,
      float[] dIn,
      int dInOff) {
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int l = 0; l < n; l += WIDTH) {
      VectorMask<Float> here = load(in, inOff + l).compare(EQ, load(top, topOff + l));
      FloatVector left = load(rest, restOff + l);
      load(dIn, dInOff + l).add(zero.blend(left, here)).intoArray(dIn, dInOff + l);
      left.blend(zero, here).intoArray(rest, restOff + l);
    }
  }

  @Override
  public void add(int n, float[] in, int inOff, float[] out, int outOff) {
    for (int l = 0; l < n; l += WIDTH) {
      load(out, outOff + l).add(load(in, inOff + l)).intoArray(out, outOff + l);
    }
  }

  @Override
  public void addScaled(int n, float factor, float[] in, int inOff, float[] out, int outOff) {
    FloatVector t = spread(factor);
    for (int l = 0; l < n; l += WIDTH) {
      load(in, inOff + l).fma(t, load(out, outOff + l)).intoArray(out, outOff + l);
    }
  }

  /** Sizes are compared as whole numbers, among which NaN is above every finite float. */
  @Override
  public boolean addRounded(
      int n,
      double scale,
      double magic,
      float limit,
      float[] in,
      int inOff,
      double[] sums,
      int sumsOff) {
    DoubleVector factor = DoubleVector.broadcast(DOUBLES, scale);
    DoubleVector shift = DoubleVector.broadcast(DOUBLES, magic);
    IntVector size = IntVector.broadcast(INTS, Integer.MAX_VALUE);
    IntVector largest = IntVector.zero(INTS);
    int whole = n - n % WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
      FloatVector value = load(in, inOff + i);
      largest = largest.max(value.reinterpretAsInts().and(size));
      DoubleVector low = (DoubleVector) value.convertShape(F2D, DOUBLES, 0);
      DoubleVector high = (DoubleVector) value.convertShape(F2D, DOUBLES, 1);
      int o = sumsOff + i;
      DoubleVector sum = DoubleVector.fromArray(DOUBLES, sums, o);
      sum.add(low.mul(factor).add(shift).sub(shift)).intoArray(sums, o);
      o += WIDTH / 2;
      sum = DoubleVector.fromArray(DOUBLES, sums, o);
      sum.add(high.mul(factor).add(shift).sub(shift)).intoArray(sums, o);
    }
    boolean below = largest.reduceLanes(MAX) < Float.floatToRawIntBits(limit);
    for (int i = whole; i < n; i++) {
      float value = in[inOff + i];
      below &= Math.abs(value) < limit;
      sums[sumsOff + i] += (value * scale + magic) - magic;
    }
    return below;
  }

  @Override
  public void relu(int n, float[] in, int inOff, float[] out, int outOff) {
    for (int l = 0; l < n; l += WIDTH) {
      storeRelu(load(in, inOff + l), out, outOff + l);
    }
  }

  @Override
  public void gate(int n, float[] gate, int gateOff, float[] d, int dOff) {
    for (int l = 0; l < n; l += WIDTH) {
      storeGated(load(d, dOff + l), gate, gateOff + l, d, dOff + l);
    }
  }

  @Override
  public void copyLines(
      int n, float[] in, int inOff, int inStep, float[] out, int outOff, int outStep) {
    for (int j = 0; j < n; j++) {
      for (int l = 0; l < LANES; l += WIDTH) {
        load(in, inOff + j * inStep + l).intoArray(out, outOff + j * outStep + l);
      }
    }
  }

  @Override
  public void scatterFours(int n, float[] in, int inOff, float[] out, int outOff, int outStep) {
    // Whole registers, whatever their width: a second species in this class, of 128 bits, would
    // keep C2 from inlining the operations of the first.
    for (int j = 0; j < n; j++) {
      load(in, inOff + 4 * j).intoArray(out, outOff + j * outStep);
    }
  }
}
