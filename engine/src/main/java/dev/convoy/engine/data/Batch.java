package dev.convoy.engine.data;

import dev.convoy.engine.tensor.Lanes;
import dev.convoy.engine.tensor.Shape;
import java.util.Arrays;

/**
 * A micro-batch in the engine's layout ({@link Lanes}), filled again and again: inputs {@code
 * [block][height][width][channel][lane]}, a label and an identity for each example. The identity
 * keys dropout, so it must not depend on how data is partitioned.
 */
public final class Batch {
  private final Shape shape;
  private final int capacity;
  private final float[] inputs;
  private final int[] labels;
  private final long[] ids;
  private final int outputs;
  private final float[] targets;
  private int size;

  /** Room for {@code capacity} labelled examples of {@code shape}. */
  public Batch(Shape shape, int capacity) {
    this(shape, capacity, 0);
  }

  /**
   * Room for {@code capacity} examples of {@code shape} with explicit targets.
   *
   * @param outputs target values of an example; 0 if the label says it all
   */
  public Batch(Shape shape, int capacity, int outputs) {
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "batch: got a capacity of " + capacity + ", expected 1 or more");
    }
    this.shape = shape;
    this.capacity = capacity;
    this.inputs = new float[Math.multiplyExact(Lanes.blocks(capacity) * Lanes.COUNT, shape.size())];
    this.labels = new int[Lanes.blocks(capacity) * Lanes.COUNT];
    this.ids = new long[labels.length];
    this.outputs = outputs;
    this.targets = outputs == 0 ? null : new float[labels.length * outputs];
  }

  public Shape shape() {
    return shape;
  }

  public int capacity() {
    return capacity;
  }

  /** Examples held now. */
  public int size() {
    return size;
  }

  /** Blocks in use, {@code ceil(size / 16)}. */
  public int blocks() {
    return Lanes.blocks(size);
  }

  /** Inputs in lane layout; only the first {@link #blocks} blocks count. */
  public float[] inputs() {
    return inputs;
  }

  /** Class numbers, one an example. */
  public int[] labels() {
    return labels;
  }

  /** Identities, one an example. */
  public long[] ids() {
    return ids;
  }

  /** Targets, {@code [block][output][lane]}, or null if labels stand for them. */
  public float[] targets() {
    return targets;
  }

  /** Sets the targets of the example added last: {@code outputs} values from {@code offset}. */
  public void target(float[] values, int offset) {
    int example = size - 1;
    int first = example / Lanes.COUNT * Lanes.COUNT * outputs + example % Lanes.COUNT;
    for (int i = 0; i < outputs; i++) {
      targets[first + i * Lanes.COUNT] = values[offset + i];
    }
  }

  /** Empties the batch. */
  public void clear() {
    size = 0;
  }

  /**
   * Appends one image of {@code pixels}, starting at {@code offset}, through the table of {@link
   * Normalization#table}. Overwrites one lane.
   */
  public void add(byte[] pixels, int offset, float[] table, int label, long id) {
    int lane = next(label, id);
    int target = lane / Lanes.COUNT * Lanes.COUNT * shape.size() + lane % Lanes.COUNT;
    for (int i = 0, n = shape.size(); i < n; i++) {
      inputs[target + i * Lanes.COUNT] = table[pixels[offset + i] & 0xff];
    }
  }

  /**
   * Appends one example of ready input values, {@code [height][width][channel]}. Overwrites one
   * lane.
   */
  public void add(float[] values, int offset, int label, long id) {
    int lane = next(label, id);
    int target = lane / Lanes.COUNT * Lanes.COUNT * shape.size() + lane % Lanes.COUNT;
    for (int i = 0, n = shape.size(); i < n; i++) {
      inputs[target + i * Lanes.COUNT] = values[offset + i];
    }
  }

  private int next(int label, long id) {
    if (size == capacity) {
      throw new IllegalStateException("batch: full at " + capacity + " examples; clear() it first");
    }
    if (size % Lanes.COUNT == 0) {
      int block = Lanes.COUNT * shape.size();
      int from = size / Lanes.COUNT * block;
      Arrays.fill(inputs, from, from + block, 0f);
    }
    labels[size] = label;
    ids[size] = id;
    return size++;
  }
}
