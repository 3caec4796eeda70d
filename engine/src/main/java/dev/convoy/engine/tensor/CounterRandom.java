package dev.convoy.engine.tensor;

import dev.convoy.engine.error.InvalidInputException;

/**
 * Random numbers as pure functions: the same key and index give the same number, on every machine,
 * in any order and from any thread. There is no state to carry, save or restore; a task that is
 * tried again draws the same numbers.
 *
 * <p>A number is the Philox 2x64-10 block cipher of the counter {@code (index, attempt)} under
 * {@code key}. A key for several things at once ({@code seed}, layer, step, example ...) is made by
 * {@link #key}, which enciphers one part after the other. Integers come out of exact arithmetic and
 * floats out of {@link StrictMath}, so that no bit depends on the machine.
 *
 * <p>Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy
 * as 1, 2, 3", SC '11. Bounded integers: D. Lemire, "Fast random integer generation in an
 * interval", ACM TOMACS 29 (2019). Normal numbers: G. E. P. Box, M. E. Muller, Ann. Math. Stat. 29
 * (1958).
 */
public final class CounterRandom {
  private static final int ROUNDS = 10;
  private static final long MULTIPLIER = 0xD2B74407B1CE6E93L;
  private static final long WEYL = 0x9E3779B97F4A7C15L;

  /** Second counter words: plain draws count up from 0, so the others are far away. */
  private static final long FOR_KEYS = 0x4B45595300000000L;

  private static final long FOR_ANGLES = 0x414E474C00000000L;

  private static final float FLOAT_UNIT = 0x1.0p-24f;
  private static final double DOUBLE_UNIT = 0x1.0p-53;

  private CounterRandom() {}

  /** A key for the pair {@code (a, b)}; order matters. */
  public static long key(long a, long b) {
    return philox(b, FOR_KEYS, a);
  }

  /** A key for {@code (a, b, c)}; the same as {@code key(key(a, b), c)}. */
  public static long key(long a, long b, long c) {
    return key(key(a, b), c);
  }

  /** A key for {@code (a, b, c, d)}; the same as {@code key(key(a, b, c), d)}. */
  public static long key(long a, long b, long c, long d) {
    return key(key(a, b, c), d);
  }

  /** 64 random bits: number {@code index} of the sequence of {@code key}. */
  public static long bits(long key, long index) {
    return philox(index, 0, key);
  }

  /** A float in [0, 1), a multiple of 2^-24, all equally likely. */
  public static float uniform(long key, long index) {
    return (bits(key, index) >>> 40) * FLOAT_UNIT;
  }

  /** A number of the standard normal distribution (mean 0, deviation 1); at most 8.6 in size. */
  public static float gaussian(long key, long index) {
    double radius = ((philox(index, 0, key) >>> 11) + 1) * DOUBLE_UNIT;
    double angle = (philox(index, FOR_ANGLES, key) >>> 11) * DOUBLE_UNIT;
    return (float)
        (StrictMath.sqrt(-2 * StrictMath.log(radius)) * StrictMath.cos(2 * StrictMath.PI * angle));
  }

  /**
   * An integer in [0, bound), all equally likely.
   *
   * @throws IllegalArgumentException if {@code bound} is below 1
   */
  public static int below(long key, long index, int bound) {
    if (bound < 1) {
      throw new InvalidInputException(
          "random integer: got a bound of " + bound + ", expected 1 or more");
    }
    long product = (philox(index, 0, key) >>> 32) * bound;
    if ((product & 0xFFFFFFFFL) < bound) {
      long threshold = (1L << 32) % bound;
      for (long attempt = 1; (product & 0xFFFFFFFFL) < threshold; attempt++) {
        product = (philox(index, attempt, key) >>> 32) * bound;
      }
    }
    return (int) (product >>> 32);
  }

  /**
   * Shuffles {@code values[from..to)} in place (Fisher and Yates), all orders equally likely as far
   * as a key of 64 bits can tell them apart.
   */
  public static void shuffle(int[] values, int from, int to, long key) {
    for (int i = to - 1; i > from; i--) {
      int j = from + below(key, i - from, i - from + 1);
      int swap = values[i];
      values[i] = values[j];
      values[j] = swap;
    }
  }

  /** Shuffles all of {@code values} in place. */
  public static void shuffle(int[] values, long key) {
    shuffle(values, 0, values.length, key);
  }

  /** A random order of 0, 1, ... {@code length - 1}. */
  public static int[] permutation(int length, long key) {
    int[] order = new int[length];
    for (int i = 0; i < length; i++) {
      order[i] = i;
    }
    shuffle(order, key);
    return order;
  }

  /** First word of Philox 2x64-10 of the counter {@code (word0, word1)}. */
  static long philox(long word0, long word1, long key) {
    for (int round = 0; round < ROUNDS; round++) {
      long high = unsignedHigh(word0);
      long low = MULTIPLIER * word0;
      word0 = high ^ key ^ word1;
      word1 = low;
      key += WEYL;
    }
    return word0;
  }

  /** Upper half of the unsigned product of {@link #MULTIPLIER} (whose top bit is set) and x. */
  private static long unsignedHigh(long x) {
    return Math.multiplyHigh(MULTIPLIER, x) + x + (MULTIPLIER & (x >> 63));
  }
}
