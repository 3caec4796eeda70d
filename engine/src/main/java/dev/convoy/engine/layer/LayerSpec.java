package dev.convoy.engine.layer;

import dev.convoy.engine.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * A layer on paper: what a user writes down, before any input shape or parameter offset is known. A
 * record inside the class of the layer that it becomes, and a line in {@link LayerTypes}; nothing
 * else knows the kinds of layers.
 */
public interface LayerSpec {

  /**
   * The shape that leaves this layer when {@code input} enters.
   *
   * @throws IllegalArgumentException if {@code input} does not fit, saying what would
   */
  Shape outputShape(Shape input);

  /**
   * The layer with all its settings, as a line of a model's text; read again it is equal to this.
   */
  String text();

  /** What it is, in short, for tables and errors. */
  default String label() {
    return text();
  }

  /**
   * Parameter arrays, in the order in which they lie in a model's flat array.
   *
   * @throws IllegalArgumentException if {@code input} asks for too many
   */
  default List<ParameterSpec> parameters(Shape input) {
    return List.of();
  }

  /** FLOPs of a forward pass over one example; two for a multiply-add, 0 where it hardly counts. */
  default long flops(Shape input) {
    return 0;
  }

  /** True if training leaves the parameters alone. */
  default boolean frozen() {
    return false;
  }

  /**
   * This layer without what does not change its arithmetic: how it starts, whether it is frozen.
   */
  default LayerSpec arithmetic() {
    return this;
  }

  /**
   * True for a function of one value, applied to each: it is drawn as part of what it stands on.
   */
  default boolean isPointwise() {
    return false;
  }

  /** True for {@code max(0, x)}, which what it stands on may take in: see {@link #takesRelu}. */
  default boolean isRelu() {
    return false;
  }

  /** True if a ReLU right above can be part of this layer's own pass over its outputs. */
  default boolean takesRelu() {
    return false;
  }

  /** The layer at its place, or nothing if it moves no data and hands on what it gets. */
  Optional<Layer> bind(Place place);

  /**
   * Where a layer stands in a network.
   *
   * @param input shape of one example
   * @param index number of the layer in the model, from 0
   * @param offset first of its parameters in the flat array
   * @param relu true if its outputs go through a ReLU in the same pass; only if it {@link
   *     LayerSpec#takesRelu}
   */
  record Place(Shape input, int index, int offset, boolean relu) {}
}
