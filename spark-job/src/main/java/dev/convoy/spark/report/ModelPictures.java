package dev.convoy.spark.report;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.network.ModelSpec;
import dev.convoy.engine.network.ModelSummary;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.network.ParameterLayout.Entry;
import dev.convoy.engine.network.TrainedModel;
import dev.convoy.engine.network.Workspace;
import dev.convoy.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a network's first layers look for, and what they find in a few examples, as images. */
final class ModelPictures {
  private static final int MOST_FILTERS = 64;
  private static final int MOST_MAPS = 16;
  private static final int MOST_LAYERS = 3;
  private static final int MOST_EXAMPLES = 4;
  private static final List<String> POINTWISE = List.of("relu", "tanh", "sigmoid");
  private static final List<String> NO_LAYERS = List.of("input", "normalize", "loss", "output");

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
        List<Maps> maps = parts.stream().map(part -> part.look(example)).toList();
        seen.add(new Seen(example.label(), example.pixels(), maps));
      }
    }
    return seen;
  }

  private static List<Part> parts(TrainedModel model) {
    List<Part> parts = new ArrayList<>();
    if (!model.spec().isSequential()) {
      return parts;
    }
    for (Entry entry : new Network(model.spec()).parameters().entries()) {
      if (entry.dimensions().size() == 4 && parts.size() < MOST_LAYERS) {
        parts.add(Part.upTo(entry, model));
      }
    }
    return parts;
  }

  /** A network of the first layers of another, which gives back what leaves the last of them. */
  private record Part(String layer, Shape output, Network network, Workspace workspace) {

    /** Up to a convolution and the pointwise function on it. */
    static Part upTo(Entry convolution, TrainedModel model) {
      List<String> kept = new ArrayList<>();
      int layers = 0;
      for (String line : model.spec().toText().lines().toList()) {
        String word = line.split(" ")[0];
        boolean layer = !line.isBlank() && !NO_LAYERS.contains(word);
        boolean onTop = layers == convolution.layer() + 1 && POINTWISE.contains(word);
        if (layer && (layers <= convolution.layer() || onTop)) {
          kept.add(line);
          layers++;
        } else if (layer) {
          break;
        } else if (!word.equals("loss") && !word.equals("output")) {
          kept.add(line);
        }
      }
      kept.add("loss squared");
      ModelSpec spec = ModelSpec.parse(String.join("\n", kept));
      Network network = new Network(spec);
      Workspace workspace = network.newWorkspace(1, false);
      network.load(Arrays.copyOf(model.weights(), network.parameterCount()), workspace);
      return new Part(name(convolution), ModelSummary.of(spec).output(), network, workspace);
    }

    Maps look(Example example) {
      Batch batch = network.newBatch(1);
      batch.add(example.pixels(), 0, network.spec().normalization().table(), 0, 0);
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
