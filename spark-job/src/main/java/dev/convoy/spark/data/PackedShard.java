package dev.convoy.spark.data;

import dev.convoy.engine.tensor.CounterRandom;
import java.io.Serializable;

/**
 * One logical shard in primitive arrays: the examples for training first, then those held out, each
 * in the order of the source. Plain arrays serialise in bulk under Java's serialisation and Kryo's
 * alike, and Spark measures their memory at once.
 */
public final class PackedShard implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int shard;
  private final int training;
  private final byte[] pixels;
  private final int[] labels;
  private final long[] indexes;
  private transient volatile Order order;

  private record Order(long key, int[] places) {}

  /**
   * @param shard number of the shard
   * @param training how many of the examples, from the first, are for training
   * @param pixels {@code [example][height][width][channel]}
   * @param labels class numbers
   * @param indexes place of each example in the source: its identity
   */
  public PackedShard(int shard, int training, byte[] pixels, int[] labels, long[] indexes) {
    this.shard = shard;
    this.training = training;
    this.pixels = pixels;
    this.labels = labels;
    this.indexes = indexes;
  }

  public int shard() {
    return shard;
  }

  /** Examples for training: places 0 to {@code training() - 1}. */
  public int training() {
    return training;
  }

  /** All examples; those from {@link #training} on are held out. */
  public int size() {
    return labels.length;
  }

  public byte[] pixels() {
    return pixels;
  }

  public int[] labels() {
    return labels;
  }

  public long[] indexes() {
    return indexes;
  }

  /**
   * The training examples' places in the order that {@code key} stands for; the last order asked
   * for is kept.
   */
  public int[] order(long key) {
    Order held = order;
    if (held == null || held.key() != key) {
      held = new Order(key, CounterRandom.permutation(training, key));
      order = held;
    }
    return held.places();
  }
}
