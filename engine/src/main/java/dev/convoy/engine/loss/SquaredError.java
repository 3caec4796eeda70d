package dev.convoy.engine.loss;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Kernels;

/**
 * Half the squared distance to the target: {@code loss = sum of (z - t)^2 / 2}; gradient {@code z -
 * t}.
 */
public record SquaredError() implements Loss {

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
    double loss = 0;
    for (int lane = 0; lane < examples; lane++) {
      for (int o = 0; o < outputs; o++) {
        float t = Loss.target(o, lane, labels, first, targets, targetOff);
        float d = z[zOff + o * LANES + lane] - t;
        loss += 0.5 * d * d;
        if (dz != null) {
          dz[dzOff + o * LANES + lane] = d;
        }
      }
    }
    if (dz != null) {
      Loss.clearUnused(examples, outputs, dz, dzOff);
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
    for (int lane = 0; lane < examples; lane++) {
      for (int o = 0; o < outputs; o++) {
        p[pOff + lane * pStep + o] = z[zOff + o * LANES + lane];
      }
    }
  }
}
