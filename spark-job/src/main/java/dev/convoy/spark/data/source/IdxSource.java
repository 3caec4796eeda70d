package dev.convoy.spark.data.source;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.data.IdxHeader;
import dev.convoy.engine.data.IdxReader;
import dev.convoy.engine.tensor.Shape;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Uncompressed IDX files on a file system that every executor reaches: an item's place follows from
 * its index, so each executor reads the byte ranges of its own shards and nothing passes through
 * the driver, which reads the headers only.
 */
final class IdxSource implements ExampleSource {
  private static final long serialVersionUID = 1L;

  private final List<IdxHeader> images;
  private final List<IdxHeader> heads;
  private final Shape shape;
  private final Broadcast<SerializableConfiguration> configuration;

  /**
   * Files of images and of labels; of several, each example has an item in every one. Without files
   * of labels the images can be predicted only.
   */
  IdxSource(
      List<IdxHeader> images,
      List<IdxHeader> labels,
      Broadcast<SerializableConfiguration> configuration) {
    this.images = List.copyOf(images);
    this.heads = List.copyOf(labels);
    this.shape = shape(images);
    this.configuration = configuration;
  }

  /** Shape of an example: of several images the vector of all, one behind the other. */
  static Shape shape(List<IdxHeader> images) {
    return images.size() == 1
        ? images.get(0).shape()
        : Shape.vector(images.stream().mapToInt(IdxHeader::itemBytes).reduce(0, Math::addExact));
  }

  /** Refuses files that do not have the same number of items. */
  static void checkCounts(List<IdxHeader> images, List<IdxHeader> labels) {
    for (IdxHeader label : labels) {
      IdxReader.checkCounts(images.get(0), label);
    }
    for (IdxHeader image : images) {
      IdxReader.checkCounts(image, labels.get(0));
    }
  }

  /** Copies {@code count} items to places {@code step} apart. */
  static void scatter(byte[] items, int size, int count, byte[] rows, int at, int step) {
    for (int i = 0; i < count; i++) {
      System.arraycopy(items, i * size, rows, at + i * step, size);
    }
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public boolean isReadInRuns() {
    return true;
  }

  @Override
  public long examples() {
    return images.get(0).count();
  }

  @Override
  public int labels() {
    return Math.max(1, heads.size());
  }

  @Override
  public boolean labelled() {
    return !heads.isEmpty();
  }

  @Override
  public String labelPlace(long index) {
    return IdxArrays.labelPlace(labelled() ? heads : images, index);
  }

  @Override
  public String name(long index) {
    return IdxArrays.name(images.get(0).name(), index);
  }

  @Override
  public Reader open() throws IOException {
    RangeReader reader = new RangeReader();
    try {
      for (IdxHeader header : images) {
        reader.imageStreams.add(open(header.name()));
      }
      for (IdxHeader header : heads) {
        reader.labelStreams.add(open(header.name()));
      }
      return reader;
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  private FSDataInputStream open(String name) throws IOException {
    Path path = new Path(name);
    try {
      return path.getFileSystem(configuration.value().value()).open(path);
    } catch (FileNotFoundException e) {
      throw DataFailures.unseen(name, e);
    }
  }

  @Override
  public void close() {
    configuration.destroy();
  }

  private final class RangeReader implements Reader {
    private final List<FSDataInputStream> imageStreams = new ArrayList<>();
    private final List<FSDataInputStream> labelStreams = new ArrayList<>();
    private byte[] items = new byte[0];

    @Override
    public void read(long first, int count, byte[] pixels, int[] labels, int at)
        throws IOException {
      int row = shape.size();
      int column = at * row;
      for (int k = 0; k < images.size(); k++) {
        int size = images.get(k).itemBytes();
        if (images.size() == 1) {
          fill(imageStreams.get(k), images.get(k), first, pixels, column, count * size);
        } else {
          fill(imageStreams.get(k), images.get(k), first, room(count * size), 0, count * size);
          scatter(items, size, count, pixels, column, row);
        }
        column += size;
      }
      for (int o = 0; o < heads.size(); o++) {
        fill(labelStreams.get(o), heads.get(o), first, room(count), 0, count);
        for (int i = 0; i < count; i++) {
          labels[(at + i) * heads.size() + o] = items[i] & 0xff;
        }
      }
    }

    private byte[] room(int bytes) {
      if (items.length < bytes) {
        items = new byte[bytes];
      }
      return items;
    }

    private void fill(
        FSDataInputStream in, IdxHeader header, long first, byte[] bytes, int at, int count)
        throws IOException {
      long offset = header.offset(first);
      try {
        in.readFully(offset, bytes, at, count);
      } catch (EOFException e) {
        throw new DataException(
            header.name()
                + ": truncated: got the end of the file between offset "
                + offset
                + " and "
                + (offset + count)
                + ", expected "
                + header.offset(header.count())
                + " bytes; was it changed while training?",
            e);
      }
    }

    @Override
    public void close() throws IOException {
      IOException trouble = null;
      for (List<FSDataInputStream> streams : List.of(imageStreams, labelStreams)) {
        for (FSDataInputStream stream : streams) {
          try {
            stream.close();
          } catch (IOException e) {
            trouble = e;
          }
        }
      }
      if (trouble != null) {
        throw trouble;
      }
    }
  }
}
