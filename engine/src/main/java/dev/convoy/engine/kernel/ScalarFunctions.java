package dev.convoy.engine.kernel;

import static dev.convoy.engine.tensor.Lanes.LANES;

/** The specification of {@link Functions} in plain Java. */
final class ScalarFunctions implements Functions {

  @Override
  public void exp(int n, double[] x, int off) {
    for (int i = off; i < off + n; i++) {
      x[i] = Exp.exp(x[i]);
    }
  }

  @Override
  public void sigmoid(int n, float[] in, int inOff, double[] work, float[] out, int outOff) {
    for (int i = 0; i < n; i++) {
      out[outOff + i] = (float) Exp.sigmoid(in[inOff + i]);
    }
  }

  @Override
  public void tanh(int n, float[] in, int inOff, double[] work, float[] out, int outOff) {
    for (int i = 0; i < n; i++) {
      out[outOff + i] = (float) Exp.tanh(in[inOff + i]);
    }
  }

  @Override
  public void softmax(int outputs, float[] z, int zOff, double[] work) {
    for (int lane = 0; lane < LANES; lane++) {
      float max = z[zOff + lane];
      for (int o = 1; o < outputs; o++) {
        float value = z[zOff + o * LANES + lane];
        max = value > max ? value : max;
      }
      double sum = 0;
      for (int o = 0; o < outputs; o++) {
        double e = Exp.exp((double) z[zOff + o * LANES + lane] - max);
        work[(o + 2) * LANES + lane] = e;
        sum += e;
      }
      work[lane] = sum;
      work[LANES + lane] = max;
    }
  }

  @Override
  public void probabilities(int outputs, double[] work, float[] out, int outOff) {
    for (int lane = 0; lane < LANES; lane++) {
      double scale = 1.0 / work[lane];
      for (int o = 0; o < outputs; o++) {
        out[outOff + o * LANES + lane] = (float) ((float) work[(o + 2) * LANES + lane] * scale);
      }
    }
  }
}
