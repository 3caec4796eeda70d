package dev.convoy.engine.layer;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Functions;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.tensor.Tensor;
import dev.convoy.engine.text.ItemSyntax;
import java.util.Optional;

/**
 * A pointwise function. ReLU {@code x < 0 ? 0 : x}, sigmoid {@code 1 / (1 + e^-x)}, tanh. A ReLU
 * right above a convolution, dense or normalising layer becomes part of it and never gets here.
 */
public final class Activation implements Layer {

  /** Pointwise functions. */
  public enum Function {
    /** {@code max(0, x)}. */
    RELU,
    /** {@code 1 / (1 + e^-x)}. */
    SIGMOID,
    /** Hyperbolic tangent. */
    TANH
  }

  /** The layer on paper. */
  public record Spec(Function function) implements LayerSpec {
    @Override
    public Shape outputShape(Shape input) {
      return input;
    }

    @Override
    public String text() {
      return ItemSyntax.lower(function);
    }

    @Override
    public boolean isPointwise() {
      return true;
    }

    @Override
    public boolean isRelu() {
      return function == Function.RELU;
    }

    @Override
    public Optional<Layer> bind(Place place) {
      return Optional.of(new Activation(this, place.input()));
    }
  }

  private final Shape shape;
  private final Function function;

  /** The function on examples of shape {@code input}. */
  public Activation(Spec spec, Shape input) {
    this.shape = input;
    this.function = spec.function();
  }

  @Override
  public Shape input() {
    return shape;
  }

  @Override
  public Shape output() {
    return shape;
  }

  @Override
  public Scratch newScratch(Arena arena, int maxBlocks, boolean training, boolean inputGradient) {
    return function == Function.RELU ? Scratch.NONE : Scratch.of(new double[Functions.WORK]);
  }

  @Override
  public void forward(Pass pass, Scratch scratch, int blocks, Tensor in, Tensor out) {
    Kernels kernels = pass.kernels();
    int n = blocks * shape.size() * LANES;
    float[] x = in.data();
    float[] y = out.data();
    int i = in.offset();
    int o = out.offset();
    switch (function) {
      case RELU -> kernels.relu(n, x, i, y, o);
      case SIGMOID -> kernels.functions().sigmoid(n, x, i, scratch.doubles, y, o);
      case TANH -> kernels.functions().tanh(n, x, i, scratch.doubles, y, o);
    }
  }

  /**
   * {@code dIn = dOut * f'}, with f' from the output y: ReLU {@code y > 0}, sigmoid {@code y (1 -
   * y)}, tanh {@code 1 - y^2}.
   */
  @Override
  public void backward(
      Pass pass,
      Scratch scratch,
      int blocks,
      Tensor in,
      Tensor out,
      Tensor dOut,
      boolean gated,
      Tensor dIn) {
    Kernels kernels = pass.kernels();
    if (dIn == null) {
      return;
    }
    int n = blocks * shape.size() * LANES;
    float[] y = out.data();
    float[] d = dIn.data();
    int o = out.offset();
    int p = dOut.offset();
    int j = dIn.offset();
    switch (function) {
      case RELU -> {
        System.arraycopy(dOut.data(), p, d, j, n);
        kernels.gate(n, y, o, d, j);
      }
      case SIGMOID -> {
        for (int i = 0; i < n; i++) {
          d[j + i] = dOut.data()[p + i] * (y[o + i] * (1f - y[o + i]));
        }
      }
      case TANH -> {
        for (int i = 0; i < n; i++) {
          d[j + i] = dOut.data()[p + i] * Math.fma(-y[o + i], y[o + i], 1f);
        }
      }
    }
    if (gated) {
      kernels.gate(n, in.data(), in.offset(), d, j);
    }
  }
}
