package dev.convoy.spark.data.image;

import java.awt.image.Raster;

/**
 * The four inks of a JPEG as light: red is what cyan and black leave of white, and so on. Colour
 * profiles of printers are not looked at.
 *
 * <p>Source: Adobe Technical Note 5116: a file with its segment holds 255 for no ink, and may hold
 * YCCK, which is YCbCr of the inverted inks; ITU-R BT.601 for YCbCr.
 */
final class Cmyk {
  private static final int YCCK = 2;

  private Cmyk() {}

  /**
   * The picture of decoded samples.
   *
   * @param transform Adobe's; -1 without its segment
   */
  static Picture picture(Raster raster, int transform) {
    boolean inverted = transform >= 0;
    Images.Pixels pixels =
        (x, y) -> {
          int[] ink = raster.getPixel(x, y, new int[4]);
          if (transform == YCCK) {
            inks(ink);
          }
          int black = inverted ? ink[3] : 255 - ink[3];
          int argb = 0xff;
          for (int c = 0; c < 3; c++) {
            int light = inverted ? ink[c] : 255 - ink[c];
            argb = argb << 8 | (light * black + 127) / 255;
          }
          return argb;
        };
    return new Picture(raster.getWidth(), raster.getHeight(), pixels);
  }

  /** Overwrites luma and two chromas by three inks as a file of transform 0 would hold them. */
  private static void inks(int[] ycc) {
    double luma = ycc[0];
    double blue = ycc[1] - 128;
    double red = ycc[2] - 128;
    ycc[0] = byteOf(luma + 1.402 * red);
    ycc[1] = byteOf(luma - 0.344136 * blue - 0.714136 * red);
    ycc[2] = byteOf(luma + 1.772 * blue);
  }

  private static int byteOf(double value) {
    return (int) Math.max(0, Math.min(255, Math.round(value)));
  }
}
