package dev.convoy.spark.data.image;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * What a PNG says of itself, after a walk over all its chunks and over the unpacked pixels.
 *
 * <p>Source: ISO/IEC 15948, "Portable Network Graphics", second edition.
 *
 * @param bits of a sample
 * @param type 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA
 * @param orientation of EXIF, 1 to 8
 * @param pixelChunks from and to of the chunks that decide pixels, in turn
 */
record PngHeader(
    int width,
    int height,
    int bits,
    int type,
    boolean interlaced,
    int orientation,
    List<int[]> pixelChunks) {
  private static final int SIGNATURE = 8;
  private static final int IHDR = 0x49484452;
  private static final int PLTE = 0x504c5445;
  private static final int TRNS = 0x74524e53;
  private static final int IDAT = 0x49444154;
  private static final int IEND = 0x49454e44;
  private static final int EXIF = 0x65584966;
  private static final int[][] PASSES = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  /**
   * Walks through a file.
   *
   * @throws ImageException if it is cut, damaged or too large
   */
  static PngHeader read(byte[] file) {
    ByteReader in = new ByteReader(file, SIGNATURE, file.length);
    PngHeader header = null;
    int orientation = Exif.UPRIGHT;
    List<int[]> kept = new ArrayList<>();
    List<int[]> packed = new ArrayList<>();
    for (int type = 0; type != IEND; ) {
      int start = in.at();
      if (in.left() == 0) {
        throw ImageException.damaged("it ends at byte " + start + " without its last chunk, IEND");
      }
      long length = in.u32();
      type = (int) in.u32();
      int from = in.skip(length);
      int to = in.at();
      expectChecksum(file, from - 4, to, (int) in.u32());
      if (header == null) {
        header = size(type, new ByteReader(file, from, to));
      }
      if (type == IDAT) {
        packed.add(new int[] {from, to});
      } else if (type == EXIF) {
        orientation = Exif.orientation(file, from, to);
      }
      if (type == IHDR || type == PLTE || type == TRNS || type == IDAT || type == IEND) {
        kept.add(new int[] {start, in.at()});
      }
    }
    header.expectPixels(file, packed);
    return new PngHeader(
        header.width,
        header.height,
        header.bits,
        header.type,
        header.interlaced,
        orientation,
        kept);
  }

  long pixels() {
    return (long) width * height;
  }

  /** The file without the chunks that do not decide pixels: texts, profiles, times. */
  byte[] bare(byte[] file) {
    int size = SIGNATURE + pixelChunks.stream().mapToInt(chunk -> chunk[1] - chunk[0]).sum();
    byte[] bare = Arrays.copyOf(file, size);
    int at = SIGNATURE;
    for (int[] chunk : pixelChunks) {
      System.arraycopy(file, chunk[0], bare, at, chunk[1] - chunk[0]);
      at += chunk[1] - chunk[0];
    }
    return bare;
  }

  private static void expectChecksum(byte[] file, int from, int to, int stated) {
    CRC32 checksum = new CRC32();
    checksum.update(file, from, to - from);
    if ((int) checksum.getValue() != stated) {
      throw ImageException.damaged(
          "the checksum of the chunk at byte " + (from - 4) + " is wrong; it was damaged");
    }
  }

  private static PngHeader size(int chunk, ByteReader in) {
    if (chunk != IHDR || in.left() != 13) {
      throw ImageException.damaged("got another first chunk, expected IHDR of 13 bytes");
    }
    long width = in.u32();
    long height = in.u32();
    ImageLimits.check(width, height);
    int bits = in.u8();
    int type = in.u8();
    int methods = in.u16();
    int interlace = in.u8();
    List<Integer> known =
        switch (type) {
          case 0 -> List.of(1, 2, 4, 8, 16);
          case 3 -> List.of(1, 2, 4, 8);
          case 2, 4, 6 -> List.of(8, 16);
          default -> List.of();
        };
    if (!known.contains(bits) || methods != 0 || interlace > 1) {
      throw ImageException.damaged(
          "got a PNG of colour type " + type + " with " + bits + " bits, which does not exist");
    }
    return new PngHeader(
        (int) width, (int) height, bits, type, interlace == 1, Exif.UPRIGHT, List.of());
  }

  private int samples() {
    return switch (type) {
      case 2 -> 3;
      case 4 -> 2;
      case 6 -> 4;
      default -> 1;
    };
  }

  /** Unpacks the pixels, which go nowhere, to see that all of them are there. */
  private void expectPixels(byte[] file, List<int[]> packed) {
    Inflater inflater = new Inflater();
    try {
      Rows rows = new Rows();
      byte[] buffer = new byte[1 << 16];
      for (int[] chunk : packed) {
        inflater.setInput(file, chunk[0], chunk[1] - chunk[0]);
        while (!inflater.needsInput() && !inflater.finished() && !inflater.needsDictionary()) {
          rows.take(buffer, inflater.inflate(buffer));
        }
      }
      if (!rows.complete() || !inflater.finished()) {
        throw ImageException.damaged("its pixels end too early; it was cut");
      }
    } catch (DataFormatException e) {
      throw ImageException.damaged("its pixels cannot be unpacked; it was damaged", e);
    } finally {
      inflater.end();
    }
  }

  /** Counts unpacked rows, each of which begins with the number of its filter. */
  private final class Rows {
    private int pass;
    private int rowsLeft;
    private long rowBytes;
    private long left;

    Rows() {
      begin(interlaced ? PASSES[0] : new int[] {0, 0, 1, 1});
    }

    private void begin(int[] grid) {
      long columns = (width - grid[0] + grid[2] - 1) / grid[2];
      rowsLeft = columns == 0 ? 0 : (height - grid[1] + grid[3] - 1) / grid[3];
      rowBytes = 1 + (columns * bits * samples() + 7) / 8;
      left = 0;
      while (rowsLeft == 0 && interlaced && pass + 1 < PASSES.length) {
        pass++;
        begin(PASSES[pass]);
      }
    }

    boolean complete() {
      return rowsLeft == 0 && left == 0;
    }

    void take(byte[] bytes, int count) {
      for (int at = 0; at < count; ) {
        if (left == 0) {
          if (rowsLeft == 0) {
            throw ImageException.damaged("got more pixels than " + width + " x " + height);
          }
          if ((bytes[at] & 0xff) > 4) {
            throw ImageException.damaged(
                "got a row of filter " + (bytes[at] & 0xff) + ", expected 0-4");
          }
          rowsLeft--;
          left = rowBytes;
        }
        int step = (int) Math.min(left, count - at);
        left -= step;
        at += step;
        if (left == 0 && rowsLeft == 0 && interlaced && pass + 1 < PASSES.length) {
          pass++;
          begin(PASSES[pass]);
        }
      }
    }
  }
}
