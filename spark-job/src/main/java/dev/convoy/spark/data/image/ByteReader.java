package dev.convoy.spark.data.image;

/** Reads numbers out of a file's bytes and says where the file was cut. */
final class ByteReader {
  private final byte[] file;
  private final int end;
  private int at;

  /** Reads {@code file} from {@code at} to {@code end}. */
  ByteReader(byte[] file, int at, int end) {
    this.file = file;
    this.at = at;
    this.end = end;
  }

  ByteReader(byte[] file) {
    this(file, 0, file.length);
  }

  int at() {
    return at;
  }

  int left() {
    return end - at;
  }

  /** Goes to a place in the file. */
  void to(int place) {
    at = place;
  }

  /** Leaves out {@code count} bytes, which must be there. */
  int skip(long count) {
    if (count < 0 || count > left()) {
      throw cut(count);
    }
    int from = at;
    at += (int) count;
    return from;
  }

  int u8() {
    return file[skip(1)] & 0xff;
  }

  /** Two bytes, the high one first. */
  int u16() {
    int from = skip(2);
    return (file[from] & 0xff) << 8 | file[from + 1] & 0xff;
  }

  /** Two bytes, the low one first. */
  int u16le() {
    return Short.toUnsignedInt(Short.reverseBytes((short) u16()));
  }

  /** Four bytes, the high one first. */
  long u32() {
    return (long) u16() << 16 | u16();
  }

  /** Four bytes, the low one first. */
  int i32le() {
    return Integer.reverseBytes((int) u32());
  }

  /** True if {@code text} follows; goes on behind it if so. */
  boolean takes(String text) {
    if (left() < text.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if ((file[at + i] & 0xff) != text.charAt(i)) {
        return false;
      }
    }
    at += text.length();
    return true;
  }

  private ImageException cut(long wanted) {
    return ImageException.damaged(
        "it ends at byte " + end + ", expected " + wanted + " more from byte " + at);
  }
}
