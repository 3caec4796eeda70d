package dev.convoy.spark.run;

import dev.convoy.engine.error.InvalidInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Reads text files of a run in memory that does not follow from what the files claim. */
final class BoundedText {
  /** Bytes of a file that is read whole. */
  static final int MOST_BYTES = 64 << 20;

  /** Characters of a line. */
  static final int LONGEST_LINE = 1 << 20;

  private BoundedText() {}

  /**
   * A whole file.
   *
   * @throws InvalidInputException if it is longer than {@link #MOST_BYTES}
   */
  static String whole(String name, InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(MOST_BYTES + 1);
    if (bytes.length > MOST_BYTES) {
      throw new InvalidInputException(
          name
              + ": got more than "
              + MOST_BYTES
              + " bytes, expected fewer; was it written by train or evaluate?");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /**
   * Lines one by one. Reading on throws an {@link InvalidInputException} at one that is longer than
   * {@link #LONGEST_LINE}.
   */
  static Stream<String> lines(String name, InputStream in) {
    Reader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(new Lines(name, reader), Spliterator.ORDERED),
            false)
        .onClose(() -> HadoopFiles.close(reader));
  }

  private static final class Lines implements Iterator<String> {
    private final String name;
    private final Reader reader;
    private long number;
    private String ahead;
    private boolean ended;

    Lines(String name, Reader reader) {
      this.name = name;
      this.reader = reader;
    }

    @Override
    public boolean hasNext() {
      if (ahead == null && !ended) {
        ahead = read();
        ended = ahead == null;
      }
      return ahead != null;
    }

    @Override
    public String next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      String line = ahead;
      ahead = null;
      return line;
    }

    private String read() {
      StringBuilder line = new StringBuilder();
      number++;
      try {
        int c = reader.read();
        if (c < 0) {
          return null;
        }
        for (; c >= 0 && c != '\n'; c = reader.read()) {
          if (line.length() == LONGEST_LINE) {
            throw new InvalidInputException(
                name
                    + ": line "
                    + number
                    + ": got more than "
                    + LONGEST_LINE
                    + " characters, expected a line that train wrote; the file is damaged");
          }
          line.append((char) c);
        }
        return line.toString();
      } catch (IOException e) {
        throw new UncheckedIOException(name + ": cannot be read: " + e.getMessage(), e);
      }
    }
  }
}
