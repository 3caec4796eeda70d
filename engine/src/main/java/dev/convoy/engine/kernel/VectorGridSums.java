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
  public boolean add(
      Rounding rounding, int n, boolean first, float[] in, int inOff, double[] sums, int sumsOff) {
    double scale = rounding.scale();
    double magic = rounding.magic();
    float limit = rounding.limit();
    int whole = n - n % WIDTH;
    int most =
        first
            ? setWhole(whole, scale, magic, in, inOff, sums, sumsOff)
            : addWhole(whole, scale, magic, in, inOff, sums, sumsOff);
    boolean below = most < Float.floatToRawIntBits(limit);
    for (int i = whole; i < n; i++) {
      float value = in[inOff + i];
      below &= Math.abs(value) < limit;
      sums[sumsOff + i] = (first ? 0 : sums[sumsOff + i]) + ((value * scale + magic) - magic);
    }
    return below;
  }

  /** Returns the largest size, as the bits of a float: among them NaN is above every finite one. */
  private static int addWhole(
      int n, double scale, double magic, float[] in, int i, double[] sums, int o) {
    DoubleVector factor = DoubleVector.broadcast(DOUBLES, scale);
    DoubleVector shift = DoubleVector.broadcast(DOUBLES, magic);
    IntVector size = IntVector.broadcast(INTS, Integer.MAX_VALUE);
    IntVector largest = IntVector.zero(INTS);
    for (int l = 0; l < n; l += WIDTH) {
      FloatVector value = load(in, i + l);
      largest = largest.max(value.reinterpretAsInts().and(size));
      DoubleVector low = (DoubleVector) value.convertShape(F2D, DOUBLES, 0);
      DoubleVector high = (DoubleVector) value.convertShape(F2D, DOUBLES, 1);
      DoubleVector sum = DoubleVector.fromArray(DOUBLES, sums, o + l);
      sum.add(low.mul(factor).add(shift).sub(shift)).intoArray(sums, o + l);
      sum = DoubleVector.fromArray(DOUBLES, sums, o + l + WIDTH / 2);
      sum.add(high.mul(factor).add(shift).sub(shift)).intoArray(sums, o + l + WIDTH / 2);
    }
    return largest.reduceLanes(MAX);
  }

  private static int setWhole(
      int n, double scale, double magic, float[] in, int i, double[] sums, int o) {
    DoubleVector factor = DoubleVector.broadcast(DOUBLES, scale);
    DoubleVector shift = DoubleVector.broadcast(DOUBLES, magic);
    IntVector size = IntVector.broadcast(INTS, Integer.MAX_VALUE);
    IntVector largest = IntVector.zero(INTS);
    for (int l = 0; l < n; l += WIDTH) {
      FloatVector value = load(in, i + l);
      largest = largest.max(value.reinterpretAsInts().and(size));
      DoubleVector low = (DoubleVector) value.convertShape(F2D, DOUBLES, 0);
      DoubleVector high = (DoubleVector) value.convertShape(F2D, DOUBLES, 1);
      low.mul(factor).add(shift).sub(shift).intoArray(sums, o + l);
      high.mul(factor).add(shift).sub(shift).intoArray(sums, o + l + WIDTH / 2);
    }
    return largest.reduceLanes(MAX);
  }
}
