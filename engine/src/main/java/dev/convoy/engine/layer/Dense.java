package dev.convoy.engine.layer;

import dev.convoy.engine.kernel.convolution.Axis;
import dev.convoy.engine.kernel.convolution.Convolution;
import dev.convoy.engine.tensor.Shape;

/**
 * {@code out = in W + b} over the flattened input (height, width, channel). Weights {@code
 * [inputs][units]}, then the bias {@code [units]}. Runs as a 1x1 convolution over one pixel.
 */
public final class Dense extends Affine {

  /**
   * @param spec the layer on paper
   * @param input shape of one example
   * @param offset first of its parameters in the flat array
   * @param relu true if the outputs go through a ReLU in the same pass
   */
  public Dense(LayerSpec.Dense spec, Shape input, int offset, boolean relu) {
    super(
        input,
        spec.outputShape(input),
        new Convolution(
            new Convolution.Geometry(
                Axis.ONE, Axis.ONE, input.size(), spec.units(), spec.bias(), false)),
        offset,
        spec.frozen(),
        relu);
  }
}
