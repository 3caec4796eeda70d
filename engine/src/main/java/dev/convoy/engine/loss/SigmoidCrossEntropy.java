package dev.convoy.engine.loss;

import dev.convoy.engine.tensor.Exp;
import dev.convoy.engine.tensor.Lanes;

/**
 * Sigmoid and binary cross-entropy on each output: {@code loss = sum of max(z, 0) - z t + log(1 +
 * e^-|z|)}; gradient {@code sigmoid(z) - t}.
 */
public record SigmoidCrossEntropy() implements Loss {

  @Override
  public double apply(
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
        double v = z[zOff + o * Lanes.COUNT + lane];
        float t = Loss.target(o, lane, labels, first, targets, targetOff);
        loss += Math.max(v, 0.0) - v * t + StrictMath.log1p(Exp.exp(-Math.abs(v)));
        if (dz != null) {
          dz[dzOff + o * Lanes.COUNT + lane] = (float) (Exp.sigmoid(v) - t);
        }
      }
    }
    if (dz != null) {
      Loss.clearUnused(examples, outputs, dz, dzOff);
    }
    return loss;
  }

  @Override
  public void predictions(int outputs, float[] z, int zOff, int lane, float[] p, int pOff) {
    for (int o = 0; o < outputs; o++) {
      p[pOff + o] = (float) Exp.sigmoid(z[zOff + o * Lanes.COUNT + lane]);
    }
  }
}
