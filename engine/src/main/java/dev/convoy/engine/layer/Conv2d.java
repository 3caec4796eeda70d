package dev.convoy.engine.layer;

import dev.convoy.engine.kernel.convolution.Convolution;
import dev.convoy.engine.tensor.Shape;

/**
 * 2-D convolution: {@code out[y][x][f] = b[f] + sum over (i, j, c) of w[i][j][c][f] * in[y
 * strideHeight + i - top][x strideWidth + j - left][c]}, zeros outside the input; with {@code
 * flip}, w is turned by 180 degrees first. Weights {@code
 * [kernelHeight][kernelWidth][inputChannels][filters]}, then the bias {@code [filters]}.
 */
public final class Conv2d extends Affine {

  /**
   * @param spec the layer on paper
   * @param input shape of one example
   * @param offset first of its parameters in the flat array
   * @param relu true if the outputs go through a ReLU in the same pass
   */
  public Conv2d(LayerSpec.Conv2d spec, Shape input, int offset, boolean relu) {
    super(
        input,
        spec.outputShape(input),
        new Convolution(geometry(spec, input)),
        offset,
        spec.frozen(),
        relu);
  }

  private static Convolution.Geometry geometry(LayerSpec.Conv2d spec, Shape input) {
    Window.Extent w = spec.window().on(input);
    return new Convolution.Geometry(
        w.vertical(), w.horizontal(), input.channels(), spec.filters(), spec.bias(), spec.flip());
  }
}
