package dev.convoy.engine.model;

import dev.convoy.engine.layer.LayerSpec;
import dev.convoy.engine.layer.ParameterSpec;
import dev.convoy.engine.model.ModelSpec.Input;
import dev.convoy.engine.model.ModelSpec.Node;
import dev.convoy.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Shapes, parameters and arithmetic of a model, layer by layer, worked out on paper. FLOPs are
 * counted for one forward pass over one example: two for each multiply-add of a convolution or
 * dense layer ({@code 2 * kernel height * kernel width * input channels * output values}, {@code 2
 * * inputs * units}); biases, normalisation, pooling and pointwise functions are not counted.
 *
 * @param inputs with their shapes
 * @param rows one a layer
 * @param outputs a line for each output that has a name
 */
public record ModelSummary(List<Input> inputs, List<Row> rows, List<String> outputs) {

  /**
   * One layer.
   *
   * @param layer number in the model, from 1, as everywhere that a user reads
   * @param name what it is, in short
   * @param from what it takes, by name or number, where that is not what stands right above it
   * @param output shape that leaves it
   * @param weights what weight decay applies to
   * @param biases what it does not, scales and shifts of normalisation too; 0 where there are none
   * @param statistics running statistics, which no gradient trains
   * @param flops of a forward pass over one example
   * @param frozen true if training leaves its parameters alone
   */
  public record Row(
      int layer,
      String name,
      String from,
      Shape output,
      long weights,
      long biases,
      long statistics,
      long flops,
      boolean frozen) {
    /** Weights, biases and statistics: the values that it has in a model's flat array. */
    public long parameters() {
      return weights + biases + statistics;
    }
  }

  /** Checks and copies what is given. */
  public ModelSummary {
    inputs = List.copyOf(inputs);
    rows = List.copyOf(rows);
    outputs = List.copyOf(outputs);
  }

  /**
   * Works out {@code spec}.
   *
   * @throws IllegalArgumentException naming the first layer whose input does not fit
   */
  public static ModelSummary of(ModelSpec spec) {
    Shapes shapes = Shapes.of(spec, spec.wiring());
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < spec.nodes().size(); i++) {
      Node node = spec.nodes().get(i);
      Shape in = shapes.inputs()[i];
      try {
        rows.add(row(i + 1, node, in, shapes.outputs()[i]));
      } catch (IllegalArgumentException e) {
        throw Shapes.misfit(i, node, List.of(in), e);
      }
    }
    return new ModelSummary(spec.inputs(), rows, heads(spec));
  }

  private static List<String> heads(ModelSpec spec) {
    if (spec.outputs().size() == 1 && spec.outputs().get(0).name().equals(ModelSpec.OUTPUT)) {
      return List.of();
    }
    List<String> heads = new ArrayList<>();
    for (int o = 0; o < spec.outputs().size(); o++) {
      ModelSpec.Output output = spec.outputs().get(o);
      heads.add(
          "output "
              + output.name()
              + ": layer "
              + (spec.wiring().heads()[o] + 1)
              + ", "
              + output.loss().name().toLowerCase(Locale.ROOT)
              + (output.weight() == 1f ? "" : ", weight " + output.weight()));
    }
    return heads;
  }

  private static Row row(int number, Node node, Shape input, Shape output) {
    LayerSpec layer = node.layer();
    long weights = 0;
    long biases = 0;
    long statistics = 0;
    for (ParameterSpec parameter : layer.parameters(input)) {
      long size = parameter.dimensions().stream().mapToLong(n -> n).reduce(1, Math::multiplyExact);
      weights += parameter.decays() ? size : 0;
      statistics += parameter.isStatistic() ? size : 0;
      biases += parameter.decays() || parameter.isStatistic() ? 0 : size;
    }
    String name = layer.label() + (node.name().isEmpty() ? "" : " '" + node.name() + "'");
    String from = String.join(", ", node.from());
    long flops = layer.flops(input);
    return new Row(number, name, from, output, weights, biases, statistics, flops, layer.frozen());
  }

  /** Weights, biases and statistics of all layers. */
  public long parameters() {
    return rows.stream().mapToLong(Row::parameters).sum();
  }

  /** Running statistics of all layers. */
  public long statistics() {
    return rows.stream().mapToLong(Row::statistics).sum();
  }

  /** Parameters that gradients change. */
  public long trainable() {
    return rows.stream()
        .filter(row -> !row.frozen())
        .mapToLong(row -> row.weights() + row.biases())
        .sum();
  }

  /** FLOPs of a forward pass over one example. */
  public long flops() {
    return rows.stream().mapToLong(Row::flops).sum();
  }

  /** Shape that leaves the last layer. */
  public Shape output() {
    return rows.get(rows.size() - 1).output();
  }

  /** A table of the layers, and their totals. */
  @Override
  public String toString() {
    List<String[]> cells = new ArrayList<>();
    cells.add(new String[] {"", "layer", "output", "parameters", "FLOPs"});
    for (Input input : inputs) {
      boolean plain = inputs.size() == 1 && input.name().equals(ModelSpec.INPUT);
      String name = plain ? "input" : "input '" + input.name() + "'";
      cells.add(new String[] {"", name, input.shape().toString(), "", ""});
    }
    for (Row row : rows) {
      cells.add(
          new String[] {
            Integer.toString(row.layer),
            row.name
                + (row.frozen ? " (frozen)" : "")
                + (row.from.isEmpty() ? "" : " from " + row.from),
            row.output.toString(),
            number(row.parameters()),
            number(row.flops)
          });
    }
    cells.add(new String[] {"", "total", "", number(parameters()), number(flops())});
    int[] widths = new int[5];
    for (String[] line : cells) {
      for (int i = 0; i < line.length; i++) {
        widths[i] = Math.max(widths[i], line[i].length());
      }
    }
    String format =
        String.format(
            Locale.ROOT,
            "%%%ds  %%-%ds  %%-%ds  %%%ds  %%%ds%n",
            Math.max(1, widths[0]),
            widths[1],
            widths[2],
            widths[3],
            widths[4]);
    StringBuilder table = new StringBuilder();
    for (String[] line : cells) {
      table.append(String.format(Locale.ROOT, format, (Object[]) line));
    }
    if (statistics() > 0) {
      table
          .append("of the parameters, ")
          .append(number(statistics()))
          .append(" are running means and variances, which no gradient trains")
          .append(System.lineSeparator());
    }
    outputs.forEach(line -> table.append(line).append(System.lineSeparator()));
    return table.toString();
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
