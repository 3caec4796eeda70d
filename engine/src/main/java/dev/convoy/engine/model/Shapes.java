package dev.convoy.engine.model;

import dev.convoy.engine.layer.Join;
import dev.convoy.engine.layer.LayerSpec;
import dev.convoy.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The shapes in a model, followed from its inputs on.
 *
 * @param inputs {@code [layer]}: what enters; of several things the first
 * @param outputs {@code [layer]}: what leaves
 */
public record Shapes(Shape[] inputs, Shape[] outputs) {

  /**
   * @throws LayerException naming the first layer whose input does not fit
   */
  public static Shapes of(ModelSpec spec, Wiring wiring) {
    int n = spec.nodes().size();
    Shapes shapes = new Shapes(new Shape[n], new Shape[n]);
    for (int i = 0; i < n; i++) {
      LayerSpec layer = spec.nodes().get(i).layer();
      List<Shape> in = new ArrayList<>();
      for (Source source : wiring.sources().get(i)) {
        in.add(shapes.of(source, spec));
      }
      try {
        shapes.inputs[i] = in.get(0);
        shapes.outputs[i] =
            layer instanceof Join.Spec join ? join.outputShape(in) : layer.outputShape(in.get(0));
      } catch (IllegalArgumentException e) {
        throw misfit(i, spec.nodes().get(i), in, e);
      }
    }
    return shapes;
  }

  /** Shape of what {@code source} gives. */
  public Shape of(Source source, ModelSpec spec) {
    return source instanceof Source.Layer layer
        ? outputs[layer.index()]
        : spec.inputs().get(((Source.Input) source).index()).shape();
  }

  /** Names layer {@code i}, from 1, and what it got. */
  static LayerException misfit(
      int i, ModelSpec.Node node, List<Shape> in, IllegalArgumentException e) {
    List<String> shown = in.stream().limit(4).map(Shape::toString).toList();
    return new LayerException(
        i,
        "layer "
            + (i + 1)
            + " ("
            + node.layer().label()
            + "), input"
            + (in.size() == 1 ? " " : "s ")
            + String.join(" and ", shown)
            + (in.size() > shown.size() ? " ..." : "")
            + ": "
            + e.getMessage(),
        e);
  }
}
