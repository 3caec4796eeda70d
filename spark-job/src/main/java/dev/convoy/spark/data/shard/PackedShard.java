package dev.convoy.spark.data.shard;

import dev.convoy.engine.data.Augmenter;
import dev.convoy.engine.data.Batch;
import dev.convoy.engine.model.InputRange;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.tensor.CounterRandom;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;

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
  private final float[] values;
  private final float scale;
  private final int[] labels;
  private final long[] indexes;
  private transient volatile Order order;

  private record Order(long key, int[] places) {}

  /**
   * @param shard number of the shard
   * @param training how many of the examples, from the first, are for training
   * @param pixels {@code [example][height][width][channel]}
   * @param labels class numbers, {@code [example][label]}
   * @param indexes place of each example in the source: its identity
   */
  public PackedShard(int shard, int training, byte[] pixels, int[] labels, long[] indexes) {
    this(shard, training, pixels, null, 255f, labels, indexes);
  }

  /**
   * @param pixels null if {@code values} hold the examples
   * @param values {@code [example][height][width][channel]}, or null
   * @param scale the value that stands for a full pixel
   */
  public PackedShard(
      int shard,
      int training,
      byte[] pixels,
      float[] values,
      float scale,
      int[] labels,
      long[] indexes) {
    this.shard = shard;
    this.training = training;
    this.pixels = pixels;
    this.values = values;
    this.scale = scale;
    this.labels = labels;
    this.indexes = indexes;
  }

  /**
   * Appends the example at {@code place} to {@code batch}, with a label for each output.
   *
   * @param model whose normalization makes inputs of bytes and numbers
   * @param table of that normalization
   */
  public void addTo(Batch batch, int place, ModelSpec model, float[] table) {
    int offset = place * batch.shape().size();
    int label = labels[place * labelsAnExample()];
    if (values == null) {
      batch.add(pixels, offset, table, label, indexes[place]);
    } else {
      batch.add(values, offset, scale, model.normalization(), label, indexes[place]);
    }
    addFurtherLabels(batch, place);
  }

  /**
   * As above, augmented.
   *
   * @param key of what is drawn, as {@link Augmenter#key} makes it
   */
  public void addTo(
      Batch batch, int place, ModelSpec model, float[] table, Augmenter augmenter, long key) {
    int offset = place * batch.shape().size();
    int label = labels[place * labelsAnExample()];
    if (values == null) {
      batch.add(augmenter.augment(pixels, offset, key), 0, table, label, indexes[place]);
    } else {
      float[] augmented = augmenter.augment(values, offset, key);
      batch.add(augmented, 0, scale, model.normalization(), label, indexes[place]);
    }
    addFurtherLabels(batch, place);
  }

  private void addFurtherLabels(Batch batch, int place) {
    int first = place * labelsAnExample();
    for (int o = 1; o < batch.labelsAnExample(); o++) {
      batch.label(o, o < labelsAnExample() ? labels[first + o] : 0);
    }
  }

  /** The example at {@code place} to draw: its pixels, or its numbers as near to them as can be. */
  public byte[] picture(int place, int example) {
    int offset = place * example;
    if (values == null) {
      return Arrays.copyOfRange(pixels, offset, offset + example);
    }
    byte[] picture = new byte[example];
    for (int i = 0; i < example; i++) {
      picture[i] = (byte) Math.max(0, Math.min(255, Math.round(values[offset + i] / scale * 255)));
    }
    return picture;
  }

  /** Smallest and largest value of all examples, as shares of a full pixel; empty without any. */
  public Optional<InputRange> range() {
    float low = Float.POSITIVE_INFINITY;
    float high = Float.NEGATIVE_INFINITY;
    if (values == null) {
      int least = 255;
      int most = 0;
      for (byte pixel : pixels) {
        least = Math.min(least, pixel & 0xff);
        most = Math.max(most, pixel & 0xff);
      }
      low = least;
      high = most;
    } else {
      for (float value : values) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    return low > high
        ? Optional.empty()
        : Optional.of(new InputRange(low / scale(), high / scale()));
  }

  /** Labels that each example has. */
  public int labelsAnExample() {
    return indexes.length == 0 ? 1 : labels.length / indexes.length;
  }

  /** Number of the shard. */
  public int shard() {
    return shard;
  }

  /** Examples for training: places 0 to {@code training() - 1}. */
  public int training() {
    return training;
  }

  /** All examples; those from {@link #training} on are held out. */
  public int size() {
    return indexes.length;
  }

  /** Bytes of the examples; null if they are {@link #values}. */
  public byte[] pixels() {
    return pixels;
  }

  /** Numbers of the examples; null if they are {@link #pixels}. */
  float[] values() {
    return values;
  }

  /** The number that stands for a full pixel. */
  float scale() {
    return values == null ? Fingerprint.BYTES : scale;
  }

  /** {@code [example][output]}: class numbers; not a copy. */
  public int[] labels() {
    return labels;
  }

  /** Index of each example in the source; not a copy. */
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
