package dev.convoy.spark.data.source;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.data.IdxHeader;
import dev.convoy.engine.data.IdxReader;
import dev.convoy.engine.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Files of images and of labels, read into memory.
 *
 * @param images name of the first file of images
 * @param heads headers of the files of labels, for messages
 * @param shape of one example: of several images the vector of all, one behind the other
 * @param rows {@code [example][image][height][width][channel]}
 * @param labels {@code [example][label]}
 * @param labelled false if the labels mean nothing
 */
record IdxArrays(
    String images,
    List<IdxHeader> heads,
    Shape shape,
    byte[] rows,
    int[] labels,
    boolean labelled) {

  /** Opens a file by name. */
  @FunctionalInterface
  interface Opener {
    InputStream open(String name) throws IOException;
  }

  /**
   * Reads all files whole, each plain or gzip, whatever their names.
   *
   * @param labelNames empty for one file of images without labels
   */
  static IdxArrays read(List<String> imageNames, List<String> labelNames, Opener opener)
      throws IOException {
    List<IdxHeader> images = new ArrayList<>();
    List<byte[]> pixels = new ArrayList<>();
    for (String name : imageNames) {
      try (InputStream in = IdxReader.open(name, opener.open(name))) {
        images.add(IdxHeader.images(name, in));
        pixels.add(IdxReader.body(images.get(images.size() - 1), in));
      }
    }
    if (labelNames.isEmpty()) {
      IdxHeader head = images.get(0);
      int[] none = new int[(int) head.count()];
      return new IdxArrays(head.name(), images, head.shape(), pixels.get(0), none, false);
    }
    List<IdxHeader> heads = new ArrayList<>();
    List<byte[]> classes = new ArrayList<>();
    for (String name : labelNames) {
      try (InputStream in = IdxReader.open(name, opener.open(name))) {
        heads.add(IdxHeader.labels(name, in));
        IdxSource.checkCounts(images, heads);
        classes.add(IdxReader.body(heads.get(heads.size() - 1), in));
      }
    }
    Shape shape = IdxSource.shape(images);
    int count = (int) images.get(0).count();
    if ((long) count * shape.size() > Integer.MAX_VALUE - 64) {
      throw new DataException(
          images.get(0).name()
              + ": got "
              + (long) count * shape.size()
              + " bytes of images in compressed files, expected less than 2^31; unpack them, so"
              + " that executors can read their own parts");
    }
    byte[] rows = pixels.get(0);
    if (pixels.size() > 1) {
      rows = new byte[count * shape.size()];
      for (int k = 0, at = 0; k < pixels.size(); k++) {
        IdxSource.scatter(pixels.get(k), images.get(k).itemBytes(), count, rows, at, shape.size());
        at += images.get(k).itemBytes();
      }
    }
    int[] labels = new int[count * heads.size()];
    for (int o = 0; o < heads.size(); o++) {
      for (int i = 0; i < count; i++) {
        labels[i * heads.size() + o] = classes.get(o)[i] & 0xff;
      }
    }
    return new IdxArrays(imageNames.get(0), heads, shape, rows, labels, true);
  }

  /** Number of examples. */
  int size() {
    return labels.length / heads.size();
  }

  /** Where label number {@code index} stands in the unpacked file. */
  static String labelPlace(List<IdxHeader> heads, long index) {
    IdxHeader head = heads.get((int) (index % heads.size()));
    return head.name() + ": offset " + head.offset(index / heads.size());
  }

  /** What to call an example: the file of images and its number there. */
  static String name(String images, long index) {
    return images.substring(images.lastIndexOf('/') + 1) + "#" + index;
  }
}
