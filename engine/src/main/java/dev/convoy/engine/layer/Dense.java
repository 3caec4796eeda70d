package dev.convoy.engine.layer;

import dev.convoy.engine.kernel.convolution.Axis;
import dev.convoy.engine.kernel.convolution.Convolution;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.text.ItemSyntax;
import java.util.List;
import java.util.Optional;

/**
 * {@code out = in W + b} over the flattened input (height, width, channel). Weights {@code
 * [inputs][units]}, then the bias {@code [units]}. Runs as a 1x1 convolution over one pixel.
 */
public final class Dense extends Affine {

  /**
   * The layer on paper.
   *
   * @param frozen true if training leaves the parameters alone
   */
  public record Spec(int units, boolean bias, Init init, boolean frozen) implements LayerSpec {
    static final String[] SETTINGS = {"units", "bias", "init", "frozen"};

    /** Checks and copies what is given. */
    public Spec {
      Affine.positive("units", units);
    }

    static Spec read(ItemSyntax text) {
      return new Spec(
          text.count("units", Shape.MAX_SIZE, "10"),
          text.flag("bias", true),
          text.word("init", Init.HE),
          text.flag("frozen", false));
    }

    @Override
    public String text() {
      return "dense units="
          + units
          + (" bias=" + bias + " init=" + ItemSyntax.lower(init))
          + (" frozen=" + frozen);
    }

    @Override
    public String label() {
      return "dense " + units;
    }

    @Override
    public Shape outputShape(Shape input) {
      return Shape.vector(units);
    }

    @Override
    public List<ParameterSpec> parameters(Shape input) {
      Affine.bounded(input.size(), units);
      return ParameterSpec.affine("dense", List.of(input.size(), units), 1, init, bias);
    }

    @Override
    public long flops(Shape input) {
      return 2L * input.size() * units;
    }

    @Override
    public LayerSpec arithmetic() {
      return new Spec(units, bias, Init.ZERO, false);
    }

    @Override
    public boolean takesRelu() {
      return true;
    }

    @Override
    public Optional<Layer> bind(Place place) {
      return Optional.of(new Dense(this, place));
    }
  }

  /** The layer at its place. */
  public Dense(Spec spec, LayerSpec.Place place) {
    super(
        spec,
        new Convolution(
            new Convolution.Geometry(
                Axis.ONE, Axis.ONE, place.input().size(), spec.units(), spec.bias(), false)),
        place);
  }

  /** Its packed weights then serve all blocks while they are in cache. */
  @Override
  public boolean seesWholeMicroBatch() {
    return true;
  }
}
