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
