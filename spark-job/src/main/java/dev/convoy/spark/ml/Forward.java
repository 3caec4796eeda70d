package dev.convoy.spark.ml;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.network.Workspace;
import dev.convoy.spark.data.table.FeatureReader;
import java.io.Serializable;
import org.apache.spark.broadcast.Broadcast;

/**
 * The forward pass of a trained network where a task runs: made anew in each task, from the text of
 * the model and its broadcast weights. For one thread.
 */
final class Forward {
  private final Network network;
  private final Workspace workspace;
  private final Batch batch;
  private final float[] table;
  private final float[] outputs;

  /**
   * @param micro most examples at once
   */
  Forward(ModelSpec spec, float[] weights, int micro) {
    network = new Network(spec);
    workspace = network.newWorkspace(micro, false);
    network.load(weights, workspace);
    batch = new Batch(spec.input(), micro);
    table = spec.normalization().table();
    outputs = new float[micro * network.outputs()];
  }

  /** What travels to the tasks. */
  record Recipe(String model, Broadcast<float[]> weights) implements Serializable {
    Forward forward(int micro) {
      return new Forward(ModelSpec.parse(model), weights.value(), micro);
    }
  }

  /** Forgets the examples. */
  void clear() {
    batch.clear();
  }

  /** Appends the example that {@code reader} has read. */
  void add(FeatureReader reader) {
    reader.addTo(batch, network.spec(), table, batch.size());
  }

  /** Computes the probabilities of the examples. */
  void run() {
    network.predict(batch, workspace, outputs);
  }

  /** Probabilities of example {@code i}. */
  double[] probabilities(int i) {
    int n = network.outputs();
    double[] probabilities = new double[n];
    for (int c = 0; c < n; c++) {
      probabilities[c] = outputs[i * n + c];
    }
    return probabilities;
  }

  /** Logarithms, kept finite: what is 0 in single precision is taken for its smallest number. */
  static double[] logarithms(double[] probabilities) {
    double[] raw = new double[probabilities.length];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = StrictMath.log(Math.max(probabilities[i], Float.MIN_VALUE));
    }
    return raw;
  }

  /**
   * The first of the largest probabilities; with thresholds, of their ratios to these.
   *
   * @param thresholds or null
   */
  static double argmax(double[] probabilities, double[] thresholds) {
    int best = 0;
    double top = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < probabilities.length; i++) {
      double value = probabilities[i];
      if (thresholds != null) {
        value = value == 0 && thresholds[i] == 0 ? 0 : value / thresholds[i];
      }
      if (value > top) {
        top = value;
        best = i;
      }
    }
    return best;
  }
}
