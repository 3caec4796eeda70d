package dev.convoy.spark.data.image;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Decodes images, and makes them the size and the channels that a network takes. */
public final class Images {
  /** Bytes of a file. */
  public static final int MAX_BYTES = 64 << 20;

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
   * ground. What a camera turned stands upright.
   *
   * @param name for messages
   * @return {@code [height][width][channel]}
   * @throws ImageException if it is no image, cut, damaged or too large
   * @throws DataException if the shape has neither one nor three channels
   */
  public static byte[] decode(String name, byte[] file, Shape shape) {
    Picture picture = decode(name, file);
    return fit(name, picture.pixels(), picture.width(), picture.height(), shape);
  }

  private static Picture decode(String name, byte[] file) {
    if (file.length > MAX_BYTES) {
      throw new ImageException(
          name + ": got " + file.length + " bytes, expected at most " + MAX_BYTES);
    }
    String kind = kind(file);
    if (kind.isEmpty()) {
      throw new ImageException(
          name + ": got no image" + instead(file) + ", expected PNG, JPEG, GIF or BMP");
    }
    try {
      return switch (kind) {
        case "JPEG" -> jpeg(file);
        case "PNG" -> png(file);
        case "GIF" -> GifDecoder.decode(file);
        default -> bmp(file);
      };
    } catch (ImageException e) {
      throw e.of(name, kind);
    } catch (RuntimeException e) {
      String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw ImageException.damaged("the decoder says '" + why + "'", e).of(name, kind);
    }
  }

  private static Picture jpeg(byte[] file) {
    JpegHeader header = JpegHeader.read(file);
    Picture stored = ImageLimits.within(header.pixels(), () -> JdkReaders.jpeg(file, header));
    return Exif.upright(stored, header.orientation());
  }

  private static Picture png(byte[] file) {
    PngHeader header = PngHeader.read(file);
    Picture stored = ImageLimits.within(header.pixels(), () -> JdkReaders.png(header.bare(file)));
    return Exif.upright(stored, header.orientation());
  }

  private static Picture bmp(byte[] file) {
    BmpHeader header = BmpHeader.read(file);
    return ImageLimits.within(header.pixels(), () -> JdkReaders.bmp(header.bare(file)));
  }

  private static String kind(byte[] file) {
    if (begins(file, PNG)) {
      return "PNG";
    }
    if (begins(file, JPEG)) {
      return "JPEG";
    }
    if (begins(file, GIF_87) || begins(file, GIF_89)) {
      return "GIF";
    }
    return begins(file, BMP) ? "BMP" : "";
  }

  /** What a file is that is no image, where its first bytes say so. */
  /** What a file is that is no image, to be said behind "no image"; empty if nobody knows. */
  public static String instead(byte[] file) {
    if (file.length == 0) {
      return " but an empty file";
    }
    String head = new String(file, 0, Math.min(16, file.length), StandardCharsets.ISO_8859_1);
    if (head.startsWith("RIFF") && head.startsWith("WEBP", 8)) {
      return " that is read but WebP";
    }
    if (head.startsWith("II*\0") || head.startsWith("MM\0*")) {
      return " that is read but TIFF";
    }
    return head.stripLeading().startsWith("<") ? " but HTML or XML" : "";
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
