package dev.convoy.engine.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads IDX files, whole or in ranges of items. Nothing is believed before it was seen: memory
 * grows with the bytes that are there, never by what a header claims. All mistakes in the data are
 * {@link DataException}s; {@link IOException} means that the storage failed.
 *
 * <p>Whole files: {@link #read}. Ranges: {@link IdxHeader} from the first bytes, {@link
 * IdxHeader#expectLength} with the file's length, {@link #checkCounts}, then {@link #fill} from a
 * stream that stands at {@link IdxHeader#offset}, and {@link #labels}.
 */
public final class IdxReader {
  private static final int BUFFER = 1 << 16;
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 64;

  private IdxReader() {}

  /**
   * Reads a file of images and its file of labels, each plain or gzip. Closes both streams.
   *
   * @param classes labels must be below this; 0 if not known
   */
  public static ImageSet read(
      String imagesName, InputStream images, String labelsName, InputStream labels, int classes)
      throws IOException {
    try (InputStream imagesIn = open(imagesName, images);
        InputStream labelsIn = open(labelsName, labels)) {
      IdxHeader imagesHeader = IdxHeader.images(imagesName, imagesIn);
      IdxHeader labelsHeader = IdxHeader.labels(labelsName, labelsIn);
      checkCounts(imagesHeader, labelsHeader);
      byte[] numbers = body(labelsHeader, labelsIn);
      int[] checked = labels(labelsHeader, 0, numbers, classes);
      return new ImageSet(imagesHeader.shape(), body(imagesHeader, imagesIn), checked);
    }
  }

  /** A buffered view of {@code raw}, unpacked if its first two bytes are gzip's. */
  public static InputStream open(String name, InputStream raw) throws IOException {
    BufferedInputStream in = new BufferedInputStream(raw, BUFFER);
    in.mark(2);
    int magic = in.read() | in.read() << 8;
    in.reset();
    if (magic != GZIPInputStream.GZIP_MAGIC) {
      return in;
    }
    try {
      return new Unpacked(name, new GZIPInputStream(in, BUFFER));
    } catch (ZipException | EOFException e) {
      in.close();
      throw damaged(name, e);
    }
  }

  /** Reads all items; nothing may follow them. */
  public static byte[] body(IdxHeader header, InputStream in) throws IOException {
    long bytes = header.count() * header.itemBytes();
    long room = Math.min(MAX_ARRAY, Runtime.getRuntime().maxMemory() / 4);
    if (bytes > room) {
      throw new DataException(
          header.name()
              + ": got "
              + bytes
              + " bytes of items at offset 4, expected at most "
              + room
              + " to read into memory whole; give the JVM more memory, or store the file"
              + " uncompressed so that it is read in ranges");
    }
    byte[] body = in.readNBytes((int) bytes);
    long end = header.length() + body.length;
    if (body.length == bytes && in.read() >= 0) {
      end += 1 + in.readNBytes(BUFFER).length;
    }
    header.expectLength(end);
    return body;
  }

  /**
   * Reads {@code count} items into {@code target} from a stream that stands at item {@code first}.
   */
  public static void fill(
      IdxHeader header, InputStream in, long first, byte[] target, int at, int count)
      throws IOException {
    int bytes = Math.multiplyExact(count, header.itemBytes());
    int read = in.readNBytes(target, at, bytes);
    if (read < bytes) {
      throw new DataException(
          header.name()
              + ": truncated at offset "
              + (header.offset(first) + read)
              + ": got the end of the file, expected "
              + header.offset(header.count())
              + " bytes; was it changed while it was read?");
    }
  }

  /** Refuses images and labels that are not equally many. */
  public static void checkCounts(IdxHeader images, IdxHeader labels) {
    if (images.count() != labels.count()) {
      throw new DataException(
          labels.name()
              + ": counts differ at offset 4: got "
              + labels.count()
              + " labels, expected "
              + images.count()
              + " as in "
              + images.name()
              + "; do the two files belong together?");
    }
  }

  /**
   * Label bytes as class numbers.
   *
   * @param first index of the first of them in the file, for messages
   * @param classes labels must be below this; 0 if not known
   */
  public static int[] labels(IdxHeader header, long first, byte[] bytes, int classes) {
    int[] labels = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      labels[i] = bytes[i] & 0xff;
      if (classes > 0 && labels[i] >= classes) {
        throw new DataException(
            header.name()
                + ": label out of range at offset "
                + header.offset(first + i)
                + ": got "
                + labels[i]
                + ", expected 0 to "
                + (classes - 1)
                + "; a model with more outputs, or other labels?");
      }
    }
    return labels;
  }

  private static DataException damaged(String name, IOException e) {
    return new DataException(
        name + ": damaged gzip stream: got '" + e.getMessage() + "'; fetch the file again", e);
  }

  /** Tells a damaged stream from a failing disk. */
  private static final class Unpacked extends FilterInputStream {
    private final String name;

    Unpacked(String name, GZIPInputStream in) {
      super(in);
      this.name = name;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
      try {
        return in.read(target, from, length);
      } catch (ZipException | EOFException e) {
        throw damaged(name, e);
      }
    }
  }
}
