package dev.convoy.engine.loss;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.tensor.Tensor;

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
      Tensor z,
      Targets targets,
      Tensor dz) {
    double loss = 0;
    for (int lane = 0; lane < examples; lane++) {
      for (int o = 0; o < outputs; o++) {
        float t = targets.of(o, lane);
        float d = z.data()[z.offset() + o * LANES + lane] - t;
        loss += 0.5 * d * d;
        if (dz != null) {
          dz.data()[dz.offset() + o * LANES + lane] = d;
        }
      }
    }
    if (dz != null) {
      Loss.clearUnused(examples, outputs, dz);
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
    for (int lane = 0; lane < examples; lane++) {
      for (int o = 0; o < outputs; o++) {
        p[pOff + lane * pStep + o] = z.data()[z.offset() + o * LANES + lane];
      }
    }
  }
}
