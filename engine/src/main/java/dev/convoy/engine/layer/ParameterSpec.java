package dev.convoy.engine.layer;

import java.util.List;

/**
 * A parameter array of a layer on paper.
 *
 * @param name what it is in its layer, for example {@code conv2d.weights}
 * @param dimensions for example {@code [3, 3, 1, 8]}; the last is the layer's outputs
 * @param window values that one output takes from each input channel: 1 but for convolutions
 * @param init how it starts
 * @param decays true if weight decay applies (weights, not biases, scales or shifts)
 * @param momentum 0 for what the optimizer trains; else this is a running statistic, and the share
 *     of the newest step in it: in the place of its gradient stands what a micro-batch has, times
 *     the examples
 */
public record ParameterSpec(
    String name, List<Integer> dimensions, int window, Init init, boolean decays, float momentum) {
  /** Checks and copies what is given. */
  public ParameterSpec {
    dimensions = List.copyOf(dimensions);
  }

  private ParameterSpec(
      String name, List<Integer> dimensions, int window, Init init, boolean decays) {
    this(name, dimensions, window, init, decays, 0f);
  }

  /** A running statistic; see {@link #momentum}. */
  static ParameterSpec statistic(String name, List<Integer> dimensions, Init init, float momentum) {
    return new ParameterSpec(name, dimensions, 1, init, false, momentum);
  }

  /** True for a running statistic, which the optimizer does not train. */
  public boolean isStatistic() {
    return momentum > 0f;
  }

  /** Weights of {@code dimensions}, their last the outputs, and, if asked for, a bias for each. */
  static List<ParameterSpec> affine(
      String layer, List<Integer> dimensions, int window, Init init, boolean bias) {
    var weights = new ParameterSpec(layer + ".weights", dimensions, window, init, true);
    List<Integer> units = dimensions.subList(dimensions.size() - 1, dimensions.size());
    return bias
        ? List.of(weights, new ParameterSpec(layer + ".bias", units, 1, Init.ZERO, false))
        : List.of(weights);
  }

  /** What normalised values are multiplied with, from 1, and what is added to them, from 0. */
  static List<ParameterSpec> scaleAndShift(String layer, List<Integer> dimensions) {
    return List.of(
        new ParameterSpec(layer + ".scale", dimensions, 1, Init.ONE, false),
        new ParameterSpec(layer + ".shift", dimensions, 1, Init.ZERO, false));
  }
}
