package dev.convoy.spark.report.page;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.ModelSpec.Input;
import dev.convoy.engine.model.ModelSpec.LossKind;
import dev.convoy.engine.model.ModelSpec.Node;
import dev.convoy.engine.model.ModelSpec.Output;
import dev.convoy.engine.model.ModelSummary;
import dev.convoy.engine.model.ParameterLayout.Entry;
import dev.convoy.engine.model.Source;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.network.Workspace;
import dev.convoy.engine.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** What a network's first layers look for, and what they find in a few examples, as images. */
final class ModelPictures {
  private static final int MOST_FILTERS = 64;
  private static final int MOST_MAPS = 16;
  private static final int MOST_LAYERS = 3;
  private static final int MOST_EXAMPLES = 4;

  private ModelPictures() {}

  /**
   * An image of signed values.
   *
   * @param values {@code [height][width]}, -127 to 127, of {@code scale} each 127; base64 in JSON
   */
  record Picture(int height, int width, double scale, byte[] values) {}

  /**
   * The weights of the first layer.
   *
   * @param of how many it has; the pictures may be fewer
   */
  record Filters(String layer, int of, List<Picture> pictures) {}

  /** What one layer made of one example; {@code of} maps, of which the first are shown. */
  record Maps(String layer, int of, List<Picture> pictures) {}

  /** One example, and what the layers made of it. */
  record Seen(int label, byte[] pixels, List<Maps> layers) {}

  /** The filters of the first layer, if it has some that can be looked at. */
  static Optional<Filters> filters(TrainedModel model) {
    List<Entry> entries = new Network(model.spec()).parameters().entries();
    if (entries.isEmpty()) {
      return Optional.empty();
    }
    Entry first = entries.get(0);
    Shape input = model.spec().input();
    List<Integer> size = first.dimensions();
    boolean conv = size.size() == 4;
    if (!conv
        && (size.size() != 2 || size.get(0) != input.size() || !model.spec().isSequential())) {
      return Optional.empty();
    }
    Shape window = conv ? new Shape(size.get(0), size.get(1), size.get(2)) : input;
    if (window.pixels() == 1) {
      return Optional.empty();
    }
    int filters = size.get(size.size() - 1);
    int room = conv ? MOST_FILTERS / window.channels() : MOST_FILTERS / 2;
    int shown = Math.min(filters, Math.max(1, room));
    float largest = largest(model.weights(), first.offset(), first.length());
    List<Picture> pictures = new ArrayList<>();
    for (int f = 0; f < shown; f++) {
      for (int c = 0; c < window.channels(); c++) {
        float[] values = new float[window.pixels()];
        for (int p = 0; p < values.length; p++) {
          int tap = p * window.channels() + c;
          values[p] = model.weights()[first.offset() + tap * filters + f];
        }
        pictures.add(picture(window, values, largest));
      }
    }
    return Optional.of(new Filters(name(first), filters, pictures));
  }

  private static String name(Entry entry) {
    return entry.name().substring(0, entry.name().lastIndexOf('.'));
  }

  /** An example in the pixels of the data. */
  record Example(int label, byte[] pixels) {}

  /** What the first convolutions find in some of {@code examples}. */
  static List<Seen> seen(TrainedModel model, List<Example> examples) {
    Shape input = model.spec().input();
    List<Seen> seen = new ArrayList<>();
    List<Part> parts = parts(model);
    for (Example example : examples) {
      boolean fits = example.pixels().length == input.size();
      if (fits && seen.size() < MOST_EXAMPLES && !parts.isEmpty()) {
        List<Maps> maps =
            parts.stream().map(part -> part.look(example, model.spec().inputs())).toList();
        seen.add(new Seen(example.label(), example.pixels(), maps));
      }
    }
    return seen;
  }

  private static List<Part> parts(TrainedModel model) {
    List<Part> parts = new ArrayList<>();
    for (Entry entry : new Network(model.spec()).parameters().entries()) {
      if (entry.dimensions().size() == 4 && parts.size() < MOST_LAYERS) {
        parts.add(Part.upTo(entry, model));
      }
    }
    return parts;
  }

  /**
   * A network of what a convolution of another rests on, which gives back what leaves it.
   *
   * @param inputs of the other network that it takes, by index
   */
  private record Part(
      String layer, Shape output, List<Integer> inputs, Network network, Workspace workspace) {

    /** Up to a convolution and the pointwise function on it. */
    static Part upTo(Entry convolution, TrainedModel model) {
      ModelSpec spec = model.spec();
      int top = convolution.layer();
      if (top + 1 < spec.nodes().size()
          && spec.nodes().get(top + 1).layer().isPointwise()
          && spec.sources(top + 1).equals(List.of(new Source.Layer(top)))) {
        top++;
      }
      TreeSet<Integer> kept = new TreeSet<>();
      TreeSet<Integer> inputs = new TreeSet<>();
      collect(top, spec, kept, inputs);
      ModelSpec part =
          new ModelSpec(
              inputs.stream()
                  .map(k -> new Input(name(new Source.Input(k)), spec.inputs().get(k).shape()))
                  .toList(),
              spec.normalization(),
              kept.stream().map(i -> node(i, spec)).toList(),
              List.of(
                  new Output(ModelSpec.OUTPUT, name(new Source.Layer(top)), LossKind.SQUARED, 1f)));
      Network network = new Network(part);
      Workspace workspace = network.newWorkspace(1, false);
      network.load(weights(model, kept, network.parameterCount()), workspace);
      String layer = ModelPictures.name(convolution);
      return new Part(
          layer, ModelSummary.of(part).output(), List.copyOf(inputs), network, workspace);
    }

    /** Collects layer {@code top}, all layers that it rests on, and the inputs of the model. */
    private static void collect(
        int top, ModelSpec spec, TreeSet<Integer> layers, TreeSet<Integer> inputs) {
      layers.add(top);
      for (int i = top; i >= 0; i--) {
        for (Source source : layers.contains(i) ? spec.sources(i) : List.<Source>of()) {
          if (source instanceof Source.Layer layer) {
            layers.add(layer.index());
          } else if (source instanceof Source.Input input) {
            inputs.add(input.index());
          }
        }
      }
    }

    private static Node node(int i, ModelSpec spec) {
      List<String> from = spec.sources(i).stream().map(Part::name).toList();
      return new Node(name(new Source.Layer(i)), spec.nodes().get(i).layer(), from);
    }

    private static String name(Source source) {
      return source instanceof Source.Layer layer
          ? "layer" + layer.index()
          : "input" + ((Source.Input) source).index();
    }

    /** The weights of the layers kept, which stand in the same order in both networks. */
    private static float[] weights(TrainedModel model, TreeSet<Integer> kept, int count) {
      float[] weights = new float[count];
      int at = 0;
      for (Entry entry : new Network(model.spec()).parameters().entries()) {
        if (kept.contains(entry.layer())) {
          System.arraycopy(model.weights(), entry.offset(), weights, at, entry.length());
          at += entry.length();
        }
      }
      return weights;
    }

    /** Of an example's inputs those that this part takes. */
    private byte[] own(byte[] pixels, List<Input> all) {
      ByteArrayOutputStream own = new ByteArrayOutputStream(network.spec().input().size());
      int at = 0;
      for (int k = 0; k < all.size(); k++) {
        int size = all.get(k).shape().size();
        if (inputs.contains(k)) {
          own.write(pixels, at, size);
        }
        at += size;
      }
      return own.toByteArray();
    }

    Maps look(Example example, List<Input> all) {
      Batch batch = network.newBatch(1);
      batch.add(own(example.pixels(), all), 0, network.spec().normalization().table(), 0, 0);
      float[] outputs = new float[network.outputs()];
      network.predict(batch, workspace, outputs);
      float largest = largest(outputs, 0, outputs.length);
      List<Picture> pictures = new ArrayList<>();
      for (int c = 0; c < Math.min(MOST_MAPS, output.channels()); c++) {
        float[] values = new float[output.pixels()];
        for (int p = 0; p < values.length; p++) {
          values[p] = outputs[p * output.channels() + c];
        }
        pictures.add(picture(output, values, largest));
      }
      return new Maps(layer, output.channels(), pictures);
    }
  }

  private static float largest(float[] values, int from, int length) {
    float largest = Float.MIN_NORMAL;
    for (int i = from; i < from + length; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
    }
    return largest;
  }

  private static Picture picture(Shape shape, float[] values, float largest) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) Math.round(127 * values[i] / largest);
    }
    return new Picture(shape.height(), shape.width(), StepSeries.rounded(largest), bytes);
  }
}
