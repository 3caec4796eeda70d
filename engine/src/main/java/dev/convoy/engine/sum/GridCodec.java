package dev.convoy.engine.sum;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * An exact, compact byte form of sums on the grid of {@link GradientSum}. Every value is {@code k *
 * 2^-GRID_BITS} with a whole number k of at most 2^51 in size; most k of a gradient need far fewer
 * than 64 bits.
 *
 * <p>Format, little-endian: parameter count, examples, examples of the batch (int each); for each
 * block of {@value #BLOCK} values the number of bits its values take (byte, 0 to {@value
 * #MAX_BITS}); the values, zigzag coded (0, -1, 1, -2, 2 ... become 0, 1, 2, 3, 4 ...), block after
 * block without gaps at that width, each block starting on a byte; {@value #PADDING} zero bytes, so
 * that whole longs can be read at the end. Every length follows from the widths, and is checked
 * before anything is read.
 */
final class GridCodec {
  static final int BLOCK = 64;
  static final int MAX_BITS = 53;
  static final int PADDING = 8;
  static final int HEADER = 12;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** In the binade of MAGIC one step of the bits is one step of the grid. */
  private static final long MAGIC_BITS = Double.doubleToRawLongBits(GradientSum.MAGIC);

  private static final long LARGEST = 1L << 51;

  private GridCodec() {}

  static int blocks(int parameters) {
    return (int) (((long) parameters + BLOCK - 1) / BLOCK);
  }

  /** Writes {@code sums}. @throws IllegalStateException if one of them is off the grid's range */
  static byte[] encode(double[] sums, int examples, int batchExamples) {
    int blocks = blocks(sums.length);
    byte[] widths = new byte[blocks];
    long bytes = HEADER + (long) blocks + PADDING;
    for (int block = 0; block < blocks; block++) {
      int from = block * BLOCK;
      int to = Math.min(from + BLOCK, sums.length);
      int width = width(sums, from, to);
      widths[block] = (byte) width;
      bytes += bytesOf(to - from, width);
    }
    if (bytes > Integer.MAX_VALUE - 8) {
      throw new IllegalStateException(
          "gradient sum: got " + bytes + " bytes to encode, expected less than 2 GiB");
    }
    byte[] code = new byte[(int) bytes];
    INTS.set(code, 0, sums.length);
    INTS.set(code, 4, examples);
    INTS.set(code, 8, batchExamples);
    System.arraycopy(widths, 0, code, HEADER, blocks);
    int at = HEADER + blocks;
    for (int block = 0; block < blocks; block++) {
      int from = block * BLOCK;
      int to = Math.min(from + BLOCK, sums.length);
      if (widths[block] != 0) {
        pack(sums, from, to, widths[block], code, at);
        at += bytesOf(to - from, widths[block]);
      }
    }
    java.util.Arrays.fill(code, at, code.length, (byte) 0);
    return code;
  }

  private static int bytesOf(int values, int width) {
    return (values * width + 7) >>> 3;
  }

  private static long zigzag(double sum) {
    long k = Double.doubleToRawLongBits(sum + GradientSum.MAGIC) - MAGIC_BITS;
    return (k << 1) ^ (k >> 63);
  }

  private static int width(double[] sums, int from, int to) {
    long all = 0;
    for (int i = from; i < to; i++) {
      all |= zigzag(sums[i]);
    }
    int width = 64 - Long.numberOfLeadingZeros(all);
    if (width >= MAX_BITS) {
      for (int i = from; i < to; i++) {
        if (!(Math.abs(sums[i]) <= GradientSum.LIMIT)) {
          throw new IllegalStateException(
              "gradient sum: got "
                  + sums[i]
                  + " at parameter "
                  + i
                  + ", expected at most "
                  + GradientSum.LIMIT
                  + " in size");
        }
      }
    }
    return width;
  }

  /** Fewer than 8 bits wait between values, so 7 + 53 bits always fit a long: no branch. */
  private static void pack(double[] sums, int from, int to, int width, byte[] code, int at) {
    long waiting = 0;
    int bits = 0;
    for (int i = from; i < to; i++) {
      waiting |= zigzag(sums[i]) << bits;
      LONGS.set(code, at, waiting);
      bits += width;
      at += bits >>> 3;
      waiting >>>= bits & 0x38;
      bits &= 7;
    }
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
      bytes += bytesOf(Math.min(BLOCK, parameters - block * BLOCK), width);
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
      at += bytesOf(values, width);
    }
  }

  static int examples(byte[] code) {
    return (int) INTS.get(code, 4);
  }

  static int batchExamples(byte[] code) {
    return (int) INTS.get(code, 8);
  }

  /** Adds the values to {@code sums}; {@code code} passed {@link #checkedParameters}. */
  static void decodeAndAdd(byte[] code, double[] sums) {
    int blocks = blocks(sums.length);
    int at = HEADER + blocks;
    for (int block = 0; block < blocks; block++) {
      int width = code[HEADER + block];
      int from = block * BLOCK;
      int to = Math.min(from + BLOCK, sums.length);
      if (width != 0) {
        unpackAndAdd(code, at, width, sums, from, to);
        at += bytesOf(to - from, width);
      }
    }
  }

  private static void unpackAndAdd(
      byte[] code, int at, int width, double[] sums, int from, int to) {
    int bit = 0;
    for (int i = from; i < to; i++) {
      long k = value(code, at, bit, width);
      sums[i] += Double.longBitsToDouble(MAGIC_BITS + k) - GradientSum.MAGIC;
      bit += width;
    }
  }

  private static long value(byte[] code, int at, int bit, int width) {
    long zigzag = ((long) LONGS.get(code, at + (bit >>> 3)) >>> (bit & 7)) & ((1L << width) - 1);
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  private static IllegalArgumentException wrong(String got, String expected) {
    return new IllegalArgumentException(
        "encoded gradient sum: got " + got + ", expected " + expected + "; the bytes are damaged");
  }
}
