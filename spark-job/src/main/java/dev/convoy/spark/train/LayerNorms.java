package dev.convoy.spark.train;

import dev.convoy.engine.model.ParameterLayout;
import dev.convoy.engine.optimizer.Clipping;
import java.util.ArrayList;
import java.util.List;

/**
 * Euclidean norms of gradient and weights, layer by layer: how fast each layer learns, and whether
 * one stands still or runs away. Two passes over the parameters a step. Running statistics, which
 * lie behind the other parameters of their layer, do not count.
 */
final class LayerNorms {
  private final List<String> names = new ArrayList<>();
  private final List<Integer> from = new ArrayList<>();
  private final List<Integer> to = new ArrayList<>();
  private List<Float> gradients = List.of();
  private List<Float> weights = List.of();

  LayerNorms(ParameterLayout layout) {
    int last = -1;
    for (ParameterLayout.Entry entry : layout.entries()) {
      if (entry.layer() != last) {
        last = entry.layer();
        names.add(entry.name().substring(0, entry.name().lastIndexOf('.')));
        from.add(entry.offset());
        to.add(entry.offset());
      }
      if (!entry.isStatistic()) {
        to.set(to.size() - 1, entry.offset() + entry.length());
      }
    }
  }

  /** The layers that have parameters, for example {@code 1.conv2d}. */
  List<String> layers() {
    return List.copyOf(names);
  }

  /** Returns the norm of all of it. */
  double readGradients(float[] gradient) {
    gradients = new ArrayList<>(names.size());
    return read(gradient, gradients);
  }

  void readWeights(float[] values) {
    weights = new ArrayList<>(names.size());
    read(values, weights);
  }

  List<Float> gradients() {
    return gradients;
  }

  List<Float> weights() {
    return weights;
  }

  private double read(float[] values, List<Float> norms) {
    double sum = 0;
    for (int i = 0; i < names.size(); i++) {
      double squares = Clipping.squares(values, from.get(i), to.get(i));
      norms.add((float) Math.sqrt(squares));
      sum += squares;
    }
    return Math.sqrt(sum);
  }
}
