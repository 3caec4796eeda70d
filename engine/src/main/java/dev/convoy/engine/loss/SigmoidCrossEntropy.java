package dev.convoy.engine.loss;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.tensor.Tensor;

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
      Tensor z,
      Targets targets,
      Tensor dz) {
    int n = outputs * LANES;
    for (int i = 0; i < n; i++) {
      work[i] = -Math.abs((double) z.data()[z.offset() + i]);
    }
    kernels.functions().exp(n, work, 0);
    double loss = 0;
    for (int lane = 0; lane < examples; lane++) {
      for (int o = 0; o < outputs; o++) {
        int at = o * LANES + lane;
        double v = z.data()[z.offset() + at];
        float t = targets.of(o, lane);
        loss += Math.max(v, 0.0) - v * t + StrictMath.log1p(work[at]);
      }
    }
    if (dz != null) {
      exponentials(kernels, n, z, work);
      for (int lane = 0; lane < examples; lane++) {
        for (int o = 0; o < outputs; o++) {
          int at = o * LANES + lane;
          float t = targets.of(o, lane);
          dz.data()[dz.offset() + at] = (float) (1.0 / (1.0 + work[at]) - t);
        }
      }
      Loss.clearUnused(examples, outputs, dz);
    }
    return loss;
  }

  /** {@code work = e^-z}. */
  private static void exponentials(Kernels kernels, int n, Tensor z, double[] work) {
    for (int i = 0; i < n; i++) {
      work[i] = -(double) z.data()[z.offset() + i];
    }
    kernels.functions().exp(n, work, 0);
  }

  @Override
  public void predictions(
      Kernels kernels,
      double[] work,
      int examples,
      int outputs,
      Tensor z,
      float[] p,
      int pOff,
      int pStep) {
    exponentials(kernels, outputs * LANES, z, work);
    for (int lane = 0; lane < examples; lane++) {
      for (int o = 0; o < outputs; o++) {
        p[pOff + lane * pStep + o] = (float) (1.0 / (1.0 + work[o * LANES + lane]));
      }
    }
  }
}
