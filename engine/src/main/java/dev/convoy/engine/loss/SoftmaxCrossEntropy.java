package dev.convoy.engine.loss;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.tensor.Tensor;

/**
 * Softmax and cross-entropy in one: {@code loss = log sum of e^(z_j - max) - sum of t_j (z_j -
 * max)}, for targets that sum to 1; gradient {@code softmax(z) - t}.
 */
public record SoftmaxCrossEntropy() implements Loss {

  @Override
  public double apply(
      Kernels kernels,
      double[] work,
      int examples,
      int outputs,
      Tensor z,
      Targets targets,
      Tensor dz) {
    kernels.functions().softmax(outputs, z.data(), z.offset(), work);
    if (dz != null) {
      kernels.functions().probabilities(outputs, work, dz.data(), dz.offset());
      Loss.clearUnused(examples, outputs, dz);
    }
    double loss = 0;
    for (int lane = 0; lane < examples; lane++) {
      double hit = 0;
      for (int o = 0; o < outputs; o++) {
        float t = targets.of(o, lane);
        if (t == 0f) {
          continue;
        }
        double shifted = z.data()[z.offset() + o * LANES + lane] - work[LANES + lane];
        hit = Math.fma(t, shifted, hit);
        if (dz != null) {
          double e = (float) work[(o + 2) * LANES + lane];
          dz.data()[dz.offset() + o * LANES + lane] = (float) (e * (1.0 / work[lane]) - t);
        }
      }
      loss += StrictMath.log(work[lane]) - hit;
    }
    return loss;
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
    kernels.functions().softmax(outputs, z.data(), z.offset(), work);
    for (int lane = 0; lane < examples; lane++) {
      for (int o = 0; o < outputs; o++) {
        double e = (float) work[(o + 2) * LANES + lane];
        p[pOff + lane * pStep + o] = (float) (e / work[lane]);
      }
    }
  }
}
