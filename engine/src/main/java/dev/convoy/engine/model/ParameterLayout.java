package dev.convoy.engine.model;

import java.util.List;

/** Names and places of the parameter arrays in the flat array, in order and without gaps. */
public record ParameterLayout(List<Entry> entries, int size) {

  /**
   * One parameter array.
   *
   * @param layer index of the layer in the model, from 0
   * @param name for people, who count layers from 1: for example {@code 1.conv2d.weights}
   * @param offset first index in the flat array
   * @param dimensions for example {@code [3, 3, 1, 8]}
   * @param frozen true if training leaves it alone
   * @param decays true if weight decay applies (weights, not biases, scales or shifts)
   * @param momentum 0 for what the optimizer trains; else this is a running statistic, and the
   *     share of the newest step in it
   */
  public record Entry(
      int layer,
      String name,
      int offset,
      List<Integer> dimensions,
      boolean frozen,
      boolean decays,
      float momentum) {
    /** Checks and copies what is given. */
    public Entry {
      dimensions = List.copyOf(dimensions);
    }

    /** True for a running statistic, which the optimizer does not train. */
    public boolean isStatistic() {
      return momentum > 0f;
    }

    /** Values of the entry. */
    public int length() {
      return dimensions.stream().reduce(1, Math::multiplyExact);
    }
  }

  /** Checks and copies what is given. */
  public ParameterLayout {
    entries = List.copyOf(entries);
  }

  /** The array that index {@code i} of the flat array belongs to. */
  public Entry at(int i) {
    for (Entry entry : entries) {
      if (i >= entry.offset() && i < entry.offset() + entry.length()) {
        return entry;
      }
    }
    throw new IndexOutOfBoundsException("parameter " + i + " of " + size);
  }
}
