package dev.convoy.engine.layer;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.kernel.Moments;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.text.ItemSyntax;
import java.util.List;
import java.util.Optional;

/**
 * Group normalisation (Y. Wu, K. He, "Group normalization", ECCV 2018): the channels of an example
 * in {@code groups} of as many neighbours, each normalised over its channels, height and width,
 * then scaled and shifted channel by channel. Scales {@code [channels]}, from 1, then shifts {@code
 * [channels]}, from 0. A group for each channel is instance normalisation.
 */
public final class GroupNorm extends Norm {

  /**
   * The layer on paper.
   *
   * @param groups of channels, which divide them
   * @param epsilon added to each variance
   * @param frozen true if training leaves the parameters alone
   */
  public record Spec(int groups, float epsilon, boolean frozen) implements LayerSpec {
    static final String[] SETTINGS = {"groups", "epsilon", "frozen"};

    /** Checks and copies what is given. */
    public Spec {
      Affine.positive("groups", groups);
      Norm.positive("groupNorm", epsilon);
    }

    static Spec read(ItemSyntax text) {
      return new Spec(
          text.count("groups", Shape.MAX_SIZE, "8"),
          text.real("epsilon", Norm.EPSILON, "1e-5"),
          text.flag("frozen", false));
    }

    @Override
    public String text() {
      return "groupNorm groups=" + groups + Norm.text(epsilon, frozen);
    }

    @Override
    public String label() {
      return "groupNorm " + groups;
    }

    @Override
    public Shape outputShape(Shape input) {
      int channels = input.channels();
      if (channels % groups != 0) {
        int near = Math.min(groups, channels);
        while (channels % near != 0) {
          near--;
        }
        throw new InvalidInputException(
            "groupNorm: got "
                + groups
                + " groups of "
                + channels
                + " channels, expected groups of equal size, for example "
                + near);
      }
      Norm.several("groupNorm", input.size() / groups, input);
      return input;
    }

    @Override
    public List<ParameterSpec> parameters(Shape input) {
      return ParameterSpec.scaleAndShift("groupNorm", List.of(input.channels()));
    }

    @Override
    public LayerSpec arithmetic() {
      return new Spec(groups, epsilon, false);
    }

    @Override
    public boolean takesRelu() {
      return true;
    }

    @Override
    public Optional<Layer> bind(Place place) {
      return Optional.of(new GroupNorm(this, place));
    }
  }

  /** The layer at its place. */
  public GroupNorm(Spec spec, LayerSpec.Place place) {
    super(
        new Moments.Groups(
            place.input().pixels(), spec.groups(), place.input().channels() / spec.groups(), false),
        spec.epsilon(),
        spec.frozen(),
        place);
  }
}
