package dev.convoy.engine.sum;

import dev.convoy.engine.error.InvalidInputException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An exact, compact byte form of sums on a grid of {@link GradientSum}. Every value is a multiple k
 * of the grid's step, with a whole number k of at most 2^51 in size; most k of a gradient need far
 * fewer than 64 bits.
 *
 * <p>Format, little-endian: parameter count, examples, examples of the batch (int each); for each
 * block of {@value #BLOCK} values the number of bits its values take (byte, 0 to {@value
 * #MAX_BITS}); the values, in two's complement of that width without gaps, lowest bits first,
 * {@value #BLOCK} to a block (the last one filled up with zeros), so that a block of width n is n
 * longs; {@value #PADDING} zero bytes, so that whole longs can be read at the end. Every length
 * follows from the widths, and is checked before anything is read.
 */
final class GridCodec {
  static final int BLOCK = 64;
  static final int MAX_BITS = 53;
  static final int PADDING = 8;
  static final int HEADER = 12;

  /** Longs in a piece of output; the first holds how many are filled. */
  private static final int CHUNK = 1 << 13;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long LARGEST = 1L << 51;

  private final double magic;

  /** In the binade of magic one step of the bits is one step of the grid. */
  private final long magicBits;

  /** Size of the largest value. */
  private final double limit;

  /**
   * @param magic a number that rounds to the grid whatever is added to it: 1.5 * 2^52 steps
   */
  GridCodec(double magic) {
    this.magic = magic;
    this.magicBits = Double.doubleToRawLongBits(magic);
    this.limit = magic / 3;
  }

  static int blocks(int parameters) {
    return (int) (((long) parameters + BLOCK - 1) / BLOCK);
  }

  /** Writes {@code sums}. @throws IllegalStateException if one of them is off the grid's range */
  byte[] encode(double[] sums, int examples, int batchExamples) {
    int blocks = blocks(sums.length);
    byte[] widths = new byte[blocks];
    long[] values = new long[BLOCK];
    List<long[]> chunks = new ArrayList<>();
    long[] chunk = new long[0];
    int filled = 0;
    long words = 0;
    for (int block = 0; block < blocks; block++) {
      int from = block * BLOCK;
      int count = Math.min(BLOCK, sums.length - from);
      int width = whole(sums, from, count, values);
      widths[block] = (byte) width;
      if (filled + MAX_BITS > chunk.length) {
        chunk = new long[CHUNK];
        chunks.add(chunk);
        filled = 1;
      }
      int packed = width == 0 ? 0 : pack(values, width, chunk, filled);
      filled += packed;
      chunk[0] = filled;
      words += packed;
    }
    return join(new int[] {sums.length, examples, batchExamples}, widths, chunks, words);
  }

  private static byte[] join(int[] header, byte[] widths, List<long[]> chunks, long words) {
    long bytes = HEADER + (long) widths.length + words * Long.BYTES + PADDING;
    if (bytes > Integer.MAX_VALUE - 8) {
      throw new IllegalStateException(
          "gradient sum: got " + bytes + " bytes to encode, expected less than 2 GiB");
    }
    ByteBuffer code = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int field : header) {
      code.putInt(field);
    }
    code.put(widths);
    LongBuffer target = code.asLongBuffer();
    for (long[] chunk : chunks) {
      target.put(chunk, 1, (int) chunk[0] - 1);
    }
    return code.array();
  }

  /** Overwrites {@code values} with the k of a block, zeros behind; the bits that they need. */
  private int whole(double[] sums, int from, int count, long[] values) {
    long all = 0;
    for (int i = 0; i < count; i++) {
      long k = Double.doubleToRawLongBits(sums[from + i] + magic) - magicBits;
      values[i] = k;
      all |= (k << 1) ^ (k >> 63);
    }
    Arrays.fill(values, count, values.length, 0);
    int width = Long.SIZE - Long.numberOfLeadingZeros(all);
    for (int i = 0; width >= MAX_BITS && i < count; i++) {
      if (!(Math.abs(sums[from + i]) <= limit)) {
        throw new IllegalStateException(
            "gradient sum: got "
                + sums[from + i]
                + " at parameter "
                + (from + i)
                + ", expected at most "
                + limit
                + " in size");
      }
    }
    return width;
  }

  /** Packs a block into {@code width} longs, two values at a time where two fit a long. */
  private static int pack(long[] values, int width, long[] words, int at) {
    long mask = (1L << width) - 1;
    int step = width <= 32 ? 2 : 1;
    int stepBits = step * width;
    long waiting = 0;
    int bits = 0;
    for (int i = 0; i < BLOCK; i += step) {
      long value = values[i] & mask;
      if (step == 2) {
        value |= (values[i + 1] & mask) << width;
      }
      waiting |= value << bits;
      bits += stepBits;
      if (bits >= Long.SIZE) {
        words[at++] = waiting;
        bits -= Long.SIZE;
        waiting = bits == 0 ? 0 : value >>> (stepBits - bits);
      }
    }
    return width;
  }

  /**
   * Parameter count of a code whose lengths, widths and counts all fit each other.
   *
   * @throws IllegalArgumentException otherwise
   */
  static int checkedParameters(byte[] code) {
    if (code.length < HEADER + PADDING) {
      throw wrong(code.length + " bytes", "at least " + (HEADER + PADDING));
    }
    int parameters = (int) INTS.get(code, 0);
    int blocks = parameters < 0 ? 0 : blocks(parameters);
    if (parameters < 0 || blocks > code.length - HEADER - PADDING) {
      throw wrong(parameters + " parameters in " + code.length + " bytes", "room for them");
    }
    if (batchExamples(code) < 0 || examples(code) < 0 || examples(code) > batchExamples(code)) {
      throw wrong(
          examples(code) + " of " + batchExamples(code) + " examples",
          "no more than the batch has");
    }
    long bytes = HEADER + (long) blocks + PADDING;
    for (int block = 0; block < blocks; block++) {
      int width = code[HEADER + block];
      if (width < 0 || width > MAX_BITS) {
        throw wrong("values of " + (width & 0xff) + " bits", "0 to " + MAX_BITS);
      }
      bytes += width * (long) Long.BYTES;
    }
    if (bytes != code.length) {
      throw wrong(code.length + " bytes", bytes + " by its header");
    }
    checkWidest(code, parameters, blocks);
    return parameters;
  }

  /** Only blocks of the greatest width can hold values beyond the range. */
  private static void checkWidest(byte[] code, int parameters, int blocks) {
    int at = HEADER + blocks;
    for (int block = 0; block < blocks; block++) {
      int width = code[HEADER + block];
      int values = Math.min(BLOCK, parameters - block * BLOCK);
      for (int i = 0; width == MAX_BITS && i < values; i++) {
        long value = value(code, at, i * width, width);
        if (value < -LARGEST || value > LARGEST) {
          throw wrong("a value of " + value, "at most 2^51 in size");
        }
      }
      at += width * Long.BYTES;
    }
  }

  static int examples(byte[] code) {
    return (int) INTS.get(code, 4);
  }

  static int batchExamples(byte[] code) {
    return (int) INTS.get(code, 8);
  }

  /** Adds the values to {@code sums}; {@code code} passed {@link #checkedParameters}. */
  void decodeAndAdd(byte[] code, double[] sums) {
    int blocks = blocks(sums.length);
    int at = HEADER + blocks;
    for (int block = 0; block < blocks; block++) {
      int width = code[HEADER + block];
      int from = block * BLOCK;
      int to = Math.min(from + BLOCK, sums.length);
      if (width != 0) {
        unpackAndAdd(code, at, width, sums, from, to);
        at += width * Long.BYTES;
      }
    }
  }

  private void unpackAndAdd(byte[] code, int at, int width, double[] sums, int from, int to) {
    int bit = 0;
    for (int i = from; i < to; i++) {
      long k = value(code, at, bit, width);
      sums[i] += Double.longBitsToDouble(magicBits + k) - magic;
      bit += width;
    }
  }

  private static long value(byte[] code, int at, int bit, int width) {
    long shifted = (long) LONGS.get(code, at + (bit >>> 3)) >>> (bit & 7);
    return shifted << (Long.SIZE - width) >> (Long.SIZE - width);
  }

  private static InvalidInputException wrong(String got, String expected) {
    return new InvalidInputException(
        "encoded gradient sum: got " + got + ", expected " + expected + "; the bytes are damaged");
  }
}
