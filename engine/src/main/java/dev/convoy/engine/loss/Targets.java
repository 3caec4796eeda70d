package dev.convoy.engine.loss;

import static dev.convoy.engine.tensor.Lanes.LANES;

/**
 * What the outputs of one block of 16 examples should have been: class numbers, or explicit values.
 * One a workspace, set anew for every block.
 */
public final class Targets {
  private int[] labels;
  private int first;
  private float[] values;
  private int offset;

  /**
   * Class numbers: a target is 1 for the label and 0 else.
   *
   * @param first index of the block's first example
   */
  public void set(int[] labels, int first) {
    this.labels = labels;
    this.first = first;
    this.values = null;
  }

  /** Explicit values {@code [output][lane]} from {@code offset} on. */
  public void set(float[] values, int offset) {
    this.values = values;
    this.offset = offset;
    this.labels = null;
  }

  /** The target of output {@code o} in {@code lane}. */
  float of(int o, int lane) {
    if (values != null) {
      return values[offset + o * LANES + lane];
    }
    return labels[first + lane] == o ? 1f : 0f;
  }
}
