package dev.convoy.engine.network;

import dev.convoy.engine.layer.LayerSpec;
import java.util.List;

/**
 * Takes the first layers of a trained network into another: fine-tuning. Layers are taken from the
 * input on while both networks have the same layer on the same input, so a new head starts afresh;
 * whether a layer is frozen and how it would have been initialised do not count.
 */
public final class Transfer {
  private Transfer() {}

  /**
   * Overwrites the parameters of the layers that {@code source} and {@code target} begin with
   * alike.
   *
   * @param weights of {@code target}, updated
   * @return how many layers were taken over
   * @throws IllegalArgumentException if not even the first layer with parameters is alike
   */
  public static int into(Network target, float[] weights, TrainedModel source) {
    int alike = alike(source.spec(), target.spec());
    int values = 0;
    for (ParameterLayout.Entry entry : target.parameters().entries()) {
      if (entry.layer() < alike) {
        values += entry.length();
      }
    }
    if (values == 0) {
      throw new IllegalArgumentException(
          "start: got a model that begins with "
              + first(source.spec())
              + ", expected one that begins like this job's, with "
              + first(target.spec()));
    }
    // Layers lie in the flat array in order, so a common beginning is a common prefix.
    System.arraycopy(source.weights(), 0, weights, 0, values);
    return alike;
  }

  private static String first(ModelSpec spec) {
    return "'" + LayerText.text(spec.layers().get(0)) + "' on " + spec.input();
  }

  private static int alike(ModelSpec a, ModelSpec b) {
    if (!a.input().equals(b.input()) || !a.normalization().equals(b.normalization())) {
      return 0;
    }
    List<LayerSpec> other = b.layers();
    int n = 0;
    while (n < Math.min(a.layers().size(), other.size())
        && plain(a.layers().get(n)).equals(plain(other.get(n)))) {
      n++;
    }
    return n;
  }

  /** The layer without what does not change its arithmetic. */
  private static LayerSpec plain(LayerSpec layer) {
    if (layer instanceof LayerSpec.Conv2d c) {
      return new LayerSpec.Conv2d(
          c.filters(), c.window(), c.bias(), c.flip(), LayerSpec.Init.ZERO, false);
    }
    if (layer instanceof LayerSpec.Dense d) {
      return new LayerSpec.Dense(d.units(), d.bias(), LayerSpec.Init.ZERO, false);
    }
    return layer;
  }
}
