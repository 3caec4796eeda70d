package dev.convoy.engine.data;

import dev.convoy.engine.error.InvalidInputException;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Writes IDX files of images and labels, as {@link IdxReader} reads them. */
public final class IdxWriter {
  private IdxWriter() {}

  /** Writes the images: 3 sides if they have one channel, otherwise 4. The stream stays open. */
  public static void images(ImageSet set, OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    boolean grey = set.shape().channels() == 1;
    data.writeInt(grey ? 0x803 : 0x804);
    data.writeInt(set.size());
    data.writeInt(set.shape().height());
    data.writeInt(set.shape().width());
    if (!grey) {
      data.writeInt(set.shape().channels());
    }
    data.write(set.pixels());
    data.flush();
  }

  /**
   * Writes the labels; the stream stays open.
   *
   * @throws IllegalArgumentException if one does not fit a byte
   */
  public static void labels(ImageSet set, OutputStream out) throws IOException {
    byte[] bytes = new byte[set.size()];
    for (int i = 0; i < bytes.length; i++) {
      int label = set.labels()[i];
      if (label < 0 || label > 255) {
        throw new InvalidInputException(
            "idx: got label " + label + " of image " + i + ", expected 0 to 255");
      }
      bytes[i] = (byte) label;
    }
    DataOutputStream data = new DataOutputStream(out);
    data.writeInt(0x801);
    data.writeInt(bytes.length);
    data.write(bytes);
    data.flush();
  }
}
