package dev.convoy.spark.data.image;

import java.util.Arrays;

/**
 * What a JPEG says of itself, after a walk over all its segments to the end.
 *
 * <p>Source: ITU-T T.81, annexes B and G; Adobe Technical Note 5116 for its APP14 segment.
 *
 * @param components 1 for grey, 3 for colour, 4 for CMYK
 * @param transform Adobe's: 0 for CMYK or RGB, 1 for YCbCr, 2 for YCCK; -1 without Adobe's segment
 * @param orientation of EXIF, 1 to 8
 */
record JpegHeader(int width, int height, int components, int transform, int orientation) {
  private static final int SOF = 0xc0;
  private static final int PROGRESSIVE = 0xc2;
  private static final int DHT = 0xc4;
  private static final int DAC = 0xcc;
  private static final int SOF_LAST = 0xcf;
  private static final int RST = 0xd0;
  private static final int RST_LAST = 0xd7;
  private static final int EOI = 0xd9;
  private static final int SOS = 0xda;
  private static final int APP1 = 0xe1;
  private static final int APP14 = 0xee;
  private static final int COEFFICIENTS = 64;
  private static final int NEVER_SENT = 99;

  /**
   * Walks through a file.
   *
   * @throws ImageException if it is cut, of a kind that the JDK does not read, or too large
   */
  static JpegHeader read(byte[] file) {
    return new Walk(file).run();
  }

  long pixels() {
    return (long) width * height;
  }

  private static final class Walk {
    private final byte[] file;
    private final ByteReader in;
    private int width;
    private int height;
    private int scans;
    private boolean progressive;
    private int[] ids = {};

    /** For each component and coefficient, low bits that were not sent yet. */
    private int[][] missing = {};

    private int transform = -1;
    private int orientation = Exif.UPRIGHT;

    Walk(byte[] file) {
      this.file = file;
      this.in = new ByteReader(file, 2, file.length);
    }

    JpegHeader run() {
      for (int marker = marker(); marker != EOI; marker = marker()) {
        int length = in.u16();
        int from = in.at();
        int to = in.skip(length - 2) + length - 2;
        if (marker == SOS) {
          scan(from, to);
        } else if (marker == APP1 && orientation == Exif.UPRIGHT) {
          exif(from, to);
        } else if (marker == APP14) {
          adobe(from, to);
        } else if (marker >= SOF && marker <= SOF_LAST && marker != DHT && marker != DAC) {
          frame(marker, new ByteReader(file, from, to));
        }
      }
      expectAll();
      return new JpegHeader(width, height, ids.length, transform, orientation);
    }

    private int marker() {
      if (in.left() < 2) {
        throw ImageException.damaged(
            "it ends at byte " + file.length + ", expected an end marker; it was cut");
      }
      int first = in.u8();
      int marker = first;
      while (marker == 0xff) {
        marker = in.u8();
      }
      if (first != 0xff || marker <= 1 || marker >= RST && marker < EOI) {
        throw ImageException.damaged("got no marker of a segment at byte " + (in.at() - 1));
      }
      return marker;
    }

    private void frame(int marker, ByteReader frame) {
      if (marker > PROGRESSIVE) {
        throw new ImageException(
            "got a JPEG of kind SOF"
                + (marker - SOF)
                + " (lossless, hierarchical or arithmetic), expected baseline or progressive;"
                + " convert it");
      }
      if (ids.length > 0) {
        throw ImageException.damaged("got a second frame at byte " + frame.at());
      }
      int bits = frame.u8();
      height = frame.u16();
      width = frame.u16();
      int components = frame.u8();
      if (bits != 8 || components != 1 && components != 3 && components != 4) {
        throw new ImageException(
            "got a JPEG of "
                + components
                + " components of "
                + bits
                + " bits, expected 1, 3 or 4 of 8 bits; convert it");
      }
      ImageLimits.check(width, height);
      progressive = marker == PROGRESSIVE;
      ids = new int[components];
      missing = new int[components][COEFFICIENTS];
      for (int c = 0; c < components; c++) {
        ids[c] = frame.u8();
        frame.skip(2);
        Arrays.fill(missing[c], NEVER_SENT);
      }
    }

    private void scan(int from, int to) {
      if (ids.length == 0) {
        throw ImageException.damaged("got a scan before its frame at byte " + from);
      }
      scans++;
      ImageLimits.checkScans(scans, (long) width * height);
      ByteReader header = new ByteReader(file, from, to);
      int[] sent = new int[header.u8()];
      for (int i = 0; i < sent.length; i++) {
        sent[i] = header.u8();
        header.skip(1);
      }
      int first = progressive ? header.u8() : 0;
      int last = progressive ? Math.min(header.u8(), COEFFICIENTS - 1) : COEFFICIENTS - 1;
      int low = progressive ? header.u8() & 15 : 0;
      for (int id : sent) {
        for (int c = 0; c < ids.length; c++) {
          for (int k = first; ids[c] == id && k <= last; k++) {
            missing[c][k] = low;
          }
        }
      }
      skipEntropyCoded();
    }

    /** To the marker that ends a scan, past stuffed bytes and restarts. */
    private void skipEntropyCoded() {
      int at = in.at();
      while (at + 1 < file.length) {
        if (file[at] == (byte) 0xff) {
          int next = file[at + 1] & 0xff;
          boolean within = next == 0 || next >= RST && next <= RST_LAST;
          if (!within && next != 0xff) {
            break;
          }
          at += within ? 2 : 1;
        } else {
          at++;
        }
      }
      in.to(at);
    }

    private void exif(int from, int to) {
      ByteReader segment = new ByteReader(file, from, to);
      if (segment.takes("Exif\0\0")) {
        orientation = Exif.orientation(file, segment.at(), to);
      }
    }

    private void adobe(int from, int to) {
      ByteReader segment = new ByteReader(file, from, to);
      if (segment.takes("Adobe") && segment.left() >= 7) {
        segment.skip(6);
        transform = segment.u8();
      }
    }

    /** A file that was cut between two scans and closed again shows less than all of the image. */
    private void expectAll() {
      if (scans == 0) {
        throw ImageException.damaged("got no scan, expected one or more");
      }
      for (int c = 0; c < ids.length; c++) {
        for (int left : missing[c]) {
          if (left != 0) {
            throw ImageException.damaged(
                "got "
                    + scans
                    + " scans, which leave out a part of component "
                    + (c + 1)
                    + "; it was cut");
          }
        }
      }
    }
  }
}
