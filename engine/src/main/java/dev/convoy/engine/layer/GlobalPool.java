package dev.convoy.engine.layer;

import dev.convoy.engine.layer.Window.Padding;
import dev.convoy.engine.tensor.Shape;
import java.util.Optional;

/**
 * One value for each channel: its largest, or its mean over height and width. A {@link Pool2d} with
 * one window as large as the input.
 */
public record GlobalPool(Pool2d.Mode mode) implements LayerSpec {
  @Override
  public Shape outputShape(Shape input) {
    return Shape.vector(input.channels());
  }

  @Override
  public String text() {
    return mode == Pool2d.Mode.MAX ? "globalMaxPool" : "globalAveragePool";
  }

  @Override
  public Optional<Layer> bind(Place place) {
    Shape all = place.input();
    Window window = new Window(all.height(), all.width(), 1, 1, Padding.VALID);
    return Optional.of(new Pool2d(new Pool2d.Spec(mode, window), all));
  }
}
