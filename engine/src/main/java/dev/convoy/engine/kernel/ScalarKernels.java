package dev.convoy.engine.kernel;

import static dev.convoy.engine.tensor.Lanes.LANES;

/** The specification of {@link Kernels} in plain Java: simple loops, which C2 vectorises. */
final class ScalarKernels implements Kernels {
  private final WindowProducts windows = new ScalarWindowProducts();
  private final GradientProducts gradients = new ScalarGradientProducts();
  private final Functions functions = new ScalarFunctions();
  private final WinogradTransforms winograd = new ScalarWinogradTransforms();
  private final Moments moments = new ScalarMoments();
  private final GridSums gridSums = new ScalarGridSums();

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public boolean prefersRows() {
    return true;
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
      int i = inOff + 2 * x * length;
      int o = outOff + x * length;
      for (int l = 0; l < length; l++) {
        float top = in[i + l];
        top = largerOrNaN(in[i + length + l], top);
        top = largerOrNaN(in[i + row + l], top);
        top = largerOrNaN(in[i + row + length + l], top);
        out[o + l] = top;
      }
    }
  }

  private static float largerOrNaN(float value, float top) {
    return value > top || Float.isNaN(value) ? value : top;
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
    for (int x = 0; x < outputs; x++) {
      for (int l = 0; l < length; l++) {
        int i = 2 * x * length + l;
        float top = out[outOff + x * length + l];
        float rest = dOut[dOutOff + x * length + l];
        rest = top <= (gated ? 0f : Float.NEGATIVE_INFINITY) ? 0f : rest;
        rest = place(!(in[inOff + i] < top), rest, dIn, dInOff + i);
        i += length;
        rest = place(!(in[inOff + i] < top), rest, dIn, dInOff + i);
        i += row - length;
        rest = place(!(in[inOff + i] < top), rest, dIn, dInOff + i);
        i += length;
        place(!(in[inOff + i] < top), rest, dIn, dInOff + i);
      }
    }
  }

  private static float place(boolean here, float rest, float[] dIn, int i) {
    dIn[i] = here ? rest : 0f;
    return here ? 0f : rest;
  }

  @Override
  public void max(int n, float[] in, int inOff, float[] out, int outOff) {
    for (int l = 0; l < n; l++) {
      out[outOff + l] = largerOrNaN(in[inOff + l], out[outOff + l]);
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
    for (int l = 0; l < n; l++) {
      boolean here = !(in[inOff + l] < top[topOff + l]);
      dIn[dInOff + l] += here ? rest[restOff + l] : 0f;
      rest[restOff + l] = here ? 0f : rest[restOff + l];
    }
  }

  @Override
  public void add(int n, float[] in, int inOff, float[] out, int outOff) {
    for (int l = 0; l < n; l++) {
      out[outOff + l] += in[inOff + l];
    }
  }

  @Override
  public void addRows(int n, int count, float[] in, int inOff, int step, float[] out, int outOff) {
    for (int j = 0; j < count; j++) {
      add(n, in, inOff + j * step, out, outOff);
    }
  }

  @Override
  public void addScaled(int n, float factor, float[] in, int inOff, float[] out, int outOff) {
    for (int l = 0; l < n; l++) {
      out[outOff + l] = Math.fma(in[inOff + l], factor, out[outOff + l]);
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
    for (int i = 0; i < n; i++) {
      float root = (float) Math.sqrt(v[vOff + i]);
      w[wOff + i] -= rate * (m[mOff + i] / (root * widen + epsilon));
    }
  }

  @Override
  public void relu(int n, float[] in, int inOff, float[] out, int outOff) {
    for (int l = 0; l < n; l++) {
      out[outOff + l] = in[inOff + l] < 0f ? 0f : in[inOff + l];
    }
  }

  @Override
  public void gate(int n, float[] gate, int gateOff, float[] d, int dOff) {
    for (int l = 0; l < n; l++) {
      d[dOff + l] = gate[gateOff + l] <= 0f ? 0f : d[dOff + l];
    }
  }

  @Override
  public void copyLines(
      int n, float[] in, int inOff, int inStep, float[] out, int outOff, int outStep) {
    for (int j = 0; j < n; j++) {
      System.arraycopy(in, inOff + j * inStep, out, outOff + j * outStep, LANES);
    }
  }

  @Override
  public void scatterFours(int n, float[] in, int inOff, float[] out, int outOff, int outStep) {
    for (int j = 0; j < n; j++) {
      int i = inOff + 4 * j;
      int o = outOff + j * outStep;
      out[o] = in[i];
      out[o + 1] = in[i + 1];
      out[o + 2] = in[i + 2];
      out[o + 3] = in[i + 3];
    }
  }
}
