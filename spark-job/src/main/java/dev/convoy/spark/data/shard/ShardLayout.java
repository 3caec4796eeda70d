package dev.convoy.spark.data.shard;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.tensor.CounterRandom;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Which example goes to which shard: a pure function of the example's index and the seed, so that
 * it depends on neither partitions nor executors.
 *
 * <p>The seed draws an order of all examples, and the places of that order go to the shards in
 * turn, place p to shard {@code p mod shards}. So every shard is a random sample of the source, in
 * whatever order the source is, and the sizes of two shards differ by one example at most.
 *
 * @param examples in the source
 * @param shards logical shards V
 * @param seed chooses which example goes to which shard, and what is held out
 * @param heldOutFraction share of the examples held out for validation: 0 for none, 1 for all
 */
public record ShardLayout(long examples, int shards, long seed, double heldOutFraction)
    implements Serializable {
  private static final long HELD_OUT = 0x48454C44L;
  private static final long ORDER = 0x5348415244L;

  /** Checks and copies what is given. */
  public ShardLayout {
    if (examples < 1) {
      throw new DataException("data: got " + examples + " examples, expected at least 1");
    }
    if (shards < 1) {
      throw new DataException(
          "data.shards: got " + shards + ", expected 1 or more, for example 64");
    }
    if (!(heldOutFraction >= 0 && heldOutFraction <= 1)) {
      throw new DataException(
          "data.validationFraction: got " + heldOutFraction + ", expected 0 or more and below 1");
    }
  }

  private IndexPermutation order() {
    return new IndexPermutation(examples, CounterRandom.key(seed, ORDER));
  }

  /** The place of example {@code index} in the order that the seed draws. */
  public long placeOf(long index) {
    return order().placeOf(index);
  }

  /** The example at {@code place} of that order. */
  public long indexAt(long place) {
    return order().valueAt(place);
  }

  /** The shard that {@code place} of that order goes to. */
  public int shardAt(long place) {
    return (int) (place % shards);
  }

  /** The shard of example {@code index}. */
  public int shardOf(long index) {
    return shardAt(placeOf(index));
  }

  /** Number of examples in {@code shard}, held out or not. */
  public long sizeOf(int shard) {
    return examples / shards + (shard < examples % shards ? 1 : 0);
  }

  /**
   * Indexes of the examples in {@code shard}, ascending.
   *
   * @throws ArithmeticException if the shard has 2^31 examples or more
   */
  public long[] indexesOf(int shard) {
    IndexPermutation order = order();
    long[] indexes = new long[Math.toIntExact(sizeOf(shard))];
    for (int i = 0; i < indexes.length; i++) {
      indexes[i] = order.valueAt(shard + (long) i * shards);
    }
    Arrays.sort(indexes);
    return indexes;
  }

  /** True if example {@code index} is kept from training. */
  public boolean heldOut(long index) {
    if (heldOutFraction <= 0 || heldOutFraction >= 1) {
      return heldOutFraction >= 1;
    }
    long bits = CounterRandom.bits(CounterRandom.key(seed, HELD_OUT), index);
    return (bits >>> 11) * 0x1.0p-53 < heldOutFraction;
  }
}
