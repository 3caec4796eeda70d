package dev.convoy.spark.data.shard;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.tensor.CounterRandom;
import java.io.Serializable;

/**
 * Which example goes where: a pure function of the example's index, so that it depends on neither
 * partitions nor executors.
 *
 * <p>Stripes of consecutive indexes go to the shards in turn, stripe k to shard {@code k mod
 * shards}. A stripe is one read from the source, and because the stripes of a shard are spread over
 * the whole source, every shard sees every part of a source sorted by class.
 *
 * @param examples in the source
 * @param shards logical shards V
 * @param seed chooses what is held out
 * @param heldOutFraction share of the examples held out for validation: 0 for none, 1 for all
 */
public record ShardLayout(long examples, int shards, long seed, double heldOutFraction)
    implements Serializable {
  private static final int LONGEST_STRIPE = 64;
  private static final int STRIPES_A_SHARD = 8;
  private static final long HELD_OUT = 0x48454C44L;

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

  /** Consecutive examples that go to a shard at a time. */
  public int stripe() {
    return (int)
        Math.max(1, Math.min(LONGEST_STRIPE, examples / ((long) shards * STRIPES_A_SHARD)));
  }

  /** The shard of example {@code index}. */
  public int shardOf(long index) {
    return (int) (index / stripe() % shards);
  }

  /** Number of examples in {@code shard}, held out or not. */
  public long sizeOf(int shard) {
    int stripe = stripe();
    long round = (long) stripe * shards;
    long rest = examples % round - (long) shard * stripe;
    return examples / round * stripe + Math.max(0, Math.min(stripe, rest));
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
