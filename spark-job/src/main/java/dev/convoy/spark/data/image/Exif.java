package dev.convoy.spark.data.image;

/**
 * The orientation that a camera wrote into a file.
 *
 * <p>Source: CIPA DC-008, "Exchangeable image file format for digital still cameras", tag 0x0112.
 */
final class Exif {
  /** As the pixels lie in the file. */
  static final int UPRIGHT = 1;

  private static final int ORIENTATION = 0x0112;
  private static final int SHORT = 3;
  private static final int ENTRY = 12;

  private Exif() {}

  /**
   * The orientation, 1 to 8, in the TIFF structure from {@code from} to {@code to}; 1 if there is
   * none or the structure is damaged, which does not concern the pixels.
   */
  static int orientation(byte[] file, int from, int to) {
    ByteReader in = new ByteReader(file, from, to);
    if (in.left() < 8) {
      return UPRIGHT;
    }
    int order = in.u16();
    boolean low = order == 0x4949;
    if (!low && order != 0x4d4d || u16(in, low) != 42) {
      return UPRIGHT;
    }
    long directory = u32(in, low);
    if (directory > to - from - 2) {
      return UPRIGHT;
    }
    in.to(from + (int) directory);
    int entries = u16(in, low);
    for (int i = 0; i < entries && in.left() >= ENTRY; i++) {
      int tag = u16(in, low);
      int type = u16(in, low);
      in.skip(4);
      int value = u16(in, low);
      in.skip(2);
      if (tag == ORIENTATION) {
        return type == SHORT && value >= 1 && value <= 8 ? value : UPRIGHT;
      }
    }
    return UPRIGHT;
  }

  private static int u16(ByteReader in, boolean low) {
    return low ? in.u16le() : in.u16();
  }

  private static long u32(ByteReader in, boolean low) {
    return low ? Integer.toUnsignedLong(in.i32le()) : in.u32();
  }

  /**
   * A picture turned and mirrored so that it stands upright.
   *
   * @param orientation 1 to 8: where the first row and the first column of the file belong
   */
  static Picture upright(Picture stored, int orientation) {
    int right = stored.width() - 1;
    int bottom = stored.height() - 1;
    Images.Pixels from = stored.pixels();
    Images.Pixels upright =
        switch (orientation) {
          case 2 -> (x, y) -> from.argb(right - x, y);
          case 3 -> (x, y) -> from.argb(right - x, bottom - y);
          case 4 -> (x, y) -> from.argb(x, bottom - y);
          case 5 -> (x, y) -> from.argb(y, x);
          case 6 -> (x, y) -> from.argb(y, bottom - x);
          case 7 -> (x, y) -> from.argb(right - y, bottom - x);
          case 8 -> (x, y) -> from.argb(right - y, x);
          default -> from;
        };
    return orientation < 5
        ? new Picture(stored.width(), stored.height(), upright)
        : new Picture(stored.height(), stored.width(), upright);
  }
}
