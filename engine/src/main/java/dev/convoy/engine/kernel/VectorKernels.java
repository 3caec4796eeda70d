package dev.convoy.engine.kernel;

import static dev.convoy.engine.kernel.VectorWidth.WIDTH;
import static dev.convoy.engine.kernel.VectorWidth.largerOrNaN;
import static dev.convoy.engine.kernel.VectorWidth.load;
import static dev.convoy.engine.kernel.VectorWidth.put;
import static dev.convoy.engine.kernel.VectorWidth.spread;
import static dev.convoy.engine.kernel.VectorWidth.zero;
import static dev.convoy.engine.tensor.Lanes.LANES;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * {@link Kernels} on the Vector API. Nothing here sums across lanes, so the width of the registers
 * changes no bit.
 */
final class VectorKernels implements Kernels {
  private final WindowProducts windows =
      WIDTH == LANES ? new VectorWideWindowProducts() : new VectorWindowProducts();
  private final GradientProducts gradients =
      WIDTH == LANES ? new VectorWideGradientProducts() : new VectorGradientProducts();
  private final Functions functions = new SettlingFunctions(new VectorFunctions());
  private final WinogradTransforms winograd = new VectorWinogradTransforms();
  private final Moments moments = new VectorMoments();
  private final GridSums gridSums = new SettlingGridSums(new VectorGridSums());

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public boolean prefersRows() {
    return false;
  }

  @Override
  public WindowProducts windows() {
    return windows;
  }

  @Override
  public GradientProducts gradients() {
    return gradients;
  }

  @Override
  public WinogradTransforms winograd() {
    return winograd;
  }

  @Override
  public Moments moments() {
    return moments;
  }

  @Override
  public GridSums gridSums() {
    return gridSums;
  }

  @Override
  public Functions functions() {
    return functions;
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
      top = largerOrNaN(load(in, i + length + l), top);
      top = largerOrNaN(load(in, i + row + l), top);
      largerOrNaN(load(in, i + row + length + l), top).intoArray(out, o + l);
    }
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
    FloatVector zero = zero();
    FloatVector low = spread(floor);
    for (int l = 0; l < length; l += WIDTH) {
      FloatVector top = load(out, o + l);
      FloatVector rest = load(dOut, p + l).blend(zero, top.compare(LE, low));
      VectorMask<Float> below = load(in, i + l).compare(LT, top);
      rest.blend(zero, below).intoArray(dIn, j + l);
      rest = zero.blend(rest, below);
      below = load(in, i + length + l).compare(LT, top);
      rest.blend(zero, below).intoArray(dIn, j + length + l);
      rest = zero.blend(rest, below);
      below = load(in, i + row + l).compare(LT, top);
      rest.blend(zero, below).intoArray(dIn, j + row + l);
      rest = zero.blend(rest, below);
      below = load(in, i + row + length + l).compare(LT, top);
      rest.blend(zero, below).intoArray(dIn, j + row + length + l);
    }
  }

  @Override
  public void max(int n, float[] in, int inOff, float[] out, int outOff) {
    for (int l = 0; l < n; l += WIDTH) {
      largerOrNaN(load(in, inOff + l), load(out, outOff + l)).intoArray(out, outOff + l);
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
    FloatVector zero = zero();
    for (int l = 0; l < n; l += WIDTH) {
      VectorMask<Float> below = load(in, inOff + l).compare(LT, load(top, topOff + l));
      FloatVector left = load(rest, restOff + l);
      load(dIn, dInOff + l).add(left.blend(zero, below)).intoArray(dIn, dInOff + l);
      zero.blend(left, below).intoArray(rest, restOff + l);
    }
  }

  @Override
  public void add(int n, float[] in, int inOff, float[] out, int outOff) {
    for (int l = 0; l < n; l += WIDTH) {
      load(out, outOff + l).add(load(in, inOff + l)).intoArray(out, outOff + l);
    }
  }

  @Override
  public void addRows(int n, int count, float[] in, int inOff, int step, float[] out, int outOff) {
    for (int l = 0; l < n; l += 3 * WIDTH) {
      addRowsBy3(count, in, inOff + l, step, n - l - WIDTH, out, outOff + l);
    }
  }

  /** Up to three registers; where they are fewer, the last one several times. */
  private static void addRowsBy3(
      int count, float[] in, int i, int step, int last, float[] out, int o) {
    int k1 = Math.min(WIDTH, last);
    int k2 = Math.min(2 * WIDTH, last);
    FloatVector v0 = load(out, o);
    FloatVector v1 = load(out, o + k1);
    FloatVector v2 = load(out, o + k2);
    for (int j = 0; j < count; j++) {
      v0 = v0.add(load(in, i + j * step));
      v1 = v1.add(load(in, i + j * step + k1));
      v2 = v2.add(load(in, i + j * step + k2));
    }
    v0.intoArray(out, o);
    v1.intoArray(out, o + k1);
    v2.intoArray(out, o + k2);
  }

  @Override
  public void addScaled(int n, float factor, float[] in, int inOff, float[] out, int outOff) {
    FloatVector t = spread(factor);
    for (int l = 0; l < n; l += WIDTH) {
      load(in, inOff + l).fma(t, load(out, outOff + l)).intoArray(out, outOff + l);
    }
  }

  @Override
  public void step(
      int n,
      float rate,
      float widen,
      float epsilon,
      float[] m,
      int mOff,
      float[] v,
      int vOff,
      float[] w,
      int wOff) {
    int whole = n - n % WIDTH;
    FloatVector size = spread(rate);
    FloatVector wide = spread(widen);
    FloatVector least = spread(epsilon);
    for (int l = 0; l < whole; l += WIDTH) {
      FloatVector divisor = load(v, vOff + l).sqrt().mul(wide).add(least);
      FloatVector move = load(m, mOff + l).div(divisor).mul(size);
      load(w, wOff + l).sub(move).intoArray(w, wOff + l);
    }
    for (int i = whole; i < n; i++) {
      float root = (float) Math.sqrt(v[vOff + i]);
      w[wOff + i] -= rate * (m[mOff + i] / (root * widen + epsilon));
    }
  }

  @Override
  public void relu(int n, float[] in, int inOff, float[] out, int outOff) {
    reluAll(n, in, inOff, out, outOff);
  }

  static void reluAll(int n, float[] in, int inOff, float[] out, int outOff) {
    FloatVector zero = zero();
    for (int l = 0; l < n; l += WIDTH) {
      put(load(in, inOff + l), zero, out, outOff + l);
    }
  }

  @Override
  public void gate(int n, float[] gate, int gateOff, float[] d, int dOff) {
    gateAll(n, gate, gateOff, d, dOff);
  }

  static void gateAll(int n, float[] gate, int gateOff, float[] d, int dOff) {
    FloatVector zero = zero();
    for (int l = 0; l < n; l += WIDTH) {
      VectorMask<Float> closed = load(gate, gateOff + l).compare(LE, zero);
      load(d, dOff + l).blend(zero, closed).intoArray(d, dOff + l);
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
