package dev.convoy.engine.peers;

import dev.convoy.engine.bench.EngineRun;
import dev.convoy.engine.layer.Activation;
import dev.convoy.engine.layer.Conv2d;
import dev.convoy.engine.layer.Dense;
import dev.convoy.engine.layer.Flatten;
import dev.convoy.engine.layer.LayerSpec;
import dev.convoy.engine.layer.Pool2d;
import dev.convoy.engine.layer.Window;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.ParameterLayout;
import dev.convoy.engine.tensor.Shape;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A net and its batches as PyTorch wants them.
 *
 * @param input channels, height and width of an example
 * @param ops the forward pass
 * @param parameters weights and biases in the order of {@code ops}: {@code [filter][channel][y][x]}
 *     of a convolution, {@code [unit][input]} of a dense layer, {@code [output]} of a bias
 * @param pixels normalised: {@code [example][channel][y][x]}, batch after batch
 * @param labels a class for each example
 * @param batch examples a step
 */
record TorchNet(
    int[] input,
    List<Op> ops,
    List<Parameter> parameters,
    float[] pixels,
    int[] labels,
    int batch) {

  /** Operators that the nets are made of. */
  enum Kind {
    /** Cross-correlation. */
    CONV,
    /** Maximum of a window. */
    MAX_POOL,
    /** Larger of a value and 0. */
    RELU,
    /** An image to a vector, channel after channel. */
    FLATTEN,
    /** Dense layer. */
    LINEAR
  }

  /**
   * An operator; what its kind does not use is empty.
   *
   * @param weight index of its weights among the parameters, -1 for none
   * @param bias index of its bias, -1 for none
   * @param window height and width
   * @param stride vertical and horizontal
   * @param padding rows above and below, columns left and right
   */
  record Op(Kind kind, int weight, int bias, int[] window, int[] stride, int[] padding) {}

  /** An array of parameters. */
  record Parameter(int[] shape, float[] values) {}

  private static final int[] NONE = {};

  /** The work's net, from {@code weights} in the engine's layout. */
  static TorchNet of(Work work, ParameterLayout layout, float[] weights) {
    ModelSpec spec = work.net().spec();
    Shape shape = spec.input();
    TorchNet net =
        new TorchNet(
            new int[] {shape.channels(), shape.height(), shape.width()},
            new ArrayList<>(),
            new ArrayList<>(),
            pixels(work, spec.normalization().table()),
            new int[EngineRun.BATCHES * work.batch()],
            work.batch());
    System.arraycopy(work.images().labels(), 0, net.labels, 0, net.labels.length);
    net.build(spec, layout, weights);
    return net;
  }

  /** Pixels by way of the table, from [y][x][channel] to [channel][y][x]. */
  private static float[] pixels(Work work, float[] table) {
    Shape shape = work.images().shape();
    byte[] bytes = work.images().pixels();
    float[] values = new float[EngineRun.BATCHES * work.batch() * shape.size()];
    for (int start = 0; start < values.length; start += shape.size()) {
      for (int pixel = 0; pixel < shape.pixels(); pixel++) {
        for (int c = 0; c < shape.channels(); c++) {
          values[start + c * shape.pixels() + pixel] =
              table[bytes[start + pixel * shape.channels() + c] & 0xff];
        }
      }
    }
    return values;
  }

  private void build(ModelSpec spec, ParameterLayout layout, float[] weights) {
    Shape shape = spec.input();
    Shape unflattened = null;
    for (int layer = 0; layer < spec.layers().size(); layer++) {
      LayerSpec item = spec.layers().get(layer);
      int first = parameters.size();
      if (item instanceof Conv2d.Spec conv) {
        addParameters(layout, layer, weights, shape.channels(), null);
        ops.add(convolution(conv, conv.window().on(shape), first));
      } else if (item instanceof Pool2d.Spec pool) {
        Window window = pool.window();
        int[] size = {window.height(), window.width()};
        int[] stride = {window.strideHeight(), window.strideWidth()};
        ops.add(new Op(Kind.MAX_POOL, -1, -1, size, stride, new int[] {0, 0}));
      } else if (item instanceof Dense.Spec dense) {
        addParameters(layout, layer, weights, shape.size(), unflattened);
        unflattened = null;
        ops.add(new Op(Kind.LINEAR, first, dense.bias() ? first + 1 : -1, NONE, NONE, NONE));
      } else if (item instanceof Flatten) {
        unflattened = shape;
        ops.add(new Op(Kind.FLATTEN, -1, -1, NONE, NONE, NONE));
      } else if (item instanceof Activation.Spec activation
          && activation.function() == Activation.Function.RELU) {
        ops.add(new Op(Kind.RELU, -1, -1, NONE, NONE, NONE));
      } else {
        throw new IllegalStateException("the race has no PyTorch twin of the layer " + item);
      }
      shape = item.outputShape(shape);
    }
  }

  private static Op convolution(Conv2d.Spec conv, Window.Extent extent, int first) {
    return new Op(
        Kind.CONV,
        first,
        conv.bias() ? first + 1 : -1,
        new int[] {extent.vertical().kernel(), extent.horizontal().kernel()},
        new int[] {extent.vertical().stride(), extent.horizontal().stride()},
        new int[] {extent.vertical().before(), extent.horizontal().before()});
  }

  /** Adds a layer's arrays; {@code image} is what a dense layer's input was before flattening. */
  private void addParameters(
      ParameterLayout layout, int layer, float[] weights, int inputs, Shape image) {
    for (ParameterLayout.Entry entry : layout.entries()) {
      if (entry.layer() == layer) {
        parameters.add(parameter(entry, weights, inputs, image));
      }
    }
  }

  private static Parameter parameter(
      ParameterLayout.Entry entry, float[] weights, int inputs, Shape image) {
    List<Integer> dims = entry.dimensions();
    int outputs = dims.get(dims.size() - 1);
    float[] values = new float[entry.length()];
    if (dims.size() == 1) {
      System.arraycopy(weights, entry.offset(), values, 0, outputs);
      return new Parameter(new int[] {outputs}, values);
    }
    boolean conv = dims.size() == 4;
    int pixels = image == null ? 1 : image.pixels();
    int cells = conv ? dims.get(0) * dims.get(1) : pixels;
    int channels = entry.length() / outputs / cells;
    for (int cell = 0; cell < cells; cell++) {
      for (int c = 0; c < channels; c++) {
        for (int o = 0; o < outputs; o++) {
          int ours = (cell * channels + c) * outputs + o;
          values[(o * channels + c) * cells + cell] = weights[entry.offset() + ours];
        }
      }
    }
    int[] shape =
        conv
            ? new int[] {outputs, channels, dims.get(0), dims.get(1)}
            : new int[] {outputs, inputs};
    return new Parameter(shape, values);
  }

  /**
   * Writes a file that {@code torch_worker.py} reads: lines of text ({@code input}, {@code batch},
   * one an operator), an empty line, then little-endian floats (parameters, pixels) and labels
   * (32-bit).
   */
  void write(Path file) throws IOException {
    StringBuilder head = new StringBuilder();
    head.append("input ").append(words(input)).append('\n');
    head.append("batch ").append(batch).append(' ').append(EngineRun.BATCHES).append('\n');
    for (Op op : ops) {
      String sizes = op.weight < 0 ? "" : words(parameters.get(op.weight).shape);
      head.append(op.kind)
          .append('|')
          .append(sizes)
          .append('|')
          .append(op.bias < 0 ? 0 : 1)
          .append('|')
          .append(words(op.window))
          .append('|')
          .append(words(op.stride))
          .append('|')
          .append(words(op.padding))
          .append('\n');
    }
    head.append('\n');
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      out.write(head.toString().getBytes(StandardCharsets.US_ASCII));
      for (Parameter parameter : parameters) {
        out.write(bytes(parameter.values));
      }
      out.write(bytes(pixels));
      ByteBuffer classes = ByteBuffer.allocate(4 * labels.length).order(ByteOrder.LITTLE_ENDIAN);
      classes.asIntBuffer().put(labels);
      out.write(classes.array());
    }
  }

  private static byte[] bytes(float[] values) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(values);
    return buffer.array();
  }

  private static String words(int[] numbers) {
    return IntStream.of(numbers).mapToObj(Integer::toString).collect(Collectors.joining(" "));
  }
}
