package dev.convoy.spark.data.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Image files as encoders write them, and parts to make others of. */
public final class TestImages {
  private TestImages() {}

  /** Soft colours with some noise: neither flat nor all different. */
  public static BufferedImage photo(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(3);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int red = 255 * x / width;
        int green = 255 * y / height;
        image.setRGB(x, y, red << 16 | green << 8 | random.nextInt(64));
      }
    }
    return image;
  }

  /** Encodes in a format of ImageIO. */
  public static byte[] encode(BufferedImage image, String format) throws IOException {
    return encode(image, format, false);
  }

  /** Encodes in a format of ImageIO, in scans or interlaced if {@code progressive}. */
  public static byte[] encode(BufferedImage image, String format, boolean progressive)
      throws IOException {
    return write(new IIOImage(image, null, null), format, progressive);
  }

  private static byte[] write(IIOImage image, String format, boolean progressive)
      throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam param = writer.getDefaultWriteParam();
      if (progressive) {
        param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
      }
      writer.write(null, image, param);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** A JPEG of four components of one colour, without Adobe's segment. */
  public static byte[] fourComponents(int... colour) throws IOException {
    WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 16, 16, 4, null);
    for (int i = 0; i < 256; i++) {
      raster.setPixel(i % 16, i / 16, colour);
    }
    return write(new IIOImage(raster, null, null), "jpg", false);
  }

  /** A JPEG with another segment behind its first two bytes. */
  public static byte[] withSegment(byte[] jpeg, int marker, byte[] content) {
    ByteBuffer out = ByteBuffer.allocate(jpeg.length + content.length + 4);
    out.put(jpeg, 0, 2).put((byte) 0xff).put((byte) marker);
    out.putShort((short) (content.length + 2)).put(content).put(jpeg, 2, jpeg.length - 2);
    return out.array();
  }

  /** Adobe's segment. */
  public static byte[] adobe(int transform) {
    return new byte[] {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, (byte) transform};
  }

  /** A TIFF structure that holds an orientation, in either order of bytes. */
  public static byte[] tiff(int orientation, ByteOrder order) {
    ByteBuffer out = ByteBuffer.allocate(26).order(order);
    out.putShort((short) (order == ByteOrder.LITTLE_ENDIAN ? 0x4949 : 0x4d4d)).putShort((short) 42);
    out.putInt(8).putShort((short) 1);
    out.putShort((short) 0x0112).putShort((short) 3).putInt(1);
    out.putShort((short) orientation).putShort((short) 0).putInt(0);
    return out.array();
  }

  /** A JPEG that says how it was turned. */
  public static byte[] turned(byte[] jpeg, int orientation, ByteOrder order) {
    byte[] tiff = tiff(orientation, order);
    byte[] content = Arrays.copyOf(new byte[] {'E', 'x', 'i', 'f', 0, 0}, 6 + tiff.length);
    System.arraycopy(tiff, 0, content, 6, tiff.length);
    return withSegment(jpeg, 0xe1, content);
  }

  /** A PNG with another chunk behind its first. */
  public static byte[] withChunk(byte[] png, String type, byte[] content) {
    byte[] chunk = chunk(type, content);
    ByteBuffer out = ByteBuffer.allocate(png.length + chunk.length);
    return out.put(png, 0, 33).put(chunk).put(png, 33, png.length - 33).array();
  }

  /** A chunk of a PNG with the right checksum. */
  public static byte[] chunk(String type, byte[] content) {
    ByteBuffer out = ByteBuffer.allocate(content.length + 12);
    out.putInt(content.length);
    for (char letter : type.toCharArray()) {
      out.put((byte) letter);
    }
    CRC32 checksum = new CRC32();
    checksum.update(out.put(content).array(), 4, content.length + 4);
    return out.putInt((int) checksum.getValue()).array();
  }

  /** Joins parts of a file. */
  public static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
