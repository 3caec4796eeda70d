package dev.convoy.spark.cli;

import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.job.Texts;
import dev.convoy.spark.job.UserError;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * One PNG, JPEG, GIF or BMP as a network wants it: grey or RGB, averaged down (or repeated up) to
 * its input's size. A dark drawing on a light ground is inverted for a network with one channel,
 * which learned light strokes on a dark ground as MNIST has them.
 */
record ImageFile(String name, Shape shape, byte[] pixels, boolean inverted) {
  private static final int MAX_BYTES = 64 << 20;
  private static final long MAX_PIXELS = 50_000_000;
  private static final int LIGHT = 128;

  /**
   * @throws UserError if the file is not there or no image, or the input has neither one nor three
   *     channels
   */
  static ImageFile read(String name, Shape shape) {
    if (shape.channels() != 1 && shape.channels() != 3) {
      throw new UserError(
          name + ": the model's input is " + shape + ", expected 1 or 3 channels to read images");
    }
    BufferedImage image = decode(name, HadoopFiles.readSmall("image", name, MAX_BYTES, ""));
    byte[] pixels = new byte[shape.size()];
    for (int y = 0; y < shape.height(); y++) {
      for (int x = 0; x < shape.width(); x++) {
        for (int c = 0; c < shape.channels(); c++) {
          int at = (y * shape.width() + x) * shape.channels() + c;
          pixels[at] = (byte) Math.round(average(image, shape, y, x, c));
        }
      }
    }
    boolean invert = shape.channels() == 1 && lightGround(shape, pixels);
    for (int i = 0; invert && i < pixels.length; i++) {
      pixels[i] = (byte) (255 - (pixels[i] & 0xff));
    }
    return new ImageFile(name, shape, pixels, invert);
  }

  private static BufferedImage decode(String name, byte[] bytes) {
    try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(bytes))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new UserError(name + ": got no image, expected PNG, JPEG, GIF or BMP");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in);
        long size = (long) reader.getWidth(0) * reader.getHeight(0);
        if (size > MAX_PIXELS) {
          throw new UserError(name + ": got " + size + " pixels, expected at most " + MAX_PIXELS);
        }
        return reader.read(0);
      } finally {
        reader.dispose();
      }
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new UserError(name + ": got a damaged image (" + Texts.firstLine(e) + ")", e);
    }
  }

  /** Mean of channel {@code c} over the part of the image that lies behind one pixel. */
  private static double average(BufferedImage image, Shape shape, int y, int x, int c) {
    int top = (int) ((long) y * image.getHeight() / shape.height());
    int left = (int) ((long) x * image.getWidth() / shape.width());
    int bottom = Math.max(top + 1, (int) ((y + 1L) * image.getHeight() / shape.height()));
    int right = Math.max(left + 1, (int) ((x + 1L) * image.getWidth() / shape.width()));
    double sum = 0;
    for (int i = top; i < bottom; i++) {
      for (int j = left; j < right; j++) {
        sum += value(image.getRGB(j, i), shape.channels(), c);
      }
    }
    return sum / ((bottom - top) * (right - left));
  }

  /** One channel, or the luminance of ITU-R BT.601; what is transparent shows a white ground. */
  private static double value(int argb, int channels, int c) {
    double alpha = (argb >>> 24) / 255.0;
    int red = argb >> 16 & 0xff;
    int green = argb >> 8 & 0xff;
    int blue = argb & 0xff;
    double value =
        channels == 1
            ? 0.299 * red + 0.587 * green + 0.114 * blue
            : c == 0 ? red : c == 1 ? green : blue;
    return alpha * value + (1 - alpha) * 255;
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
