package dev.convoy.engine.network;

import dev.convoy.engine.layer.LayerSpec;
import dev.convoy.engine.layer.LayerSpec.Conv2d;
import dev.convoy.engine.layer.LayerSpec.Dense;
import dev.convoy.engine.layer.LayerSpec.Pool2d;
import dev.convoy.engine.layer.Window;
import dev.convoy.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Shapes, parameters and arithmetic of a model, layer by layer, worked out on paper. FLOPs are
 * those of one forward pass over one example: two for each multiply-add of a convolution or dense
 * layer ({@code 2 * kernel height * kernel width * input channels * output values}, {@code 2 *
 * inputs * units}); biases, pooling and pointwise functions are not counted.
 *
 * @param input shape of one example
 * @param rows one a layer
 */
public record ModelSummary(Shape input, List<Row> rows) {

  /**
   * One layer.
   *
   * @param layer index in the model, from 0
   * @param name what it is, in short
   * @param output shape that leaves it
   * @param weights without biases
   * @param biases 0 where the layer has none
   * @param flops of a forward pass over one example
   * @param frozen true if training leaves its parameters alone
   */
  public record Row(
      int layer, String name, Shape output, long weights, long biases, long flops, boolean frozen) {
    /** Weights and biases. */
    public long parameters() {
      return weights + biases;
    }
  }

  public ModelSummary {
    rows = List.copyOf(rows);
  }

  /**
   * Works out {@code spec}.
   *
   * @throws IllegalArgumentException naming the first layer whose input does not fit
   */
  public static ModelSummary of(ModelSpec spec) {
    List<Row> rows = new ArrayList<>();
    Shape shape = spec.input();
    for (int i = 0; i < spec.layers().size(); i++) {
      LayerSpec layer = spec.layers().get(i);
      try {
        Row row = row(i, layer, shape);
        shape = row.output();
        rows.add(row);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "layer " + i + " (" + name(layer) + "), input " + shape + ": " + e.getMessage(), e);
      }
    }
    return new ModelSummary(spec.input(), rows);
  }

  private static Row row(int index, LayerSpec layer, Shape input) {
    Shape output = layer.outputShape(input);
    if (layer instanceof Conv2d conv) {
      long window = (long) conv.window().height() * conv.window().width();
      long taps = Math.multiplyExact(window, input.channels());
      return row(
          index,
          layer,
          output,
          bounded(taps, conv.filters()),
          conv.bias() ? conv.filters() : 0,
          Math.multiplyExact(2 * taps, output.size()),
          conv.frozen());
    }
    if (layer instanceof Dense dense) {
      long weights = bounded(input.size(), dense.units());
      long biases = dense.bias() ? dense.units() : 0;
      return row(index, layer, output, weights, biases, 2 * weights, dense.frozen());
    }
    return row(index, layer, output, 0, 0, 0, false);
  }

  private static Row row(
      int index,
      LayerSpec layer,
      Shape output,
      long weights,
      long biases,
      long flops,
      boolean frozen) {
    return new Row(index, name(layer), output, weights, biases, flops, frozen);
  }

  private static long bounded(long perOutput, int outputs) {
    long weights = perOutput * outputs;
    if (perOutput > Integer.MAX_VALUE || weights > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "got "
              + perOutput
              + " x "
              + outputs
              + " weights, expected less than 2^31; use smaller kernels or fewer outputs");
    }
    return weights;
  }

  private static String name(LayerSpec layer) {
    if (layer instanceof Conv2d conv) {
      return "conv2d " + conv.filters() + " of " + name(conv.window());
    }
    if (layer instanceof Pool2d pool) {
      return (pool.mode() == LayerSpec.PoolMode.MAX ? "maxpool " : "avgpool ")
          + name(pool.window());
    }
    if (layer instanceof Dense dense) {
      return "dense " + dense.units();
    }
    return LayerText.text(layer).replace("rate=", "");
  }

  private static String name(Window window) {
    return window.height() + "x" + window.width();
  }

  /** Weights and biases of all layers. */
  public long parameters() {
    return rows.stream().mapToLong(Row::parameters).sum();
  }

  /** Parameters that training changes. */
  public long trainable() {
    return rows.stream().filter(row -> !row.frozen()).mapToLong(Row::parameters).sum();
  }

  /** FLOPs of a forward pass over one example. */
  public long flops() {
    return rows.stream().mapToLong(Row::flops).sum();
  }

  /** Shape that leaves the last layer. */
  public Shape output() {
    return rows.isEmpty() ? input : rows.get(rows.size() - 1).output();
  }

  /** A table of the layers, and their totals. */
  @Override
  public String toString() {
    List<String[]> cells = new ArrayList<>();
    cells.add(new String[] {"", "layer", "output", "parameters", "FLOPs"});
    cells.add(new String[] {"", "input", input.toString(), "", ""});
    for (Row row : rows) {
      cells.add(
          new String[] {
            Integer.toString(row.layer),
            row.name + (row.frozen ? " (frozen)" : ""),
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
    return table.toString();
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
