package dev.convoy.engine.data;

import dev.convoy.engine.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * The head of an IDX file: magic {@code 00 00 08 n} (unsigned bytes, n sides), then n sides as
 * big-endian ints; the items follow without gaps, so that the place of an item follows from its
 * index. Images have 3 sides (count, height, width) or 4 (channels last), labels one. What the
 * sides claim is checked against the file's length by {@link #expectLength}, or by reading.
 *
 * <p>Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits".
 *
 * @param name of the file, for messages
 * @param count number of items, 1 or more
 * @param height of one item; it is 1x1x1 for labels
 * @param width of one item
 * @param channels of one item
 * @param length of the header, bytes
 */
public record IdxHeader(String name, long count, int height, int width, int channels, int length)
    implements Serializable {
  private static final int UNSIGNED_BYTES = 0x08;

  /** Reads the header of a file of images; the stream is then at the first item. */
  public static IdxHeader images(String name, InputStream in) throws IOException {
    return read(name, in, 3, 4);
  }

  /** Reads the header of a file of labels; the stream is then at the first item. */
  public static IdxHeader labels(String name, InputStream in) throws IOException {
    return read(name, in, 1, 1);
  }

  /** Shape of one item. */
  public Shape shape() {
    return new Shape(height, width, channels);
  }

  /** Bytes of one item. */
  public int itemBytes() {
    return height * width * channels;
  }

  /** Where item {@code index} begins, and at {@link #count} the file ends. */
  public long offset(long index) {
    return length + index * itemBytes();
  }

  /** Refuses a file that is not {@code bytes} long as its header says. */
  public void expectLength(long bytes) {
    long expected = offset(count);
    if (bytes == expected) {
      return;
    }
    throw new DataException(
        name
            + (bytes < expected
                ? ": truncated at offset " + bytes
                : ": longer than its header says, from offset " + expected)
            + ": got "
            + bytes
            + " bytes, expected "
            + expected
            + " ("
            + count
            + " items of "
            + itemBytes()
            + " bytes after a header of "
            + length
            + "); fetch the file again");
  }

  private static IdxHeader read(String name, InputStream in, int fewest, int most)
      throws IOException {
    int magic = integer(name, in, 0);
    int sides = magic & 0xff;
    if (magic >>> 8 != UNSIGNED_BYTES || sides < fewest || sides > most) {
      throw new DataException(wrongMagic(name, magic, most == 1));
    }
    int[] side = new int[4];
    for (int i = 0; i < sides; i++) {
      side[i] = integer(name, in, 4 + 4 * i);
      if (side[i] < 1) {
        throw new DataException(
            name
                + ": "
                + (side[i] == 0 && i == 0 ? "empty" : "bad side")
                + " at offset "
                + (4 + 4 * i)
                + ": got "
                + side[i]
                + ", expected 1 or more"
                + (i == 0 ? " items" : "; fetch the file again"));
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

  private static String wrongMagic(String name, int magic, boolean labels) {
    boolean swapped = labels ? magic == 0x803 || magic == 0x804 : magic == 0x801;
    return String.format(
        Locale.ROOT,
        "%s: wrong magic at offset 0: got 0x%08x, expected %s; %s",
        name,
        magic,
        labels ? "0x00000801 (labels)" : "0x00000803 or 0x00000804 (images)",
        swapped ? "are the images and labels files swapped?" : "is this an IDX file of bytes?");
  }

  private static int integer(String name, InputStream in, int offset) throws IOException {
    byte[] bytes = in.readNBytes(4);
    if (bytes.length < 4) {
      throw new DataException(
          name
              + ": truncated at offset "
              + (offset + bytes.length)
              + ": got the end of the file inside the header, expected 4 bytes at "
              + offset
              + "; fetch the file again");
    }
    return ByteBuffer.wrap(bytes).getInt();
  }
}
