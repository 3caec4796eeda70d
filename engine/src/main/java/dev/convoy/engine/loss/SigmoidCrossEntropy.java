package dev.convoy.engine.loss;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Kernels;

/**
 * Sigmoid and binary cross-entropy on each output: {@code loss = sum of max(z, 0) - z t + log(1 +
 * e^-|z|)}; gradient {@code sigmoid(z) - t}.
 */
public record SigmoidCrossEntropy() implements Loss {

  @Override
  public double apply(
      Kernels kernels,
      double[] work,
      int examples,
      int outputs,
      float[] z,
      int zOff,
      int[] labels,
      int first,
      float[] targets,
      int targetOff,
      float[] dz,
      int dzOff) {
    int n = outputs * LANES;
    for (int i = 0; i < n; i++) {
      work[i] = -Math.abs((double) z[zOff + i]);
    }
    kernels.functions().exp(n, work, 0);
    double loss = 0;
    for (int lane = 0; lane < examples; lane++) {
      for (int o = 0; o < outputs; o++) {
        int at = o * LANES + lane;
        double v = z[zOff + at];
        float t = Loss.target(o, lane, labels, first, targets, targetOff);
        loss += Math.max(v, 0.0) - v * t + StrictMath.log1p(work[at]);
      }
    }
    if (dz != null) {
      exponentials(kernels, n, z, zOff, work);
      for (int lane = 0; lane < examples; lane++) {
        for (int o = 0; o < outputs; o++) {
          int at = o * LANES + lane;
          float t = Loss.target(o, lane, labels, first, targets, targetOff);
          dz[dzOff + at] = (float) (1.0 / (1.0 + work[at]) - t);
        }
      }
      Loss.clearUnused(examples, outputs, dz, dzOff);
    }
    return loss;
  }

  /** {@code work = e^-z}. */
  private static void exponentials(Kernels kernels, int n, float[] z, int zOff, double[] work) {
    for (int i = 0; i < n; i++) {
      work[i] = -(double) z[zOff + i];
    }
    kernels.functions().exp(n, work, 0);
  }

  @Override
  public void predictions(
      Kernels kernels,
      double[] work,
      int examples,
      int outputs,
      float[] z,
      int zOff,
      float[] p,
      int pOff,
      int pStep) {
    exponentials(kernels, outputs * LANES, z, zOff, work);
    for (int lane = 0; lane < examples; lane++) {
      for (int o = 0; o < outputs; o++) {
        p[pOff + lane * pStep + o] = (float) (1.0 / (1.0 + work[o * LANES + lane]));
      }
    }
  }
}
