package dev.convoy.engine.layer;

import dev.convoy.engine.kernel.convolution.Convolution;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.text.ItemSyntax;
import dev.convoy.engine.text.ItemSyntax.Pair;
import java.util.List;
import java.util.Optional;

/**
 * 2-D convolution: {@code out[y][x][f] = b[f] + sum over (i, j, c) of w[i][j][c][f] * in[y
 * strideHeight + i - top][x strideWidth + j - left][c]}, zeros outside the input; with {@code
 * flip}, w is turned by 180 degrees first. Weights {@code
 * [kernelHeight][kernelWidth][inputChannels][filters]}, then the bias {@code [filters]}.
 */
public final class Conv2d extends Affine {

  /**
   * The layer on paper. Output side: {@code floor((n + padding - kernel) / stride) + 1}.
   *
   * @param flip true for a true convolution, false for a cross-correlation
   * @param frozen true if training leaves the parameters alone
   */
  public record Spec(
      int filters, Window window, boolean bias, boolean flip, Init init, boolean frozen)
      implements LayerSpec {
    static final String[] SETTINGS = {
      "filters", "kernel", "stride", "padding", "bias", "flip", "init", "frozen"
    };

    /** Checks and copies what is given. */
    public Spec {
      Affine.positive("filters", filters);
    }

    static Spec read(ItemSyntax text) {
      return new Spec(
          text.count("filters", Shape.MAX_SIZE, "8"),
          Window.read(text, "kernel", new Pair(1, 1)),
          text.flag("bias", true),
          text.flag("flip", false),
          text.word("init", Init.HE),
          text.flag("frozen", false));
    }

    @Override
    public String text() {
      return "conv2d filters="
          + filters
          + window.text("kernel")
          + (" bias=" + bias + " flip=" + flip)
          + (" init=" + ItemSyntax.lower(init) + " frozen=" + frozen);
    }

    @Override
    public String label() {
      return "conv2d " + filters + " of " + window.label();
    }

    @Override
    public Shape outputShape(Shape input) {
      Window.Extent extent = window.on(input);
      return new Shape(extent.vertical().out(), extent.horizontal().out(), filters);
    }

    @Override
    public List<ParameterSpec> parameters(Shape input) {
      Affine.bounded(Math.multiplyExact(window.cells(), input.channels()), filters);
      List<Integer> weights = List.of(window.height(), window.width(), input.channels(), filters);
      return ParameterSpec.affine("conv2d", weights, (int) window.cells(), init, bias);
    }

    @Override
    public long flops(Shape input) {
      long taps = Math.multiplyExact(window.cells(), input.channels());
      return Math.multiplyExact(2 * taps, outputShape(input).size());
    }

    @Override
    public LayerSpec arithmetic() {
      return new Spec(filters, window, bias, flip, Init.ZERO, false);
    }

    @Override
    public boolean takesRelu() {
      return true;
    }

    @Override
    public Optional<Layer> bind(Place place) {
      return Optional.of(new Conv2d(this, place));
    }
  }

  /** The layer at its place. */
  public Conv2d(Spec spec, LayerSpec.Place place) {
    super(spec, new Convolution(geometry(spec, place.input())), place);
  }

  private static Convolution.Geometry geometry(Spec spec, Shape input) {
    Window.Extent w = spec.window().on(input);
    return new Convolution.Geometry(
        w.vertical(), w.horizontal(), input.channels(), spec.filters(), spec.bias(), spec.flip());
  }
}
