package dev.convoy.spark.data;

import dev.convoy.engine.data.ImageSet;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** The headers of an images file and of its labels file, checked against each other. */
record IdxPair(IdxHeader images, IdxHeader labels) implements Serializable {
  IdxPair {
    if (images.count() != labels.count()) {
      throw new DataException(
          labels.name()
              + ": counts differ at offset 4: got "
              + labels.count()
              + " labels, expected "
              + images.count()
              + " as in "
              + images.name());
    }
  }

  /** Where the label of example {@code index} stands. */
  String labelPlace(long index) {
    return labels.name() + ": offset " + labels.offset(index);
  }

  /** Opens a file by name. */
  @FunctionalInterface
  interface Opener {
    InputStream open(String name) throws IOException;
  }

  /** A pair read into memory. */
  record Loaded(IdxPair pair, ImageSet set) {}

  /** Reads both files whole; names that end in {@code .gz} are unpacked. */
  static Loaded load(String imagesName, String labelsName, Opener opener) throws IOException {
    IdxHeader images;
    byte[] pixels;
    try (InputStream in = unpacked(imagesName, opener)) {
      images = IdxHeader.images(imagesName, in);
      pixels = images.body(in);
    } catch (ZipException e) {
      throw damaged(imagesName, e);
    }
    IdxHeader labels;
    byte[] classes;
    try (InputStream in = unpacked(labelsName, opener)) {
      labels = IdxHeader.labels(labelsName, in);
      classes = labels.body(in);
    } catch (ZipException e) {
      throw damaged(labelsName, e);
    }
    IdxPair pair = new IdxPair(images, labels);
    int[] numbers = new int[classes.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = classes[i] & 0xff;
    }
    return new Loaded(pair, new ImageSet(images.shape(), pixels, numbers));
  }

  private static DataException damaged(String name, ZipException e) {
    return new DataException(
        name + ": got a damaged gzip stream (" + e.getMessage() + "); fetch the file again", e);
  }

  private static InputStream unpacked(String name, Opener opener) throws IOException {
    InputStream raw = new BufferedInputStream(opener.open(name), 1 << 16);
    if (!name.endsWith(".gz")) {
      return raw;
    }
    try {
      return new GZIPInputStream(raw, 1 << 16);
    } catch (IOException e) {
      raw.close();
      throw new DataException(name + ": offset 0: got no gzip stream (" + e.getMessage() + ")", e);
    }
  }
}
