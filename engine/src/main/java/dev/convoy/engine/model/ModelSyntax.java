package dev.convoy.engine.model;

import dev.convoy.engine.data.Normalization;
import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.model.ModelSpec.Input;
import dev.convoy.engine.model.ModelSpec.LossKind;
import dev.convoy.engine.model.ModelSpec.Node;
import dev.convoy.engine.model.ModelSpec.Output;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.text.ItemSyntax;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads and writes the text form of a {@link ModelSpec}. */
final class ModelSyntax {
  private final List<Input> inputs = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final List<Output> outputs = new ArrayList<>();
  private Normalization normalization;
  private LossKind loss;

  ModelSpec parse(String text) {
    if (text.length() > ModelSpec.MAX_TEXT) {
      throw new InvalidInputException(
          "model: got a text of "
              + text.length()
              + " characters, expected at most "
              + ModelSpec.MAX_TEXT
              + "; is this a model description?");
    }
    String[] lines = text.split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      String item = lines[i].split("#", 2)[0].trim();
      if (!item.isEmpty()) {
        try {
          add(item);
        } catch (IllegalArgumentException e) {
          throw new InvalidInputException("model line " + (i + 1) + ": " + e.getMessage(), e);
        }
      }
    }
    if (inputs.isEmpty()) {
      throw new InvalidInputException(
          "model: got no input line, expected one such as 'input 28x28x1'");
    }
    if (outputs.isEmpty()) {
      LossKind kind = loss == null ? LossKind.SOFTMAX : loss;
      outputs.add(new Output(ModelSpec.OUTPUT, "", kind, 1f));
    }
    Normalization given = normalization == null ? new Normalization(0f, 1f) : normalization;
    return new ModelSpec(inputs, given, nodes, outputs);
  }

  private void add(String item) {
    String name = ItemSyntax.nameOf(item);
    String rest = item.substring(name.length()).trim();
    switch (name) {
      case "input" -> addInput(rest);
      case "normalize" ->
          normalization = once(name, normalization, LayerSyntax.normalization(item));
      case "loss" -> {
        loss = once(name, loss, LayerSyntax.loss(rest));
        expectOneLoss();
      }
      case "output" -> {
        outputs.add(LayerSyntax.output(rest));
        expectOneLoss();
        atMost("outputs", outputs.size());
      }
      default -> {
        nodes.add(LayerSyntax.node(item));
        ModelSpec.atMost(nodes.size());
      }
    }
  }

  private void addInput(String rest) {
    String[] words = rest.split("\\s+", 2);
    boolean named = words.length == 2;
    Input input =
        new Input(named ? words[0] : ModelSpec.INPUT, Shape.parse(named ? words[1] : rest));
    if (!inputs.isEmpty() && !named) {
      throw new InvalidInputException(
          "input: got a second one, expected it once; several have names, as in 'input left "
              + input.shape()
              + "'");
    }
    inputs.add(input);
    atMost("inputs", inputs.size());
  }

  private void expectOneLoss() {
    if (loss != null && !outputs.isEmpty()) {
      throw new InvalidInputException(
          "loss: got both a loss and an output, expected one of them; each output has its own"
              + " loss=KIND");
    }
  }

  private static void atMost(String what, int count) {
    if (count > ModelSpec.MAX_ENDS) {
      throw new InvalidInputException(
          "model: got more than "
              + ModelSpec.MAX_ENDS
              + " "
              + what
              + ", expected at most that many");
    }
  }

  private static <T> T once(String name, T before, T value) {
    if (before != null) {
      throw new InvalidInputException(name + ": got a second one, expected it once");
    }
    return value;
  }

  static String write(ModelSpec spec) {
    StringBuilder text = new StringBuilder();
    for (Input input : spec.inputs()) {
      boolean plain = spec.inputs().size() == 1 && input.name().equals(ModelSpec.INPUT);
      text.append("input ").append(plain ? "" : input.name() + " ");
      text.append(input.shape()).append('\n');
    }
    text.append("normalize mean=").append(spec.normalization().mean());
    text.append(" deviation=").append(spec.normalization().deviation()).append('\n');
    for (Node node : spec.nodes()) {
      text.append(LayerSyntax.text(node)).append('\n');
    }
    for (Output output : spec.outputs()) {
      text.append(write(output, spec.outputs().size() == 1)).append('\n');
    }
    return text.toString();
  }

  private static String write(Output output, boolean only) {
    String kind = output.loss().name().toLowerCase(Locale.ROOT);
    boolean unnamed = output.name().equals(ModelSpec.OUTPUT) && output.from().isEmpty();
    if (only && unnamed && output.weight() == 1f) {
      return "loss " + kind;
    }
    return "output "
        + output.name()
        + (output.from().isEmpty() ? "" : " from=" + output.from())
        + (" loss=" + kind + " weight=" + output.weight());
  }
}
