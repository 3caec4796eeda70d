package dev.convoy.spark.cli;

import dev.convoy.engine.network.Network;
import java.io.IOException;
import java.io.Serializable;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;

/**
 * Outputs for a run of examples.
 *
 * @param indexes place of each example in the data
 * @param labels {@code [example][output of the model]}
 * @param outputs {@code [example][value]}
 * @param heads the outputs of the model
 * @param labelled false if the labels mean nothing
 */
record Predictions(
    long[] indexes, int[] labels, float[] outputs, List<Head> heads, boolean labelled)
    implements Serializable {

  /**
   * An output of the model.
   *
   * @param first of its values
   * @param size how many there are
   */
  record Head(String name, int first, int size) implements Serializable {
    /** The first of the largest of its values, {@code outputs} beginning with an example's. */
    int predicted(float[] outputs, int at) {
      int best = 0;
      for (int i = 1; i < size; i++) {
        if (outputs[at + first + i] > outputs[at + first + best]) {
          best = i;
        }
      }
      return best;
    }
  }

  /** The outputs of {@code network}. */
  static List<Head> heads(Network network) {
    List<Head> heads = new ArrayList<>();
    int first = 0;
    for (int o = 0; o < network.spec().outputs().size(); o++) {
      heads.add(new Head(network.spec().outputs().get(o).name(), first, network.outputs(o)));
      first += network.outputs(o);
    }
    return heads;
  }

  /** Room for {@code size} examples. */
  static Predictions of(int size, List<Head> heads, boolean labelled) {
    Head last = heads.get(heads.size() - 1);
    return new Predictions(
        new long[size],
        new int[Math.multiplyExact(size, heads.size())],
        new float[Math.multiplyExact(size, last.first() + last.size())],
        heads,
        labelled);
  }

  int size() {
    return indexes.length;
  }

  /** Values an example. */
  int width() {
    Head last = heads.get(heads.size() - 1);
    return last.first() + last.size();
  }

  /** All of {@code parts}, sorted by index. */
  static Predictions inOrder(List<Predictions> parts, List<Head> heads, boolean labelled) {
    int size = parts.stream().mapToInt(Predictions::size).reduce(0, Math::addExact);
    Predictions all = of(size, heads, labelled);
    int width = all.width();
    int each = heads.size();
    for (Predictions part : parts) {
      for (int i = 0; i < part.size(); i++) {
        // Indexes of a data set are 0, 1 ... without gaps.
        int at = Math.toIntExact(part.indexes[i]);
        all.indexes[at] = at;
        System.arraycopy(part.labels, i * each, all.labels, at * each, each);
        System.arraycopy(part.outputs, i * width, all.outputs, at * width, width);
      }
    }
    return all;
  }

  void write(Writer writer, boolean json) throws IOException {
    if (!json) {
      writer.write("index");
      for (Head head : heads) {
        String prefix = "," + (heads.size() == 1 ? "" : head.name() + ".");
        writer.write((labelled ? prefix + "label" : "") + prefix + "prediction");
        for (int i = 0; i < head.size(); i++) {
          writer.write(prefix + "p" + i);
        }
      }
      writer.write('\n');
    }
    for (int example = 0; example < size(); example++) {
      writer.write((json ? "{\"index\":" : "") + indexes[example]);
      for (int o = 0; o < heads.size(); o++) {
        writer.write(json && heads.size() > 1 ? ",\"" + heads.get(o).name() + "\":{" : ",");
        write(writer, json, example, o);
        writer.write(json && heads.size() > 1 ? "}" : "");
      }
      writer.write(json ? "}\n" : "\n");
    }
  }

  private void write(Writer writer, boolean json, int example, int o) throws IOException {
    Head head = heads.get(o);
    int at = example * width();
    if (labelled) {
      writer.write((json ? "\"label\":" : "") + labels[example * heads.size() + o] + ",");
    }
    writer.write((json ? "\"prediction\":" : "") + head.predicted(outputs, at));
    writer.write(json ? ",\"probabilities\":[" : "");
    for (int i = 0; i < head.size(); i++) {
      writer.write(json && i == 0 ? "" : ",");
      writer.write(Float.toString(outputs[at + head.first() + i]));
    }
    writer.write(json ? "]" : "");
  }
}
