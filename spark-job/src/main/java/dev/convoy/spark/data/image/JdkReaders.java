package dev.convoy.spark.data.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * The image readers that are part of the JDK. They are taken by the names of their classes: what
 * {@code ImageIO} would choose depends on the plug-ins of the class path, and other decoders give
 * other pixels.
 */
final class JdkReaders {
  private static final String PACKAGE = "com.sun.imageio.plugins.";

  /** Words of the JPEG library's warnings of bytes that are wrong, not of odd metadata. */
  private static final List<String> DAMAGE =
      List.of("Corrupt", "corrupt", "Premature", "premature", "Inconsistent progression", "EOI");

  private JdkReaders() {}

  /** What is done with a reader that has its input. */
  private interface Use<T> {
    T apply(ImageReader reader) throws IOException;
  }

  /** Decodes a PNG, without metadata. */
  static Picture png(byte[] file) {
    return use("png.PNGImageReaderSpi", file, reader -> picture(reader.read(0)));
  }

  /** Decodes a BMP. */
  static Picture bmp(byte[] file) {
    return use("bmp.BMPImageReaderSpi", file, reader -> picture(reader.read(0)));
  }

  /** Decodes a JPEG; one of four components by our own formulas, as the JDK has none. */
  static Picture jpeg(byte[] file, JpegHeader header) {
    return use(
        "jpeg.JPEGImageReaderSpi",
        file,
        reader -> {
          List<String> damage = new ArrayList<>();
          reader.addIIOReadWarningListener(
              (source, warning) -> {
                if (damage.isEmpty() && DAMAGE.stream().anyMatch(warning::contains)) {
                  damage.add(warning);
                }
              });
          Picture picture =
              header.components() == 4
                  ? Cmyk.picture(reader.readRaster(0, null), header.transform())
                  : picture(reader.read(0));
          if (!damage.isEmpty()) {
            throw ImageException.damaged("the decoder says '" + damage.get(0) + "'");
          }
          return picture;
        });
  }

  private static <T> T use(String name, byte[] file, Use<T> use) {
    ImageReader reader = null;
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader = spi(PACKAGE + name).createReaderInstance();
      // Metadata is left out: its lengths are claims that a reader would believe.
      reader.setInput(in, true, true);
      return use.apply(reader);
    } catch (IOException e) {
      throw ImageException.damaged("the decoder says '" + e.getMessage() + "'", e);
    } finally {
      if (reader != null) {
        reader.dispose();
      }
    }
  }

  private static ImageReaderSpi spi(String name) {
    Iterator<ImageReaderSpi> all =
        IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
    while (all.hasNext()) {
      ImageReaderSpi next = all.next();
      if (next.getClass().getName().equals(name)) {
        return next;
      }
    }
    throw new IllegalStateException(
        "this JVM has no " + name + ", expected the JDK's own; does a plug-in take it away?");
  }

  private static Picture picture(BufferedImage image) {
    return new Picture(image.getWidth(), image.getHeight(), pixels(image));
  }

  /** Grey samples as they are: Java would take them for linear light and brighten them. */
  private static Images.Pixels pixels(BufferedImage image) {
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
}
