package dev.convoy.spark.train;

import dev.convoy.engine.network.ParameterLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Euclidean norms of gradient and weights, layer by layer: how fast each layer learns, and whether
 * one stands still or runs away. Two passes over the parameters a step, in eight chains so that
 * they cost less than reading memory.
 */
final class LayerNorms {
  private static final int CHAINS = 8;

  private final List<String> names = new ArrayList<>();
  private final List<Integer> bounds = new ArrayList<>();
  private List<Float> gradients = List.of();
  private List<Float> weights = List.of();

  LayerNorms(ParameterLayout layout) {
    int last = -1;
    for (ParameterLayout.Entry entry : layout.entries()) {
      if (entry.layer() != last) {
        last = entry.layer();
        names.add(entry.name().substring(0, entry.name().lastIndexOf('.')));
        bounds.add(entry.offset());
      }
    }
    bounds.add(layout.size());
  }

  /** The layers that have parameters, for example {@code 0.conv2d}. */
  List<String> layers() {
    return List.copyOf(names);
  }

  void readGradients(float[] gradient) {
    gradients = norms(gradient);
  }

  void readWeights(float[] values) {
    weights = norms(values);
  }

  List<Float> gradients() {
    return gradients;
  }

  List<Float> weights() {
    return weights;
  }

  private List<Float> norms(float[] values) {
    List<Float> norms = new ArrayList<>(names.size());
    for (int i = 0; i < names.size(); i++) {
      norms.add((float) norm(values, bounds.get(i), bounds.get(i + 1)));
    }
    return norms;
  }

  private static double norm(float[] v, int from, int to) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    double e = 0;
    double f = 0;
    double g = 0;
    double h = 0;
    int i = from;
    for (; i <= to - CHAINS; i += CHAINS) {
      a += (double) v[i] * v[i];
      b += (double) v[i + 1] * v[i + 1];
      c += (double) v[i + 2] * v[i + 2];
      d += (double) v[i + 3] * v[i + 3];
      e += (double) v[i + 4] * v[i + 4];
      f += (double) v[i + 5] * v[i + 5];
      g += (double) v[i + 6] * v[i + 6];
      h += (double) v[i + 7] * v[i + 7];
    }
    double sum = a + b + c + d + e + f + g + h;
    for (; i < to; i++) {
      sum += (double) v[i] * v[i];
    }
    return Math.sqrt(sum);
  }
}
