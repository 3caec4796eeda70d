package dev.convoy.spark.data.source;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.tensor.Shape;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Decodes images, and makes them the size and the channels that a network takes. */
public final class Images {
  /** Bytes of a file. */
  public static final int MAX_BYTES = 64 << 20;

  private static final long MAX_PIXELS = 50_000_000;

  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final byte[] JPEG = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};
  private static final byte[] GIF_87 = {'G', 'I', 'F', '8', '7', 'a'};
  private static final byte[] GIF_89 = {'G', 'I', 'F', '8', '9', 'a'};
  private static final byte[] BMP = {'B', 'M'};

  private Images() {}

  /** Something with pixels. */
  @FunctionalInterface
  public interface Pixels {
    /** Alpha, red, green and blue of a pixel, eight bits each. */
    int argb(int x, int y);
  }

  /** True for what begins like a PNG, JPEG, GIF or BMP, and as raw pixels hardly ever do. */
  public static boolean isEncoded(byte[] file) {
    return begins(file, PNG)
        || begins(file, GIF_87)
        || begins(file, GIF_89)
        || isJpeg(file)
        || isBmp(file);
  }

  /** Pixels may begin with three such bytes: the segment that follows must lead to a marker. */
  private static boolean isJpeg(byte[] file) {
    if (!begins(file, JPEG) || file.length < 6) {
      return false;
    }
    int next = 4 + ((file[4] & 0xff) << 8 | file[5] & 0xff);
    return next < file.length && (file[next] & 0xff) == 0xff;
  }

  /** Pixels may begin with two such bytes: the file's length must follow. */
  private static boolean isBmp(byte[] file) {
    return begins(file, BMP)
        && file.length >= 6
        && ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(2) == file.length;
  }

  private static boolean begins(byte[] file, byte[] with) {
    return file.length >= with.length && Arrays.equals(file, 0, with.length, with, 0, with.length);
  }

  /**
   * Decodes a PNG, JPEG, GIF or BMP and makes it {@code shape}: grey for one channel (luminance of
   * ITU-R BT.601), RGB for three, averaged down or repeated up. What is transparent shows a white
   * ground.
   *
   * @param name for messages
   * @return {@code [height][width][channel]}
   * @throws DataException if it is no image, damaged or too large, or the shape has neither one nor
   *     three channels
   */
  public static byte[] decode(String name, byte[] file, Shape shape) {
    BufferedImage image = decode(name, file);
    return fit(name, pixels(image), image.getWidth(), image.getHeight(), shape);
  }

  private static BufferedImage decode(String name, byte[] file) {
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new DataException(name + ": got no image, expected PNG, JPEG, GIF or BMP");
      }
      ImageReader reader = readers.next();
      try {
        // Metadata is left out: its lengths are claims that a reader would believe.
        reader.setInput(in, true, true);
        long size = (long) reader.getWidth(0) * reader.getHeight(0);
        if (size > MAX_PIXELS) {
          throw new DataException(
              name + ": got " + size + " pixels, expected at most " + MAX_PIXELS);
        }
        return reader.read(0);
      } finally {
        reader.dispose();
      }
    } catch (DataException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new DataException(name + ": got a damaged image (" + e.getMessage() + ")", e);
    }
  }

  /** Grey samples as they are: Java would take them for linear light and brighten them. */
  private static Pixels pixels(BufferedImage image) {
    boolean grey =
        image.getColorModel() instanceof ComponentColorModel model
            && model.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    if (!grey) {
      return image::getRGB;
    }
    Raster raster = image.getRaster();
    int surplus = Math.max(0, raster.getSampleModel().getSampleSize(0) - 8);
    boolean alpha = raster.getNumBands() > 1;
    return (x, y) -> {
      int value = raster.getSample(x, y, 0) >>> surplus;
      int opaque = alpha ? raster.getSample(x, y, 1) >>> surplus : 255;
      return opaque << 24 | value * 0x010101;
    };
  }

  /** Averages the part of an image that lies behind each pixel of {@code shape}. */
  public static byte[] fit(String name, Pixels image, int width, int height, Shape shape) {
    if (shape.channels() != 1 && shape.channels() != 3) {
      throw new DataException(
          name + ": the model's input is " + shape + ", expected 1 or 3 channels to read images");
    }
    byte[] target = new byte[shape.size()];
    double[] sum = new double[shape.channels()];
    int at = 0;
    for (int y = 0; y < shape.height(); y++) {
      int top = (int) ((long) y * height / shape.height());
      int bottom = Math.max(top + 1, (int) ((y + 1L) * height / shape.height()));
      for (int x = 0; x < shape.width(); x++) {
        int left = (int) ((long) x * width / shape.width());
        int right = Math.max(left + 1, (int) ((x + 1L) * width / shape.width()));
        Arrays.fill(sum, 0);
        for (int i = top; i < bottom; i++) {
          for (int j = left; j < right; j++) {
            add(image.argb(j, i), sum);
          }
        }
        for (double channel : sum) {
          target[at++] = (byte) Math.round(channel / ((bottom - top) * (right - left)));
        }
      }
    }
    return target;
  }

  private static void add(int argb, double[] sum) {
    double alpha = (argb >>> 24) / 255.0;
    int red = argb >> 16 & 0xff;
    int green = argb >> 8 & 0xff;
    int blue = argb & 0xff;
    double ground = (1 - alpha) * 255;
    if (sum.length == 1) {
      sum[0] += alpha * (0.299 * red + 0.587 * green + 0.114 * blue) + ground;
    } else {
      sum[0] += alpha * red + ground;
      sum[1] += alpha * green + ground;
      sum[2] += alpha * blue + ground;
    }
  }
}
