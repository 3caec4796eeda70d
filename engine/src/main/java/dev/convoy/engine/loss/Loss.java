package dev.convoy.engine.loss;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Functions;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.tensor.Tensor;
import java.util.Arrays;

/**
 * A loss on one block of up to 16 examples. Outputs are {@code [output][lane]}; targets are class
 * numbers, or explicit values {@code [output][lane]}. Stateless; sums run in a fixed order.
 */
public interface Loss {

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
   * @param z outputs of the network
   * @param targets what they should have been
   * @param dz overwritten with the gradient of the SUM over the examples; 0 in unused lanes. Null
   *     if not wanted
   * @return the sum of the losses (natural logarithms)
   */
  double apply(
      Kernels kernels,
      double[] work,
      int examples,
      int outputs,
      Tensor z,
      Targets targets,
      Tensor dz);

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
      Tensor z,
      float[] p,
      int pOff,
      int pStep);

  /** Zeroes the unused lanes of a gradient. */
  static void clearUnused(int examples, int outputs, Tensor dz) {
    for (int o = 0; o < outputs && examples < LANES; o++) {
      int line = dz.offset() + o * LANES;
      Arrays.fill(dz.data(), line + examples, line + LANES, 0f);
    }
  }
}
