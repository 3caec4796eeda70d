package dev.convoy.spark.data.shard;

import dev.convoy.engine.model.InputRange;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;

/** What a look at every example of one shard found. */
public final class ShardStats implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Labels are below this. */
  public static final int MOST_CLASSES = 1 << 16;

  final int shard;
  final int training;
  final int heldOut;
  final float scale;

  /** Smallest and largest value as shares of a full pixel; above each other if there is none. */
  final float least;

  final float most;

  /**
   * Index of the first example of each class up to the largest, or -1. With L labels an example,
   * class c of label o is number {@code c * L + o}.
   */
  final long[] first;

  long low;
  long high;

  /**
   * @param example values of each
   * @param marked true if the data says which examples are held out, which then identifies it too
   */
  ShardStats(PackedShard packed, int example, boolean marked) {
    shard = packed.shard();
    scale = packed.scale();
    Optional<InputRange> range = packed.range();
    least = range.map(InputRange::low).orElse(Float.POSITIVE_INFINITY);
    most = range.map(InputRange::high).orElse(Float.NEGATIVE_INFINITY);
    training = packed.training();
    heldOut = packed.size() - packed.training();
    int each = packed.labelsAnExample();
    first = new long[(1 + Arrays.stream(packed.labels()).max().orElse(0)) * each];
    Arrays.fill(first, -1);
    for (int i = 0; i < packed.size(); i++) {
      long index = packed.indexes()[i];
      long label = 0;
      for (int o = 0; o < each; o++) {
        int number = packed.labels()[i * each + o] * each + o;
        if (first[number] < 0 || index < first[number]) {
          first[number] = index;
        }
        label = label * 0xBF58476D1CE4E5B9L + packed.labels()[i * each + o];
      }
      long hash =
          packed.values() == null
              ? hash(index, label, packed.pixels(), i * example, example)
              : hash(index, label, packed.values(), i * example, example);
      if (marked && i >= training) {
        hash = mix(hash + 0x9E3779B97F4A7C15L);
      }
      low += hash;
      high += mix(hash ^ 0x9E3779B97F4A7C15L);
    }
  }

  /**
   * A hash of one example. Sums of hashes do not depend on how examples are cut into shards. Not
   * meant to withstand an adversary.
   */
  private static long hash(long index, long label, byte[] pixels, int from, int length) {
    long hash = mix(index * 0xD1B54A32D192ED03L + label);
    for (int i = from; i < from + length; i++) {
      hash = (hash ^ pixels[i]) * 0x100000001B3L;
      hash ^= hash >>> 29;
    }
    return mix(hash);
  }

  /** The same for numbers; whole ones from 0 to 255 count as the bytes that they could be. */
  private static long hash(long index, long label, float[] values, int from, int length) {
    long hash = mix(index * 0xD1B54A32D192ED03L + label);
    for (int i = from; i < from + length; i++) {
      float value = values[i];
      boolean isByte = value >= 0 && value <= 255 && value == (int) value;
      hash = (hash ^ (isByte ? (byte) value : Float.floatToIntBits(value))) * 0x100000001B3L;
      hash ^= hash >>> 29;
    }
    return mix(hash);
  }

  /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
