package dev.convoy.engine.loss;

import dev.convoy.engine.tensor.Exp;
import dev.convoy.engine.tensor.Lanes;

/**
 * Softmax and cross-entropy in one: {@code loss = log sum of e^(z_j - max) - sum of t_j (z_j -
 * max)}, for targets that sum to 1; gradient {@code softmax(z) - t}.
 */
public record SoftmaxCrossEntropy() implements Loss {

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
      float max = max(outputs, z, zOff + lane);
      double sum = 0;
      double hit = 0;
      for (int o = 0; o < outputs; o++) {
        double shifted = (double) z[zOff + o * Lanes.COUNT + lane] - max;
        double e = Exp.exp(shifted);
        sum += e;
        float t = Loss.target(o, lane, labels, first, targets, targetOff);
        if (t != 0f) {
          hit = Math.fma(t, shifted, hit);
        }
        if (dz != null) {
          dz[dzOff + o * Lanes.COUNT + lane] = (float) e;
        }
      }
      loss += StrictMath.log(sum) - hit;
      if (dz != null) {
        double scale = 1.0 / sum;
        for (int o = 0; o < outputs; o++) {
          int i = dzOff + o * Lanes.COUNT + lane;
          dz[i] = (float) (dz[i] * scale - Loss.target(o, lane, labels, first, targets, targetOff));
        }
      }
    }
    if (dz != null) {
      Loss.clearUnused(examples, outputs, dz, dzOff);
    }
    return loss;
  }

  private static float max(int outputs, float[] z, int i) {
    float max = z[i];
    for (int o = 1; o < outputs; o++) {
      max = Math.max(max, z[i + o * Lanes.COUNT]);
    }
    return max;
  }

  @Override
  public void predictions(int outputs, float[] z, int zOff, int lane, float[] p, int pOff) {
    float max = max(outputs, z, zOff + lane);
    double sum = 0;
    for (int o = 0; o < outputs; o++) {
      double e = Exp.exp((double) z[zOff + o * Lanes.COUNT + lane] - max);
      p[pOff + o] = (float) e;
      sum += e;
    }
    for (int o = 0; o < outputs; o++) {
      p[pOff + o] = (float) (p[pOff + o] / sum);
    }
  }
}
