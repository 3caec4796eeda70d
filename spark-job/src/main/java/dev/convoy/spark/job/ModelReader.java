package dev.convoy.spark.job;

import dev.convoy.engine.data.Normalization;
import dev.convoy.engine.layer.LayerSpec;
import dev.convoy.engine.network.ModelSpec;
import dev.convoy.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Makes the {@code model} section of a job a {@link ModelSpec}. A layer is turned into the engine's
 * one-line text form and parsed by the engine; what the engine refuses is told with the layer's
 * line in the job file. Shapes are followed from the input to the last layer.
 */
final class ModelReader {
  private ModelReader() {}

  /**
   * @throws UserError naming the place of the layer that is unknown, wrong, or does not fit its
   *     input
   */
  static ModelSpec read(Settings settings) {
    Shape input = input(settings);
    Normalization normalization =
        new Normalization(
            settings.single(Key.MODEL_NORMALIZE_MEAN),
            settings.single(Key.MODEL_NORMALIZE_DEVIATION));
    List<LayerSpec> layers = new ArrayList<>();
    Shape shape = input;
    for (YamlNode item : settings.layers()) {
      LayerSpec layer = layer(item);
      shape = follow(item.place(), layers.size() + 1, layer, shape);
      layers.add(layer);
    }
    if (layers.isEmpty()) {
      throw settings
          .place(Key.MODEL_LAYERS)
          .error(
              "model.layers: got no layers, expected at least one, for example"
                  + " 'layers: [{dense: {units: 10}}]'; or start from a built-in job such as"
                  + " --config lenet5");
    }
    ModelSpec.LossKind loss =
        ModelSpec.LossKind.valueOf(settings.text(Key.MODEL_LOSS).toUpperCase(Locale.ROOT));
    try {
      return new ModelSpec(input, normalization, layers, loss);
    } catch (IllegalArgumentException e) {
      throw settings.place(Key.MODEL_LAYERS).error(e.getMessage(), e);
    }
  }

  private static Shape input(Settings settings) {
    try {
      return Shape.parse(settings.text(Key.MODEL_INPUT));
    } catch (IllegalArgumentException e) {
      throw settings.place(Key.MODEL_INPUT).error("model.input: " + e.getMessage(), e);
    }
  }

  private static Shape follow(Place place, int number, LayerSpec layer, Shape input) {
    try {
      return layer.outputShape(input);
    } catch (IllegalArgumentException e) {
      throw place.error(
          "layer " + number + " does not fit its input of " + input + ": " + e.getMessage(), e);
    }
  }

  private static LayerSpec layer(YamlNode item) {
    String text = text(item);
    try {
      // The line feed keeps the item on a line of its own; there is nothing else in this model.
      return ModelSpec.parse("input 1x1x1\n" + text).layers().get(0);
    } catch (IllegalArgumentException e) {
      throw item.place().error(e.getMessage().replaceFirst("^model line [0-9]+: ", ""), e);
    }
  }

  /** The engine's text form of one item of the list. */
  private static String text(YamlNode item) {
    if (item instanceof YamlNode.Scalar scalar && !scalar.isEmpty()) {
      return word(scalar, scalar.text(), true);
    }
    if (!(item instanceof YamlNode.Mapping mapping) || mapping.entries().isEmpty()) {
      throw item.place().error("layer: got " + item.kind() + ", expected " + EXAMPLE);
    }
    YamlNode.Entry first = mapping.entries().get(0);
    String name = word(first.key(), first.key().text(), false);
    if (mapping.entries().size() > 1) {
      YamlNode.Scalar second = mapping.entries().get(1).key();
      throw second
          .place()
          .error(
              "layer "
                  + name
                  + ": got '"
                  + Texts.shorten(second.text())
                  + "' beside it, expected one layer an item; indent a layer's settings below it"
                  + " or write "
                  + EXAMPLE);
    }
    if (first.value() instanceof YamlNode.Scalar scalar && scalar.isEmpty()) {
      return name;
    }
    if (!(first.value() instanceof YamlNode.Mapping arguments)) {
      throw first
          .value()
          .place()
          .error("layer " + name + ": got " + first.value().kind() + ", expected " + EXAMPLE);
    }
    StringBuilder text = new StringBuilder(name);
    for (YamlNode.Entry argument : arguments.entries()) {
      String key = word(argument.key(), argument.key().text(), false);
      text.append(' ').append(key).append('=').append(value(name, key, argument.value()));
    }
    return text.toString();
  }

  private static final String EXAMPLE = "'conv2d: {filters: 6, kernel: 5}', 'relu' or such";

  private static String value(String layer, String key, YamlNode value) {
    if (value instanceof YamlNode.Scalar scalar && !scalar.isEmpty()) {
      return word(scalar, scalar.text(), false);
    }
    if (value instanceof YamlNode.Sequence sequence && !sequence.items().isEmpty()) {
      List<String> parts = new ArrayList<>();
      sequence.items().forEach(item -> parts.add(value(layer, key, item)));
      return String.join(parts.size() == 2 ? "x" : ",", parts);
    }
    throw value
        .place()
        .error("layer " + layer + ": got " + value.kind() + " for " + key + ", expected a value");
  }

  /** Text that cannot be taken for anything else once it stands in a line of layer text. */
  private static String word(YamlNode node, String text, boolean blanks) {
    boolean clean =
        !text.isBlank()
            && text.chars().allMatch(c -> c > ' ' && c < 127 && c != '#' || blanks && c == ' ')
            && !List.of("input", "normalize", "loss").contains(text.trim().split(" ")[0]);
    if (!clean) {
      throw node.place().error("layer: got '" + Texts.shorten(text) + "', expected " + EXAMPLE);
    }
    return text;
  }
}
