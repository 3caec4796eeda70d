package dev.convoy.engine.kernel;

import static dev.convoy.engine.kernel.VectorWidth.WIDTH;
import static dev.convoy.engine.kernel.VectorWidth.load;
import static dev.convoy.engine.kernel.VectorWidth.put;
import static dev.convoy.engine.kernel.VectorWidth.spread;
import static dev.convoy.engine.tensor.Lanes.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * {@link Moments} on the Vector API. A group of a row at a time, whose moments stay in registers;
 * nothing here sums across lanes.
 */
final class VectorMoments implements Moments {

  @Override
  public void deviations(
      Groups groups,
      float[] in,
      int inOff,
      float[] moments,
      int momentsOff,
      float[] sums,
      int sumsOff) {
    int size = groups.size();
    int squares = groups.columns() * LANES;
    int x = inOff;
    for (int r = 0; r < groups.rows(); r++) {
      int s = sumsOff;
      for (int g = 0; g < groups.groups(); g++) {
        deviations(size, in, x, moments, momentsOff + g * LANES, sums, s, squares);
        x += size * LANES;
        s += size * LANES;
      }
    }
  }

  private static void deviations(
      int size, float[] in, int x, float[] moments, int m, float[] sums, int s, int squares) {
    for (int l = 0; l < LANES; l += WIDTH) {
      FloatVector mean = load(moments, m + l);
      for (int i = l; i < size * LANES; i += LANES) {
        FloatVector d = load(in, x + i).sub(mean);
        load(sums, s + i).add(d).intoArray(sums, s + i);
        d.fma(d, load(sums, s + squares + i)).intoArray(sums, s + squares + i);
      }
    }
  }

  @Override
  public void normalize(
      Groups groups,
      float[] in,
      int inOff,
      float[] moments,
      int momentsOff,
      float[] affine,
      int affineOff,
      float low,
      float[] out,
      int outOff) {
    int size = groups.size();
    int second = groups.groups() * LANES;
    int shifts = groups.scales();
    int line = 0;
    for (int r = 0; r < groups.rows(); r++) {
      int a = affineOff + r * groups.step();
      for (int g = 0; g < groups.groups(); g++) {
        int m = momentsOff + g * LANES;
        int x = inOff + line;
        normalize(size, in, x, moments, m, second, affine, a, shifts, low, out, outOff + line);
        line += size * LANES;
        a += size;
      }
    }
  }

  private static void normalize(
      int size,
      float[] in,
      int x,
      float[] moments,
      int m,
      int second,
      float[] affine,
      int a,
      int shifts,
      float low,
      float[] out,
      int o) {
    FloatVector least = spread(low);
    for (int l = 0; l < LANES; l += WIDTH) {
      FloatVector mean = load(moments, m + l);
      FloatVector reciprocal = load(moments, m + second + l);
      for (int c = 0; c < size; c++) {
        int i = c * LANES + l;
        FloatVector n = load(in, x + i).sub(mean).mul(reciprocal);
        put(n.fma(spread(affine[a + c]), spread(affine[a + shifts + c])), least, out, o + i);
      }
    }
  }

  @Override
  public void affineGradient(
      Groups groups,
      float[] in,
      int inOff,
      float[] moments,
      int momentsOff,
      float[] dOut,
      int dOutOff,
      float[] sums,
      int sumsOff) {
    int size = groups.size();
    int second = groups.groups() * LANES;
    int shifts = groups.scales() * LANES;
    int line = 0;
    for (int r = 0; r < groups.rows(); r++) {
      int s = sumsOff + r * groups.step() * LANES;
      for (int g = 0; g < groups.groups(); g++) {
        int m = momentsOff + g * LANES;
        int d = dOutOff + line;
        affineGradient(size, in, inOff + line, moments, m, second, dOut, d, sums, s, shifts);
        line += size * LANES;
        s += size * LANES;
      }
    }
  }

  private static void affineGradient(
      int size,
      float[] in,
      int x,
      float[] moments,
      int m,
      int second,
      float[] dOut,
      int p,
      float[] sums,
      int s,
      int shifts) {
    for (int l = 0; l < LANES; l += WIDTH) {
      FloatVector mean = load(moments, m + l);
      FloatVector reciprocal = load(moments, m + second + l);
      for (int i = l; i < size * LANES; i += LANES) {
        FloatVector n = load(in, x + i).sub(mean).mul(reciprocal);
        FloatVector d = load(dOut, p + i);
        d.fma(n, load(sums, s + i)).intoArray(sums, s + i);
        load(sums, s + shifts + i).add(d).intoArray(sums, s + shifts + i);
      }
    }
  }

  @Override
  public void addWeighted(
      int count, float[] factors, int factorsOff, float[] in, int inOff, float[] out, int outOff) {
    for (int l = 0; l < LANES; l += WIDTH) {
      addWeightedPart(count, factors, factorsOff, in, inOff + l, out, outOff + l);
    }
  }

  private static void addWeightedPart(
      int count, float[] factors, int f, float[] in, int i, float[] out, int o) {
    FloatVector sum = load(out, o);
    for (int j = 0; j < count; j++) {
      sum = load(in, i + j * LANES).fma(spread(factors[f + j]), sum);
    }
    sum.intoArray(out, o);
  }

  @Override
  public void inputGradient(
      Groups groups,
      float[] in,
      int inOff,
      float[] moments,
      int momentsOff,
      float[] dOut,
      int dOutOff,
      float[] affine,
      int affineOff,
      float[] means,
      int meansOff,
      float[] dIn,
      int dInOff) {
    int size = groups.size();
    int second = groups.groups() * LANES;
    int line = 0;
    for (int r = 0; r < groups.rows(); r++) {
      int a = affineOff + r * groups.step();
      for (int g = 0; g < groups.groups(); g++) {
        int m = momentsOff + g * LANES;
        int b = meansOff + g * LANES;
        int x = inOff + line;
        int d = dOutOff + line;
        int j = dInOff + line;
        inputGradient(size, in, x, moments, m, second, dOut, d, affine, a, means, b, dIn, j);
        line += size * LANES;
        a += size;
      }
    }
  }

  private static void inputGradient(
      int size,
      float[] in,
      int x,
      float[] moments,
      int m,
      int second,
      float[] dOut,
      int p,
      float[] affine,
      int a,
      float[] means,
      int b,
      float[] dIn,
      int j) {
    for (int l = 0; l < LANES; l += WIDTH) {
      FloatVector mean = load(moments, m + l);
      FloatVector reciprocal = load(moments, m + second + l);
      FloatVector plain = load(means, b + l);
      FloatVector slope = load(means, b + second + l);
      for (int c = 0; c < size; c++) {
        int i = c * LANES + l;
        FloatVector n = load(in, x + i).sub(mean).mul(reciprocal);
        FloatVector d = load(dOut, p + i).fma(spread(affine[a + c]), plain);
        n.fma(slope, d).mul(reciprocal).intoArray(dIn, j + i);
      }
    }
  }
}
