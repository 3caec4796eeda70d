package dev.convoy.engine.loss;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Functions;
import dev.convoy.engine.kernel.Kernels;
import java.util.Arrays;

/**
 * A loss on one block of up to 16 examples. Outputs are {@code [output][lane]}; targets are class
 * numbers, or explicit values {@code [output][lane]}. Stateless; sums run in a fixed order.
 */
public sealed interface Loss permits SoftmaxCrossEntropy, SigmoidCrossEntropy, SquaredError {

  /** Doubles of working memory that the other methods need for this many outputs. */
  static int work(int outputs) {
    return Functions.softmaxWork(outputs);
  }

  /**
   * Loss of one block, and its gradient.
   *
   * @param work overwritten; see {@link #work}
   * @param examples used lanes
   * @param outputs values an example
   * @param z outputs of the network from {@code zOff}
   * @param labels class numbers from {@code first}; read only if {@code targets} is null
   * @param targets explicit targets from {@code targetOff}, or null
   * @param dz overwritten from {@code dzOff} with the gradient of the SUM over the examples; 0 in
   *     unused lanes. Null if not wanted
   * @return the sum of the losses (natural logarithms)
   */
  double apply(
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
      int dzOff);

  /**
   * What a user reads as the predictions for one block.
   *
   * @param work overwritten; see {@link #work}
   * @param examples used lanes
   * @param p overwritten: {@code outputs} values for each example, from {@code pOff}, {@code pStep}
   *     apart
   */
  void predictions(
      Kernels kernels,
      double[] work,
      int examples,
      int outputs,
      float[] z,
      int zOff,
      float[] p,
      int pOff,
      int pStep);

  /** The target of output {@code o} in {@code lane}: explicit, or 1 for the label and 0 else. */
  static float target(int o, int lane, int[] labels, int first, float[] targets, int targetOff) {
    if (targets != null) {
      return targets[targetOff + o * LANES + lane];
    }
    return labels[first + lane] == o ? 1f : 0f;
  }

  /** Zeroes the unused lanes of a gradient. */
  static void clearUnused(int examples, int outputs, float[] dz, int dzOff) {
    for (int o = 0; o < outputs && examples < LANES; o++) {
      int line = dzOff + o * LANES;
      Arrays.fill(dz, line + examples, line + LANES, 0f);
    }
  }
}
