package dev.convoy.spark.cli;

import java.io.IOException;
import java.io.Serializable;
import java.io.Writer;
import java.util.List;

/**
 * Outputs for a run of examples.
 *
 * @param indexes place of each example in the data
 * @param labels class number of each
 * @param outputs {@code [example][output]}
 * @param width outputs an example
 * @param labelled false if the labels mean nothing
 */
record Predictions(long[] indexes, int[] labels, float[] outputs, int width, boolean labelled)
    implements Serializable {

  int size() {
    return indexes.length;
  }

  /** All of {@code parts}, sorted by index. */
  static Predictions inOrder(List<Predictions> parts, int width, boolean labelled) {
    int size = parts.stream().mapToInt(Predictions::size).reduce(0, Math::addExact);
    Predictions all =
        new Predictions(
            new long[size],
            new int[size],
            new float[Math.multiplyExact(size, width)],
            width,
            labelled);
    for (Predictions part : parts) {
      for (int i = 0; i < part.size(); i++) {
        // Indexes of a data set are 0, 1 ... without gaps.
        int at = Math.toIntExact(part.indexes[i]);
        all.indexes[at] = at;
        all.labels[at] = part.labels[i];
        System.arraycopy(part.outputs, i * width, all.outputs, at * width, width);
      }
    }
    return all;
  }

  /** The first of the largest outputs. */
  private int predicted(int example) {
    int best = 0;
    for (int i = 1; i < width; i++) {
      if (outputs[example * width + i] > outputs[example * width + best]) {
        best = i;
      }
    }
    return best;
  }

  void write(Writer writer, boolean json) throws IOException {
    if (!json) {
      writer.write(labelled ? "index,label,prediction" : "index,prediction");
      for (int i = 0; i < width; i++) {
        writer.write(",p" + i);
      }
      writer.write('\n');
    }
    for (int example = 0; example < size(); example++) {
      String label = labelled ? (json ? ",\"label\":" : ",") + labels[example] : "";
      writer.write((json ? "{\"index\":" : "") + indexes[example] + label);
      writer.write((json ? ",\"prediction\":" : ",") + predicted(example));
      writer.write(json ? ",\"probabilities\":[" : "");
      for (int i = 0; i < width; i++) {
        writer.write(json && i == 0 ? "" : ",");
        writer.write(Float.toString(outputs[example * width + i]));
      }
      writer.write(json ? "]}\n" : "\n");
    }
  }
}
