package dev.convoy.spark.predict;

import dev.convoy.engine.network.Network;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * An output of a model.
 *
 * @param first of its values
 * @param size how many there are
 */
public record ModelOutput(String name, int first, int size) implements Serializable {
  /** The outputs of {@code network}. */
  public static List<ModelOutput> of(Network network) {
    List<ModelOutput> heads = new ArrayList<>();
    int first = 0;
    for (int o = 0; o < network.spec().outputs().size(); o++) {
      heads.add(new ModelOutput(network.spec().outputs().get(o).name(), first, network.outputs(o)));
      first += network.outputs(o);
    }
    return heads;
  }

  /** The first of the largest of its values, {@code outputs} from {@code at} on an example's. */
  public int predicted(float[] outputs, int at) {
    int best = 0;
    for (int i = 1; i < size; i++) {
      if (outputs[at + first + i] > outputs[at + first + best]) {
        best = i;
      }
    }
    return best;
  }
}
