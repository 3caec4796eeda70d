package dev.convoy.spark.job;

import dev.convoy.engine.data.Normalization;
import dev.convoy.engine.model.LayerException;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.ModelSummary;
import dev.convoy.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Makes the {@code model} section of a job a {@link ModelSpec}. A layer is turned into the engine's
 * one-line text form and parsed by the engine; a message of the engine's gets the layer's line in
 * the job file. Shapes are followed from the input to the last layer.
 */
final class ModelReader {
  private ModelReader() {}

  /**
   * @throws UserError naming the place of the layer that is unknown, wrong, or does not fit its
   *     input
   */
  static ModelSpec read(Settings settings) {
    expectOne(settings, Key.MODEL_INPUT, Key.MODEL_INPUTS);
    expectOne(settings, Key.MODEL_LOSS, Key.MODEL_OUTPUTS);
    List<ModelSpec.Input> inputs = inputs(settings);
    Normalization normalization =
        new Normalization(
            settings.single(Key.MODEL_NORMALIZE_MEAN),
            settings.single(Key.MODEL_NORMALIZE_DEVIATION));
    List<YamlNode> items = settings.layers();
    if (items.isEmpty()) {
      throw settings
          .place(Key.MODEL_LAYERS)
          .error(
              "model.layers: got no layers, expected at least one, for example"
                  + " 'layers: [{dense: {units: 10}}]'; or start from a built-in job such as"
                  + " --config lenet5");
    }
    List<ModelSpec.Node> nodes = new ArrayList<>();
    items.forEach(item -> nodes.add(layer(item)));
    List<ModelSpec.Output> outputs = outputs(settings);
    try {
      ModelSpec spec = new ModelSpec(inputs, normalization, nodes, outputs);
      ModelSummary.of(spec);
      return spec;
    } catch (LayerException e) {
      throw items.get(e.layer()).place().error(e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      boolean output = e.getMessage().startsWith("output") && outputs.size() > 1;
      Key key = output ? Key.MODEL_OUTPUTS : Key.MODEL_LAYERS;
      throw settings.place(key).error(e.getMessage(), e);
    }
  }

  private static void expectOne(Settings settings, Key one, Key several) {
    if (settings.isGiven(one) && settings.isGiven(several)) {
      throw settings
          .place(one)
          .error(
              "got both "
                  + one.dotted()
                  + " and "
                  + several.dotted()
                  + ", expected one of them; remove "
                  + one.dotted());
    }
  }

  private static List<ModelSpec.Input> inputs(Settings settings) {
    if (!settings.isGiven(Key.MODEL_INPUTS)) {
      Shape shape =
          shape(Key.MODEL_INPUT, settings.place(Key.MODEL_INPUT), settings.text(Key.MODEL_INPUT));
      return List.of(new ModelSpec.Input(ModelSpec.INPUT, shape));
    }
    List<ModelSpec.Input> inputs = new ArrayList<>();
    for (YamlNode.Entry entry : settings.named(Key.MODEL_INPUTS)) {
      String text = entry.value() instanceof YamlNode.Scalar scalar ? scalar.text() : "";
      Shape shape = shape(Key.MODEL_INPUTS, entry.value().place(), text);
      inputs.add(named(entry, name -> new ModelSpec.Input(name, shape)));
    }
    return inputs;
  }

  private static Shape shape(Key key, Place place, String text) {
    try {
      return Shape.parse(text);
    } catch (IllegalArgumentException e) {
      throw place.error(key.dotted() + ": " + e.getMessage(), e);
    }
  }

  private static <T> T named(YamlNode.Entry entry, Function<String, T> maker) {
    try {
      return maker.apply(entry.key().text());
    } catch (IllegalArgumentException e) {
      throw entry.key().place().error(e.getMessage(), e);
    }
  }

  private static List<ModelSpec.Output> outputs(Settings settings) {
    if (!settings.isGiven(Key.MODEL_OUTPUTS)) {
      ModelSpec.LossKind loss =
          ModelSpec.LossKind.valueOf(settings.text(Key.MODEL_LOSS).toUpperCase(Locale.ROOT));
      return List.of(new ModelSpec.Output(ModelSpec.OUTPUT, "", loss, 1f));
    }
    List<ModelSpec.Output> outputs = new ArrayList<>();
    for (YamlNode.Entry entry : settings.named(Key.MODEL_OUTPUTS)) {
      StringBuilder text = new StringBuilder(clean(entry.key(), entry.key().text(), false));
      if (entry.value() instanceof YamlNode.Mapping mapping) {
        arguments("output " + text, mapping, text);
      } else if (!(entry.value() instanceof YamlNode.Scalar scalar && scalar.isEmpty())) {
        throw entry
            .value()
            .place()
            .error(
                "output "
                    + text
                    + ": got "
                    + entry.value().kind()
                    + ", expected a mapping such as {loss: softmax, weight: 1}");
      }
      outputs.add(named(entry, name -> ModelSpec.Output.parse(text.toString())));
    }
    return outputs;
  }

  private static ModelSpec.Node layer(YamlNode item) {
    String text = text(item);
    try {
      return ModelSpec.Node.parse(text);
    } catch (IllegalArgumentException e) {
      throw item.place().error(e.getMessage(), e);
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
    arguments("layer " + name, arguments, text);
    return text.toString();
  }

  private static void arguments(String owner, YamlNode.Mapping arguments, StringBuilder text) {
    for (YamlNode.Entry argument : arguments.entries()) {
      String key = clean(argument.key(), argument.key().text(), false);
      text.append(' ').append(key).append('=').append(value(owner, key, argument.value()));
    }
  }

  private static final String EXAMPLE = "'conv2d: {filters: 6, kernel: 5}', 'relu' or such";

  private static String value(String owner, String key, YamlNode value) {
    if (value instanceof YamlNode.Scalar scalar && !scalar.isEmpty()) {
      return clean(scalar, scalar.text(), false);
    }
    if (value instanceof YamlNode.Sequence sequence && !sequence.items().isEmpty()) {
      List<String> parts = new ArrayList<>();
      sequence.items().forEach(item -> parts.add(value(owner, key, item)));
      return String.join(parts.size() == 2 && !key.equals("from") ? "x" : ",", parts);
    }
    throw value
        .place()
        .error(owner + ": got " + value.kind() + " for " + key + ", expected a value");
  }

  /** A layer, or its name. */
  private static String word(YamlNode node, String text, boolean blanks) {
    if (List.of("input", "normalize", "loss", "output").contains(text.trim().split(" ")[0])) {
      throw node.place().error("layer: got '" + Texts.shorten(text) + "', expected " + EXAMPLE);
    }
    return clean(node, text, blanks);
  }

  /** Text that cannot be taken for anything else once it stands in a line of layer text. */
  private static String clean(YamlNode node, String text, boolean blanks) {
    boolean clean =
        !text.isBlank()
            && text.chars().allMatch(c -> c > ' ' && c < 127 && c != '#' || blanks && c == ' ');
    if (!clean) {
      throw node.place().error("layer: got '" + Texts.shorten(text) + "', expected " + EXAMPLE);
    }
    return text;
  }
}
