package dev.convoy.engine.data;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.tensor.Lanes;
import dev.convoy.engine.tensor.Shape;
import java.util.Arrays;

/**
 * A micro-batch in the engine's layout ({@link Lanes}), filled again and again: inputs {@code
 * [block][height][width][channel][lane]}, labels and an identity for each example. The identity
 * keys dropout, so it must not depend on how data is partitioned.
 */
public final class Batch {
  private final Shape shape;
  private final int capacity;
  private final float[] inputs;
  private final int[][] labels;
  private final long[] ids;
  private final int outputs;
  private final float[] targets;
  private int size;

  /** Bytes of images that wait to be put in lanes: all from {@link #laid} on; made when needed. */
  private byte[] waiting;

  /** The table that the waiting bytes go through. */
  private float[] table;

  /** Examples whose inputs are in their lanes. */
  private int laid;

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
    this(shape, capacity, outputs, 1);
  }

  /**
   * As above, with several labels an example.
   *
   * @param labels one for each output of the network
   */
  public Batch(Shape shape, int capacity, int outputs, int labels) {
    if (capacity < 1) {
      throw new InvalidInputException(
          "batch: got a capacity of " + capacity + ", expected 1 or more");
    }
    this.shape = shape;
    this.capacity = capacity;
    this.inputs = new float[Math.multiplyExact(Lanes.blocks(capacity) * LANES, shape.size())];
    this.labels = new int[labels][Lanes.blocks(capacity) * LANES];
    this.ids = new long[Lanes.blocks(capacity) * LANES];
    this.outputs = outputs;
    this.targets = outputs == 0 ? null : new float[ids.length * outputs];
  }

  /** Shape of one example. */
  public Shape shape() {
    return shape;
  }

  /** Most examples. */
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

  /**
   * Inputs in lane layout; only the first {@link #blocks} blocks count. Images are laid out here, a
   * block at a time, because several at once are faster than one after the other.
   */
  public float[] inputs() {
    layOut();
    return inputs;
  }

  /** Class numbers, one an example; the first ones, if there are several. */
  public int[] labels() {
    return labels[0];
  }

  /** Class numbers for output {@code o}, one an example. */
  public int[] labels(int o) {
    return labels[o];
  }

  /** Labels that each example has. */
  public int labelsAnExample() {
    return labels.length;
  }

  /** Sets the label for output {@code o} of the example added last. */
  public void label(int o, int label) {
    labels[o][size - 1] = label;
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
    int first = example / LANES * LANES * outputs + example % LANES;
    for (int i = 0; i < outputs; i++) {
      targets[first + i * LANES] = values[offset + i];
    }
  }

  /** Empties the batch. */
  public void clear() {
    size = 0;
    laid = 0;
  }

  /**
   * Appends one image of {@code pixels}, starting at {@code offset}, through the table of {@link
   * Normalization#table}. Overwrites one lane.
   */
  public void add(byte[] pixels, int offset, float[] table, int label, long id) {
    if (this.table != table) {
      layOut();
      this.table = table;
    }
    if (waiting == null) {
      waiting = new byte[Math.multiplyExact(capacity, shape.size())];
    }
    int example = next(label, id);
    System.arraycopy(pixels, offset, waiting, example * shape.size(), shape.size());
  }

  /**
   * Appends one example of ready input values, {@code [height][width][channel]}. Overwrites one
   * lane.
   */
  public void add(float[] values, int offset, int label, long id) {
    layOut();
    int lane = next(label, id);
    int block = lane / LANES * LANES * shape.size();
    for (int i = 0, n = shape.size(); i < n; i++) {
      inputs[block + i * LANES + lane % LANES] = values[offset + i];
    }
    laid = size;
    clearUnused();
  }

  /**
   * Appends one example of plain numbers, {@code [height][width][channel]}, of which {@code full}
   * stands for a full pixel: 255 makes numbers 0 to 255 the same inputs, bit for bit, as bytes.
   * Overwrites one lane.
   */
  public void add(
      float[] values, int offset, float full, Normalization normalization, int label, long id) {
    layOut();
    int lane = next(label, id);
    int block = lane / LANES * LANES * shape.size();
    for (int i = 0, n = shape.size(); i < n; i++) {
      float input = normalization.input(values[offset + i] / (double) full);
      inputs[block + i * LANES + lane % LANES] = input;
    }
    laid = size;
    clearUnused();
  }

  private int next(int label, long id) {
    if (size == capacity) {
      throw new IllegalStateException("batch: full at " + capacity + " examples; clear() it first");
    }
    labels[0][size] = label;
    ids[size] = id;
    return size++;
  }

  private void layOut() {
    if (laid == size) {
      return;
    }
    for (int first = laid; first < size; first = first / LANES * LANES + LANES) {
      int end = Math.min(size, first / LANES * LANES + LANES);
      layOut(first, end);
    }
    laid = size;
    clearUnused();
  }

  /** Lays out examples of one block. */
  private void layOut(int first, int end) {
    int n = shape.size();
    int block = first / LANES * LANES;
    int e = first;
    for (; e + 4 <= end; e += 4) {
      layFour(n, waiting, e * n, table, inputs, block * n + e - block);
    }
    for (; e < end; e++) {
      layOne(n, waiting, e * n, table, inputs, block * n + e - block);
    }
  }

  /** Four examples at once: as many streams as C2 keeps without range checks. */
  private static void layFour(int n, byte[] from, int p, float[] table, float[] to, int o) {
    int p1 = p + n;
    int p2 = p1 + n;
    int p3 = p2 + n;
    for (int i = 0; i < n; i++) {
      int line = o + i * LANES;
      to[line] = table[from[p + i] & 0xff];
      to[line + 1] = table[from[p1 + i] & 0xff];
      to[line + 2] = table[from[p2 + i] & 0xff];
      to[line + 3] = table[from[p3 + i] & 0xff];
    }
  }

  private static void layOne(int n, byte[] from, int p, float[] table, float[] to, int o) {
    for (int i = 0; i < n; i++) {
      to[o + i * LANES] = table[from[p + i] & 0xff];
    }
  }

  /** Zeroes the lanes past the last example. */
  private void clearUnused() {
    int used = size % LANES;
    if (used == 0) {
      return;
    }
    int n = shape.size();
    int block = size / LANES * LANES * n;
    for (int i = 0; i < n; i++) {
      int line = block + i * LANES;
      Arrays.fill(inputs, line + used, line + LANES, 0f);
    }
  }
}
