package dev.convoy.spark.cli;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.data.image.Images;
import dev.convoy.spark.job.UserError;
import dev.convoy.spark.run.HadoopFiles;

/**
 * One PNG, JPEG, GIF or BMP as a network wants it: grey or RGB, averaged down (or repeated up) to
 * its input's size. A dark drawing on a light ground may be inverted for a network with one channel
 * that learned light strokes on a dark ground, as MNIST has them.
 */
record ImageFile(String name, Shape shape, byte[] pixels, boolean inverted) {
  private static final int LIGHT = 128;

  /**
   * @param strokes true to invert a dark drawing on a light ground, if the input is grey
   * @throws UserError if the file is not there or no image, or the input has neither one nor three
   *     channels
   */
  static ImageFile read(String name, Shape shape, boolean strokes) {
    byte[] file = HadoopFiles.readSmall("image", name, Images.MAX_BYTES, "");
    byte[] pixels = decode(name, file, shape);
    boolean invert = strokes && shape.channels() == 1 && lightGround(shape, pixels);
    for (int i = 0; invert && i < pixels.length; i++) {
      pixels[i] = (byte) (255 - (pixels[i] & 0xff));
    }
    return new ImageFile(name, shape, pixels, invert);
  }

  private static byte[] decode(String name, byte[] file, Shape shape) {
    try {
      return Images.decode(name, file, shape);
    } catch (DataException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private static boolean lightGround(Shape shape, byte[] pixels) {
    long sum = 0;
    int count = 0;
    for (int y = 0; y < shape.height(); y++) {
      for (int x = 0; x < shape.width(); x++) {
        boolean edge = y == 0 || x == 0 || y == shape.height() - 1 || x == shape.width() - 1;
        if (edge) {
          sum += pixels[y * shape.width() + x] & 0xff;
          count++;
        }
      }
    }
    return sum >= (long) LIGHT * count;
  }

  /** Brightness of a pixel, 0 to 255, the mean of its channels. */
  int brightness(int y, int x) {
    int sum = 0;
    for (int c = 0; c < shape.channels(); c++) {
      sum += pixels[(y * shape.width() + x) * shape.channels() + c] & 0xff;
    }
    return sum / shape.channels();
  }
}
