package dev.convoy.spark.data;

import dev.convoy.engine.data.IdxHeader;
import dev.convoy.engine.data.IdxReader;
import dev.convoy.engine.data.ImageSet;
import java.io.IOException;
import java.io.InputStream;

/**
 * A file of images and its file of labels, read into memory.
 *
 * @param labels header of the file of labels, for messages
 * @param set the examples
 */
record LoadedIdx(IdxHeader labels, ImageSet set) {

  /** Opens a file by name. */
  @FunctionalInterface
  interface Opener {
    InputStream open(String name) throws IOException;
  }

  /** Reads both files whole, each plain or gzip, whatever their names. */
  static LoadedIdx read(String imagesName, String labelsName, Opener opener) throws IOException {
    try (InputStream imagesIn = IdxReader.open(imagesName, opener.open(imagesName));
        InputStream labelsIn = IdxReader.open(labelsName, opener.open(labelsName))) {
      IdxHeader images = IdxHeader.images(imagesName, imagesIn);
      IdxHeader labels = IdxHeader.labels(labelsName, labelsIn);
      IdxReader.checkCounts(images, labels);
      int[] numbers = IdxReader.labels(labels, 0, IdxReader.body(labels, labelsIn), 0);
      byte[] pixels = IdxReader.body(images, imagesIn);
      return new LoadedIdx(labels, new ImageSet(images.shape(), pixels, numbers));
    }
  }

  /** Where the label of example {@code index} stands in the unpacked file. */
  static String labelPlace(IdxHeader labels, long index) {
    return labels.name() + ": offset " + labels.offset(index);
  }
}
