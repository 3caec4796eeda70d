package dev.convoy.spark.data.image;

import java.util.Arrays;

/**
 * Decodes the first image of a GIF, after a walk over all blocks to the trailer. The JDK's reader
 * does not say where a file was cut, and does not end for some.
 *
 * <p>Source: CompuServe, "Graphics Interchange Format, Version 89a".
 */
final class GifDecoder {
  private static final int EXTENSION = 0x21;
  private static final int IMAGE = 0x2c;
  private static final int TRAILER = 0x3b;
  private static final int CONTROL = 0xf9;
  private static final int MOST_CODES = 4096;

  private final byte[] file;
  private final ByteReader in;
  private int[] colours = {};
  private int transparent = -1;
  private Picture first;

  private GifDecoder(byte[] file) {
    this.file = file;
    this.in = new ByteReader(file, 6, file.length);
  }

  /**
   * Decodes the first image.
   *
   * @throws ImageException if the file is cut, damaged or too large
   */
  static Picture decode(byte[] file) {
    return new GifDecoder(file).run();
  }

  private Picture run() {
    in.skip(4);
    int flags = in.u8();
    in.skip(2);
    colours = (flags & 0x80) != 0 ? colours(2 << (flags & 7)) : colours;
    for (int block = in.u8(); block != TRAILER; block = in.u8()) {
      if (block == EXTENSION) {
        extension();
      } else if (block == IMAGE) {
        image();
      } else {
        throw ImageException.damaged("got block " + block + " at byte " + (in.at() - 1));
      }
    }
    if (first == null) {
      throw ImageException.damaged("got no image in it");
    }
    return first;
  }

  private int[] colours(int count) {
    int[] table = new int[count];
    for (int i = 0; i < count; i++) {
      table[i] = 0xff << 24 | in.u8() << 16 | in.u16();
    }
    return table;
  }

  private void extension() {
    int label = in.u8();
    int length = in.u8();
    int from = in.skip(length);
    if (label == CONTROL && length == 4 && first == null) {
      transparent = (file[from] & 1) != 0 ? file[from + 3] & 0xff : -1;
    }
    while (length != 0) {
      length = in.u8();
      in.skip(length);
    }
  }

  private void image() {
    in.skip(4);
    int width = in.u16le();
    int height = in.u16le();
    int flags = in.u8();
    int[] table = (flags & 0x80) != 0 ? colours(2 << (flags & 7)) : colours;
    int bits = in.u8();
    if (first != null) {
      for (int length = in.u8(); length != 0; length = in.u8()) {
        in.skip(length);
      }
      return;
    }
    ImageLimits.check(width, height);
    if (bits < 1 || bits > 8) {
      throw ImageException.damaged("got codes of " + bits + " bits, expected 1 to 8");
    }
    byte[] pixels = ImageLimits.within((long) width * height, () -> unpack(bits, width * height));
    int[] rows = rows(height, (flags & 0x40) != 0);
    int[] palette = palette(table);
    first = new Picture(width, height, (x, y) -> palette[pixels[rows[y] * width + x] & 0xff]);
  }

  private int[] palette(int[] table) {
    int[] palette = Arrays.copyOf(table, 256);
    Arrays.fill(palette, table.length, 256, 0xff << 24);
    if (transparent >= 0) {
      palette[transparent] &= 0xffffff;
    }
    return palette;
  }

  /** For each row of the image its number in the file. */
  private static int[] rows(int height, boolean interlaced) {
    int[] rows = new int[height];
    int next = 0;
    int[][] passes =
        interlaced ? new int[][] {{0, 8}, {4, 8}, {2, 4}, {1, 2}} : new int[][] {{0, 1}};
    for (int[] pass : passes) {
      for (int y = pass[0]; y < height; y += pass[1]) {
        rows[y] = next++;
      }
    }
    return rows;
  }

  /** LZW with codes of growing length, the low bits first, in blocks of at most 255 bytes. */
  private byte[] unpack(int bits, int count) {
    byte[] pixels = new byte[count];
    int[] prefix = new int[MOST_CODES];
    byte[] suffix = new byte[MOST_CODES];
    int[] lengths = new int[MOST_CODES];
    int clear = 1 << bits;
    for (int i = 0; i < clear; i++) {
      suffix[i] = (byte) i;
      lengths[i] = 1;
    }
    Codes codes = new Codes();
    int size = bits + 1;
    int free = clear + 2;
    int previous = -1;
    int at = 0;
    while (true) {
      int code = codes.next(size);
      if (code == clear + 1 || code < 0) {
        break;
      }
      if (code == clear) {
        size = bits + 1;
        free = clear + 2;
        previous = -1;
        continue;
      }
      if (code > free || code >= clear && previous < 0 || code == free && free == MOST_CODES) {
        throw ImageException.damaged(
            "got code " + code + " before byte " + in.at() + "; it was damaged");
      }
      int known = code == free ? previous : code;
      int length = lengths[known] + (code == free ? 1 : 0);
      int end = at + length;
      int from = known;
      // A code's pixels are found from the last to the first.
      for (int i = at + lengths[known] - 1; i >= at; i--) {
        if (i < count) {
          pixels[i] = suffix[from];
        }
        from = prefix[from];
      }
      byte head = head(prefix, suffix, known, lengths[known]);
      if (code == free && end - 1 < count) {
        pixels[end - 1] = head;
      }
      if (previous >= 0 && free < MOST_CODES) {
        prefix[free] = previous;
        suffix[free] = head;
        lengths[free] = lengths[previous] + 1;
        free++;
        size = free == 1 << size && size < 12 ? size + 1 : size;
      }
      previous = code;
      at = end;
      if (at >= count) {
        break;
      }
    }
    if (at < count) {
      throw ImageException.damaged("got " + at + " of " + count + " pixels; it was cut or damaged");
    }
    codes.toEnd();
    return pixels;
  }

  private static byte head(int[] prefix, byte[] suffix, int code, int length) {
    int from = code;
    for (int i = 1; i < length; i++) {
      from = prefix[from];
    }
    return suffix[from];
  }

  /** Codes out of blocks. */
  private final class Codes {
    private int blockLeft;
    private boolean ended;
    private int held;
    private int bits;

    /** The next code, or -1 behind the last block. */
    int next(int size) {
      while (bits < size) {
        if (blockLeft == 0) {
          blockLeft = ended ? 0 : in.u8();
          ended = blockLeft == 0;
          if (ended) {
            return -1;
          }
        }
        held |= in.u8() << bits;
        bits += 8;
        blockLeft--;
      }
      int code = held & (1 << size) - 1;
      held >>>= size;
      bits -= size;
      return code;
    }

    /** Leaves out what is left of the blocks. */
    void toEnd() {
      in.skip(blockLeft);
      while (!ended) {
        int length = in.u8();
        in.skip(length);
        ended = length == 0;
      }
    }
  }
}
