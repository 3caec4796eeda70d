package dev.convoy.engine.layer;

import dev.convoy.engine.kernel.Moments;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.text.ItemSyntax;
import java.util.List;
import java.util.Optional;

/**
 * Layer normalisation (J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer normalization", 2016): an
 * example is normalised over all its values, then each place is scaled and shifted by its own
 * parameters, as PyTorch's {@code LayerNorm([channels, height, width])} does. Scales {@code
 * [height][width] [channels]}, from 1, then shifts {@code [height][width][channels]}, from 0. With
 * one scale and shift a channel instead it is a {@link GroupNorm} of one group.
 */
public final class LayerNorm extends Norm {

  /**
   * The layer on paper.
   *
   * @param epsilon added to each variance
   * @param frozen true if training leaves the parameters alone
   */
  public record Spec(float epsilon, boolean frozen) implements LayerSpec {
    static final String[] SETTINGS = {"epsilon", "frozen"};

    /** Checks and copies what is given. */
    public Spec {
      Norm.positive("layerNorm", epsilon);
    }

    static Spec read(ItemSyntax text) {
      return new Spec(text.real("epsilon", Norm.EPSILON, "1e-5"), text.flag("frozen", false));
    }

    @Override
    public String text() {
      return "layerNorm" + Norm.text(epsilon, frozen);
    }

    @Override
    public String label() {
      return "layerNorm";
    }

    @Override
    public Shape outputShape(Shape input) {
      Norm.several("layerNorm", input.size(), input);
      return input;
    }

    @Override
    public List<ParameterSpec> parameters(Shape input) {
      return ParameterSpec.scaleAndShift(
          "layerNorm", List.of(input.height(), input.width(), input.channels()));
    }

    @Override
    public LayerSpec arithmetic() {
      return new Spec(epsilon, false);
    }

    @Override
    public boolean takesRelu() {
      return true;
    }

    @Override
    public Optional<Layer> bind(Place place) {
      return Optional.of(new LayerNorm(this, place));
    }
  }

  /** The layer at its place. */
  public LayerNorm(Spec spec, LayerSpec.Place place) {
    super(
        new Moments.Groups(place.input().pixels(), 1, place.input().channels(), true),
        spec.epsilon(),
        spec.frozen(),
        place);
  }
}
