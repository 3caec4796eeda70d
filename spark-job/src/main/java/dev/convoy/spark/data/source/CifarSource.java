package dev.convoy.spark.data.source;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.tensor.Shape;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * CIFAR-10's binary files: records of a label byte and 32x32 pixels in three planes, red, green,
 * blue. The records of {@code data_batch_1.bin}, {@code data_batch_2.bin} ... follow one another.
 * Executors read the ranges that they need.
 *
 * <p>Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
 */
public final class CifarSource implements ExampleSource {
  private static final long serialVersionUID = 1L;
  private static final int SIDE = 32;
  private static final int PLANE = SIDE * SIDE;

  /** Bytes of an example: its label and three planes of pixels. */
  public static final int RECORD = 1 + 3 * PLANE;

  static final int CLASSES = 10;
  private static final String NAMES = "batches.meta.txt";
  private static final int MOST_NAMES = 4096;

  private final String[] files;
  private final long[] firsts;
  private final Broadcast<SerializableConfiguration> configuration;

  private CifarSource(
      String[] files, long[] firsts, Broadcast<SerializableConfiguration> configuration) {
    this.files = files;
    this.firsts = firsts;
    this.configuration = configuration;
  }

  /** True for the name of a file of {@code part}. */
  public static boolean isPart(String name, DataPart part) {
    return part == DataPart.TEST
        ? name.equals("test_batch.bin")
        : name.matches("data_batch_[0-9]{1,3}\\.bin");
  }

  /** What the classes are called, if {@code batches.meta.txt} lies beside the files. */
  public static List<String> classes(FileSystem files, Path folder) throws IOException {
    Path names = new Path(folder, NAMES);
    if (!files.exists(names)) {
      return List.of();
    }
    try (InputStream in = files.open(names)) {
      String text = new String(in.readNBytes(MOST_NAMES), StandardCharsets.UTF_8);
      List<String> lines = text.lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
      boolean wanted =
          lines.stream().distinct().count() == CLASSES
              && lines.size() == CLASSES
              && lines.stream().allMatch(TrainedModel::isClassName);
      return wanted ? lines : List.of();
    }
  }

  /** Opens the files of {@code part}; their lengths are checked here. */
  public static CifarSource open(
      JavaSparkContext spark, FileSystem files, List<FileStatus> all, DataPart part) {
    List<FileStatus> found = new ArrayList<>();
    all.stream().filter(file -> isPart(file.getPath().getName(), part)).forEach(found::add);
    found.sort((a, b) -> Integer.compare(number(a), number(b)));
    if (found.isEmpty()) {
      throw new DataException(
          "data.path: got CIFAR-10 files without "
              + (part == DataPart.TEST ? "test_batch.bin" : "data_batch_1.bin"));
    }
    String[] names = new String[found.size()];
    long[] firsts = new long[names.length + 1];
    for (int i = 0; i < names.length; i++) {
      names[i] = found.get(i).getPath().toString();
      firsts[i + 1] = firsts[i] + records(names[i], found.get(i).getLen());
    }
    return new CifarSource(names, firsts, SerializableConfiguration.broadcast(spark.sc()));
  }

  private static int number(FileStatus file) {
    String digits = file.getPath().getName().replaceAll("[^0-9]", "");
    return digits.isEmpty() ? 0 : Integer.parseInt(digits);
  }

  /** Number of records in a file of {@code bytes}. */
  static long records(String name, long bytes) {
    if (bytes < RECORD || bytes % RECORD != 0) {
      throw new DataException(
          name
              + ": got "
              + bytes
              + " bytes, expected a multiple of "
              + RECORD
              + " (a label and 32x32x3 pixels a record); fetch the file again");
    }
    return bytes / RECORD;
  }

  @Override
  public Shape shape() {
    return new Shape(SIDE, SIDE, 3);
  }

  @Override
  public boolean isReadInRuns() {
    return true;
  }

  @Override
  public long examples() {
    return firsts[files.length];
  }

  private int fileOf(long index) {
    int file = 0;
    while (index >= firsts[file + 1]) {
      file++;
    }
    return file;
  }

  @Override
  public String labelPlace(long index) {
    int file = fileOf(index);
    return files[file] + ": offset " + (index - firsts[file]) * RECORD;
  }

  @Override
  public String name(long index) {
    int file = fileOf(index);
    return new Path(files[file]).getName() + "#" + (index - firsts[file]);
  }

  @Override
  public void close() {
    configuration.destroy();
  }

  @Override
  public Reader open() {
    return new RangeReader();
  }

  /** Takes a record apart: its label, and its pixels with the channels together. */
  static int unpack(byte[] record, String place, byte[] pixels, int at) {
    int label = record[0] & 0xff;
    if (label >= CLASSES) {
      throw new DataException(
          place
              + ": label out of range: got "
              + label
              + ", expected 0 to "
              + (CLASSES - 1)
              + "; is this a binary file of CIFAR-10?");
    }
    for (int p = 0; p < PLANE; p++) {
      for (int c = 0; c < 3; c++) {
        pixels[at + 3 * p + c] = record[1 + c * PLANE + p];
      }
    }
    return label;
  }

  private final class RangeReader implements Reader {
    private final byte[] record = new byte[RECORD];
    private int opened = -1;
    private FSDataInputStream in;

    @Override
    public void read(long first, int count, byte[] pixels, int[] labels, int at)
        throws IOException {
      for (int i = 0; i < count; i++) {
        long index = first + i;
        int file = fileOf(index);
        open(file);
        long offset = (index - firsts[file]) * RECORD;
        try {
          in.readFully(offset, record);
        } catch (EOFException e) {
          throw new DataException(
              files[file] + ": truncated at offset " + offset + "; was it changed while training?",
              e);
        }
        labels[at + i] = unpack(record, labelPlace(index), pixels, (at + i) * 3 * PLANE);
      }
    }

    private void open(int file) throws IOException {
      if (file == opened) {
        return;
      }
      close();
      Path path = new Path(files[file]);
      try {
        in = path.getFileSystem(configuration.value().value()).open(path);
        opened = file;
      } catch (FileNotFoundException e) {
        throw DataFailures.unseen(files[file], e);
      }
    }

    @Override
    public void close() throws IOException {
      if (in != null) {
        in.close();
      }
    }
  }
}
