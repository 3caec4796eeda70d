package dev.convoy.engine.loss;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Kernels;

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
      float[] z,
      int zOff,
      int[] labels,
      int first,
      float[] targets,
      int targetOff,
      float[] dz,
      int dzOff) {
    kernels.functions().softmax(outputs, z, zOff, work);
    if (dz != null) {
      kernels.functions().probabilities(outputs, work, dz, dzOff);
      Loss.clearUnused(examples, outputs, dz, dzOff);
    }
    double loss = 0;
    for (int lane = 0; lane < examples; lane++) {
      double hit = 0;
      for (int o = 0; o < outputs; o++) {
        float t = Loss.target(o, lane, labels, first, targets, targetOff);
        if (t == 0f) {
          continue;
        }
        double shifted = z[zOff + o * LANES + lane] - work[LANES + lane];
        hit = Math.fma(t, shifted, hit);
        if (dz != null) {
          double e = (float) work[(o + 2) * LANES + lane];
          dz[dzOff + o * LANES + lane] = (float) (e * (1.0 / work[lane]) - t);
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
      float[] z,
      int zOff,
      float[] p,
      int pOff,
      int pStep) {
    kernels.functions().softmax(outputs, z, zOff, work);
    for (int lane = 0; lane < examples; lane++) {
      for (int o = 0; o < outputs; o++) {
        double e = (float) work[(o + 2) * LANES + lane];
        p[pOff + lane * pStep + o] = (float) (e / work[lane]);
      }
    }
  }
}
