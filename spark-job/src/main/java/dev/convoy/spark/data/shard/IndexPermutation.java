package dev.convoy.spark.data.shard;

import dev.convoy.engine.tensor.CounterRandom;
import java.io.Serializable;

/**
 * A random order of the numbers 0 to {@code size} - 1 that is computed number by number, in either
 * direction, and takes no memory: a Feistel network over the next power of two, walked on until it
 * is back in the range.
 *
 * <p>Source: J. Black, P. Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002; its rounds
 * are those of {@link CounterRandom}.
 *
 * @param size how many numbers, 1 or more
 * @param key chooses the order
 */
record IndexPermutation(long size, long key) implements Serializable {
  private static final int ROUNDS = 6;

  /** Where the number {@code value} stands. */
  long placeOf(long value) {
    long at = value;
    do {
      for (int round = 0; round < ROUNDS; round++) {
        at = mixed(at, round);
      }
    } while (at >= size);
    return at;
  }

  /** The number that stands at {@code place}. */
  long valueAt(long place) {
    long at = place;
    do {
      for (int round = ROUNDS - 1; round >= 0; round--) {
        at = mixed(at, round);
      }
    } while (at >= size);
    return at;
  }

  /** One round, which is its own inverse: one half of the bits changes by a hash of the other. */
  private long mixed(long at, int round) {
    int low = (bits() + 1) / 2;
    long lowMask = (1L << low) - 1;
    if (round % 2 == 0) {
      long highMask = (1L << (bits() - low)) - 1;
      return at ^ (hash(at & lowMask, round) & highMask) << low;
    }
    return at ^ hash(at >>> low, round) & lowMask;
  }

  private long hash(long half, int round) {
    return CounterRandom.bits(key, (long) round << 40 | half);
  }

  private int bits() {
    return Math.max(2, Long.SIZE - Long.numberOfLeadingZeros(size - 1));
  }
}
