package dev.convoy.engine.layer;

import dev.convoy.engine.tensor.Shape;
import java.util.Optional;

/** Height x width x channels to one vector, in that order; moves no data. */
public record Flatten() implements LayerSpec {
  @Override
  public Shape outputShape(Shape input) {
    return Shape.vector(input.size());
  }

  @Override
  public String text() {
    return "flatten";
  }

  @Override
  public Optional<Layer> bind(Place place) {
    return Optional.empty();
  }
}
