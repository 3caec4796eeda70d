package dev.convoy.engine.layer;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.kernel.convolution.Convolution;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.tensor.Tensor;
import java.util.Arrays;

/**
 * What convolution and dense layers share: weights, a bias, and a {@link Convolution} that knows
 * how to apply them.
 */
abstract class Affine implements Layer {
  private final Shape input;
  private final Shape output;
  private final Convolution convolution;
  private final int offset;
  private final boolean frozen;
  private final boolean relu;

  Affine(LayerSpec spec, Convolution convolution, LayerSpec.Place place) {
    this.input = place.input();
    this.output = spec.outputShape(place.input());
    this.convolution = convolution;
    this.offset = place.offset();
    this.frozen = spec.frozen();
    this.relu = place.relu();
  }

  static void positive(String name, int value) {
    if (value < 1) {
      throw new InvalidInputException(name + ": got " + value + ", expected 1 or more");
    }
  }

  /** Refuses more weights than an array holds. */
  static void bounded(long perOutput, int outputs) {
    if (perOutput > Integer.MAX_VALUE || perOutput * outputs > Integer.MAX_VALUE) {
      throw new InvalidInputException(
          "got "
              + perOutput
              + " x "
              + outputs
              + " weights, expected less than 2^31; use smaller kernels or fewer outputs");
    }
  }

  @Override
  public final Shape input() {
    return input;
  }

  @Override
  public final Shape output() {
    return output;
  }

  @Override
  public final boolean endsInRelu() {
    return relu;
  }

  /** Values in the flat array: weights, then bias. */
  private int parameters() {
    Convolution.Geometry g = convolution.geometry();
    return g.weights() + (g.bias() ? g.outChannels() : 0);
  }

  @Override
  public final Scratch newScratch(
      Arena arena, int maxBlocks, boolean training, boolean inputGradient) {
    return Scratch.of(
        convolution.newScratch(arena, maxBlocks, training && inputGradient, training && !frozen));
  }

  @Override
  public final void load(Kernels kernels, float[] weights, Scratch scratch) {
    convolution.load(kernels, weights, offset, scratch.convolution);
  }

  @Override
  public final void forward(Pass pass, Scratch scratch, int blocks, Tensor in, Tensor out) {
    Kernels kernels = pass.kernels();
    convolution.forward(kernels, scratch.convolution, blocks, in, relu, out);
  }

  @Override
  public final void clearGradient(Scratch scratch) {
    if (!frozen) {
      convolution.clearWeightGradient(scratch.convolution);
    }
  }

  @Override
  public final void backward(
      Pass pass,
      Scratch scratch,
      int blocks,
      Tensor in,
      Tensor out,
      Tensor dOut,
      boolean gated,
      Tensor dIn) {
    Kernels kernels = pass.kernels();
    if (!frozen) {
      convolution.backwardWeights(kernels, scratch.convolution, blocks, in, dOut);
    }
    if (dIn != null) {
      convolution.backwardData(kernels, scratch.convolution, blocks, dOut, gated ? in : null, dIn);
    }
  }

  @Override
  public final void storeGradient(Scratch scratch, float[] gradient) {
    if (frozen) {
      Arrays.fill(gradient, offset, offset + parameters(), 0f);
    } else {
      convolution.storeWeightGradient(scratch.convolution, gradient, offset);
    }
  }
}
