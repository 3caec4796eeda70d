package dev.convoy.spark.data;

import dev.convoy.engine.tensor.Shape;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.Locale;

/**
 * The head of an IDX file: magic {@code 00 00 08 n}, then n big-endian sides; bytes follow. Images
 * have 3 sides (count, height, width) or 4 (channels last), labels one.
 *
 * <p>Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
 *
 * @param name of the file, for messages
 * @param count number of items
 * @param height of one item; it is 1x1x1 for labels
 * @param length of the header, bytes
 */
record IdxHeader(String name, long count, int height, int width, int channels, int length)
    implements Serializable {
  private static final int UNSIGNED_BYTES = 0x08;

  /** Reads the header of a file of images. */
  static IdxHeader images(String name, InputStream in) throws IOException {
    return read(name, in, 3, 4, "3 or 4 sides for images (0x00000803 or 0x00000804)");
  }

  /** Reads the header of a file of labels. */
  static IdxHeader labels(String name, InputStream in) throws IOException {
    return read(name, in, 1, 1, "1 side for labels (0x00000801)");
  }

  /** Shape of one item. */
  Shape shape() {
    return new Shape(height, width, channels);
  }

  /** Where item {@code index} begins. */
  long offset(long index) {
    return length + index * shape().size();
  }

  /** Refuses a file that is not {@code bytes} long as its header says. */
  void expectLength(long bytes) {
    if (bytes != offset(count)) {
      throw new DataException(
          (bytes < offset(count) ? name + ": truncated at offset " : name + ": longer than said: ")
              + bytes
              + ": got "
              + bytes
              + " bytes, expected "
              + offset(count)
              + " ("
              + count
              + " items of "
              + shape().size()
              + " bytes after a header of "
              + length
              + "); fetch the file again");
    }
  }

  private static IdxHeader read(String name, InputStream in, int fewest, int most, String expected)
      throws IOException {
    int magic = integer(name, in, 0);
    int sides = magic & 0xff;
    if (magic >>> 8 != UNSIGNED_BYTES || sides < fewest || sides > most) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: wrong magic at offset 0: got 0x%08x, expected unsigned bytes with %s",
              name,
              magic,
              expected));
    }
    int[] side = new int[4];
    for (int i = 0; i < sides; i++) {
      side[i] = integer(name, in, 4 + 4 * i);
      if (side[i] < 1) {
        throw new DataException(
            name
                + ": bad side at offset "
                + (4 + 4 * i)
                + ": got "
                + side[i]
                + ", expected 1 or more"
                + (i == 0 ? " items" : ""));
      }
    }
    int length = 4 + 4 * sides;
    try {
      Shape shape =
          sides == 1 ? Shape.vector(1) : new Shape(side[1], side[2], sides == 4 ? side[3] : 1);
      return new IdxHeader(name, side[0], shape.height(), shape.width(), shape.channels(), length);
    } catch (IllegalArgumentException e) {
      throw new DataException(name + ": bad sides at offset 8: " + e.getMessage(), e);
    }
  }

  private static int integer(String name, InputStream in, int offset) throws IOException {
    byte[] bytes = in.readNBytes(4);
    if (bytes.length < 4) {
      throw new DataException(
          name
              + ": truncated at offset "
              + (offset + bytes.length)
              + ": got the end of the file inside the header, expected 4 bytes at "
              + offset);
    }
    return (bytes[0] & 0xff) << 24
        | (bytes[1] & 0xff) << 16
        | (bytes[2] & 0xff) << 8
        | bytes[3] & 0xff;
  }

  /** Reads the bytes of all items, and nothing may follow them. */
  byte[] body(InputStream in) throws IOException {
    long bytes = count * shape().size();
    if (bytes > Integer.MAX_VALUE - 64) {
      throw new DataException(
          name
              + ": got "
              + bytes
              + " bytes in a compressed file, expected less than 2^31; unpack it, so that executors"
              + " can read their own parts");
    }
    byte[] body;
    try {
      body = in.readNBytes((int) bytes);
    } catch (EOFException e) {
      throw new DataException(name + ": truncated: the compressed stream ends too early", e);
    }
    long end = length + body.length;
    if (body.length == bytes && in.read() >= 0) {
      end = offset(count) + 1 + in.skip(Long.MAX_VALUE - offset(count) - 1);
    }
    expectLength(end);
    return body;
  }
}
