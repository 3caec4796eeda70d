package dev.convoy.spark.data;

import dev.convoy.engine.tensor.CounterRandom;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** Writes small IDX files for tests. */
public final class IdxWriter {
  private IdxWriter() {}

  /** Images of random bytes, image i beginning with the bytes of i; labels i mod classes. */
  public static void pair(
      Path folder, String prefix, int count, int side, int classes, boolean gz) {
    byte[] pixels = new byte[count * side * side];
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) (i % classes);
      for (int j = 0; j < side * side; j++) {
        pixels[i * side * side + j] =
            (byte) (CounterRandom.bits(7, (long) i * side * side + j) >>> 57);
      }
      // Something to learn: a bright row at the label's height.
      for (int j = 0; j < side; j++) {
        pixels[i * side * side + i % classes % side * side + j] = (byte) 0xE0;
      }
    }
    String ending = gz ? ".gz" : "";
    write(
        folder.resolve(prefix + "-images-idx3-ubyte" + ending),
        head(0x803, count, side, side),
        pixels);
    write(folder.resolve(prefix + "-labels-idx1-ubyte" + ending), head(0x801, count), labels);
  }

  /**
   * Two images and two labels an example, for {@link #TWO_ENDS}: {@code left}, 6x6, has a bright
   * row at the label's height; {@code right}, 4x5, tells {@code odd}, whether the label is.
   */
  public static void twoEnds(Path folder, String prefix, int count, boolean gz) {
    byte[] left = new byte[count * 36];
    byte[] right = new byte[count * 20];
    byte[] digits = new byte[count];
    byte[] odd = new byte[count];
    for (int i = 0; i < count; i++) {
      digits[i] = (byte) (i % 5);
      odd[i] = (byte) (i % 5 % 2);
      for (int j = 0; j < 36; j++) {
        int noise = CounterRandom.below(7, i * 36L + j, 90);
        left[i * 36 + j] = (byte) (j / 6 == digits[i] ? 200 : noise);
      }
      for (int j = 0; j < 20; j++) {
        int noise = CounterRandom.below(8, i * 20L + j, 90);
        right[i * 20 + j] = (byte) (j / 10 == odd[i] ? 200 : noise);
      }
    }
    String images = "-images-idx3-ubyte" + (gz ? ".gz" : "");
    String labels = "-labels-idx1-ubyte" + (gz ? ".gz" : "");
    write(folder.resolve(prefix + "-left" + images), head(0x803, count, 6, 6), left);
    write(folder.resolve(prefix + "-right" + images), head(0x803, count, 4, 5), right);
    write(folder.resolve(prefix + labels), head(0x801, count), digits);
    write(folder.resolve(prefix + "-odd" + labels), head(0x801, count), odd);
  }

  /** A model for {@link #twoEnds}: two towers, a join, a skip connection, two heads. */
  public static final String TWO_ENDS =
      """
      input left 6x6x1
      input right 4x5x1
      normalize mean=0.3 deviation=0.3
      conv2d filters=4 kernel=3 padding=1 from=left
      relu name=eye
      conv2d filters=4 kernel=3 padding=1 name=both
      add from=eye,both name=sum
      maxpool window=2
      flatten name=seen
      dense units=6 from=right
      tanh name=told
      concat from=seen,told
      dropout rate=0.1 name=all
      dense units=5 name=digit
      dense units=2 name=odd from=all
      output digit loss=softmax
      output odd loss=sigmoid weight=0.5
      """;

  /** The head of an IDX file. */
  public static byte[] head(int... words) {
    ByteBuffer head = ByteBuffer.allocate(4 * words.length);
    for (int word : words) {
      head.putInt(word);
    }
    return head.array();
  }

  /** Writes the parts one after the other, packed if the name ends in {@code .gz}. */
  public static void write(Path file, byte[]... parts) {
    try (OutputStream raw = Files.newOutputStream(file);
        OutputStream out = file.toString().endsWith(".gz") ? new GZIPOutputStream(raw) : raw) {
      for (byte[] part : parts) {
        out.write(part);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
