package dev.convoy.engine.kernel;

import static dev.convoy.engine.kernel.VectorWidth.DOUBLES;
import static dev.convoy.engine.kernel.VectorWidth.INTS;
import static dev.convoy.engine.kernel.VectorWidth.WIDTH;
import static dev.convoy.engine.kernel.VectorWidth.load;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.MAX;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** {@link GridSums} on the Vector API. */
final class VectorGridSums implements GridSums {
  @Override
  public int largest(int n, float[] in, int inOff) {
    int whole = n - n % WIDTH;
    IntVector size = IntVector.broadcast(INTS, Integer.MAX_VALUE);
    IntVector largest = IntVector.zero(INTS);
    for (int l = 0; l < whole; l += WIDTH) {
      largest = largest.max(load(in, inOff + l).reinterpretAsInts().and(size));
    }
    int most = largest.reduceLanes(MAX);
    for (int i = whole; i < n; i++) {
      most = Math.max(most, Float.floatToRawIntBits(in[inOff + i]) & Integer.MAX_VALUE);
    }
    return most;
  }

  @Override
  public void add(
      Rounding rounding, int n, boolean first, float[] in, int inOff, double[] sums, int sumsOff) {
    double scale = rounding.scale();
    double magic = rounding.magic();
    int whole = n - n % WIDTH;
    if (first) {
      setWhole(whole, scale, magic, in, inOff, sums, sumsOff);
    } else {
      addWhole(whole, scale, magic, in, inOff, sums, sumsOff);
    }
    for (int i = whole; i < n; i++) {
      double rounded = (in[inOff + i] * scale + magic) - magic;
      sums[sumsOff + i] = (first ? 0 : sums[sumsOff + i]) + rounded;
    }
  }

  private static void addWhole(
      int n, double scale, double magic, float[] in, int i, double[] sums, int o) {
    DoubleVector factor = DoubleVector.broadcast(DOUBLES, scale);
    DoubleVector shift = DoubleVector.broadcast(DOUBLES, magic);
    for (int l = 0; l < n; l += WIDTH) {
      FloatVector value = load(in, i + l);
      DoubleVector low = (DoubleVector) value.convertShape(F2D, DOUBLES, 0);
      DoubleVector high = (DoubleVector) value.convertShape(F2D, DOUBLES, 1);
      DoubleVector sum = DoubleVector.fromArray(DOUBLES, sums, o + l);
      sum.add(low.mul(factor).add(shift).sub(shift)).intoArray(sums, o + l);
      sum = DoubleVector.fromArray(DOUBLES, sums, o + l + WIDTH / 2);
      sum.add(high.mul(factor).add(shift).sub(shift)).intoArray(sums, o + l + WIDTH / 2);
    }
  }

  private static void setWhole(
      int n, double scale, double magic, float[] in, int i, double[] sums, int o) {
    DoubleVector factor = DoubleVector.broadcast(DOUBLES, scale);
    DoubleVector shift = DoubleVector.broadcast(DOUBLES, magic);
    for (int l = 0; l < n; l += WIDTH) {
      FloatVector value = load(in, i + l);
      DoubleVector low = (DoubleVector) value.convertShape(F2D, DOUBLES, 0);
      DoubleVector high = (DoubleVector) value.convertShape(F2D, DOUBLES, 1);
      low.mul(factor).add(shift).sub(shift).intoArray(sums, o + l);
      high.mul(factor).add(shift).sub(shift).intoArray(sums, o + l + WIDTH / 2);
    }
  }
}
