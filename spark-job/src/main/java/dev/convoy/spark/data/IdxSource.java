package dev.convoy.spark.data;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.data.IdxHeader;
import dev.convoy.engine.tensor.Shape;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
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

  private final IdxHeader images;
  private final IdxHeader labels;
  private final Broadcast<SerializableConfiguration> configuration;

  IdxSource(
      IdxHeader images, IdxHeader labels, Broadcast<SerializableConfiguration> configuration) {
    this.images = images;
    this.labels = labels;
    this.configuration = configuration;
  }

  @Override
  public Shape shape() {
    return images.shape();
  }

  @Override
  public long examples() {
    return images.count();
  }

  @Override
  public String labelPlace(long index) {
    return LoadedIdx.labelPlace(labels, index);
  }

  @Override
  public Reader open() throws IOException {
    FSDataInputStream pixelStream = open(images.name());
    try {
      return new RangeReader(pixelStream, open(labels.name()));
    } catch (IOException e) {
      pixelStream.close();
      throw e;
    }
  }

  private FSDataInputStream open(String name) throws IOException {
    Path path = new Path(name);
    try {
      return path.getFileSystem(configuration.value().value()).open(path);
    } catch (FileNotFoundException e) {
      throw Failures.unseen(name, e);
    }
  }

  @Override
  public void close() {
    configuration.destroy();
  }

  private final class RangeReader implements Reader {
    private final FSDataInputStream pixelStream;
    private final FSDataInputStream labelStream;
    private byte[] classes = new byte[0];

    RangeReader(FSDataInputStream pixelStream, FSDataInputStream labelStream) {
      this.pixelStream = pixelStream;
      this.labelStream = labelStream;
    }

    @Override
    public void read(long first, int count, byte[] pixels, int[] numbers, int at)
        throws IOException {
      int example = shape().size();
      if (classes.length < count) {
        classes = new byte[count];
      }
      fill(pixelStream, images, first, pixels, at * example, count * example);
      fill(labelStream, labels, first, classes, 0, count);
      for (int i = 0; i < count; i++) {
        numbers[at + i] = classes[i] & 0xff;
      }
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
      try (labelStream) {
        pixelStream.close();
      }
    }
  }
}
