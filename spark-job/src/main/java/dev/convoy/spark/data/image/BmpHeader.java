package dev.convoy.spark.data.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a BMP says of itself, after its claims were compared with the file's length.
 *
 * <p>Source: Microsoft, "Bitmap Storage" and {@code BITMAPV5HEADER}.
 *
 * @param profile where it names a colour profile, 0 if it does not
 */
record BmpHeader(int width, int height, int profile) {
  private static final int FILE_HEADER = 14;
  private static final int CORE = 12;
  private static final int INFO = 40;
  private static final int VERSION_4 = 108;
  private static final int COLOUR_SPACE = 56;
  private static final int PLAIN = 0;
  private static final int RLE_8 = 1;
  private static final int RLE_4 = 2;
  private static final int MASKS = 3;
  private static final int LINKED = 0x4c494e4b;
  private static final int EMBEDDED = 0x4d424544;
  private static final int SRGB = 0x73524742;

  /**
   * Compares claims with the file.
   *
   * @throws ImageException if it is cut, of a kind that is not read, or too large
   */
  static BmpHeader read(byte[] file) {
    ByteReader in = new ByteReader(file, 2, file.length);
    long claimed = Integer.toUnsignedLong(in.i32le());
    in.skip(4);
    long pixels = Integer.toUnsignedLong(in.i32le());
    int header = in.i32le();
    boolean core = header == CORE;
    if (!core && (header < INFO || header > 1024)) {
      throw ImageException.damaged(
          "got a header of " + header + " bytes, expected 12 or 40 to 124");
    }
    long width = core ? in.u16le() : in.i32le();
    long height = core ? in.u16le() : Math.abs((long) in.i32le());
    in.skip(2);
    int bits = in.u16le();
    int compression = core ? PLAIN : in.i32le();
    long bytes = core ? 0 : Integer.toUnsignedLong(in.i32le());
    in.skip(core ? 0 : 8);
    long colours = core ? 0 : Integer.toUnsignedLong(in.i32le());
    ImageLimits.check(width, height);
    boolean indexed = bits == 1 || bits == 4 || bits == 8;
    boolean known =
        switch (compression) {
          case PLAIN -> indexed || bits == 16 || bits == 24 || bits == 32;
          case RLE_8 -> bits == 8;
          case RLE_4 -> bits == 4;
          case MASKS -> bits == 16 || bits == 32;
          default -> false;
        };
    if (!known) {
      throw new ImageException(
          "got a BMP of " + bits + " bits, compression " + compression + ", which is not read");
    }
    if (colours > (indexed ? 1 << bits : 256)) {
      throw ImageException.damaged(
          "got a palette of " + colours + " colours, more than its bits name");
    }
    if (pixels < FILE_HEADER + header || pixels > file.length) {
      throw ImageException.damaged(
          "its pixels begin at byte " + pixels + " of " + file.length + "; it was cut or damaged");
    }
    if (compression == RLE_8 || compression == RLE_4) {
      long end = bytes == 0 ? claimed : pixels + bytes;
      if (end < pixels || end > file.length) {
        throw ImageException.damaged(
            "it ends at byte " + file.length + ", expected " + end + " bytes");
      }
      new RunLengths(new ByteReader(file, (int) pixels, (int) end), bits).expectEnd(width, height);
    } else {
      long row = (width * bits + 31) / 32 * 4;
      new ByteReader(file, (int) pixels, file.length).skip(row * height);
    }
    return new BmpHeader((int) width, (int) height, profile(file, header));
  }

  private static int profile(byte[] file, int header) {
    if (header < VERSION_4) {
      return 0;
    }
    int at = FILE_HEADER + COLOUR_SPACE;
    int kind = new ByteReader(file, at, file.length).i32le();
    return kind == LINKED || kind == EMBEDDED ? at : 0;
  }

  long pixels() {
    return (long) width * height;
  }

  /** The file without its colour profile, which may be a path on the machine that reads it. */
  byte[] bare(byte[] file) {
    if (profile == 0) {
      return file;
    }
    byte[] bare = file.clone();
    ByteBuffer.wrap(bare).order(ByteOrder.LITTLE_ENDIAN).putInt(profile, SRGB);
    return bare;
  }

  /** Walks through pixels in runs. */
  private record RunLengths(ByteReader in, int bits) {
    void expectEnd(long width, long height) {
      long x = 0;
      long y = 0;
      while (true) {
        int count = in.u8();
        int code = in.u8();
        if (count > 0) {
          x += count;
        } else if (code == 0) {
          x = 0;
          y++;
        } else if (code == 1) {
          return;
        } else if (code == 2) {
          x += in.u8();
          y += in.u8();
        } else {
          x += code;
          int bytes = (code * bits + 7) / 8;
          in.skip(bytes + (bytes & 1));
        }
        if (x > width || y > height) {
          throw ImageException.damaged("got a run that leads out of the image at byte " + in.at());
        }
      }
    }
  }
}
