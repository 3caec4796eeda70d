package dev.convoy.spark.data;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.data.IdxHeader;
import dev.convoy.engine.data.IdxReader;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/** Finds the IDX files of a data set in a folder on any Hadoop file system. */
final class IdxFiles {
  private static final List<String> TRAIN = List.of("train");
  private static final List<String> TEST = List.of("t10k", "test");

  private IdxFiles() {}

  /** Opens the two files of {@code part}; the headers and lengths are checked here. */
  static ExampleSource open(JavaSparkContext spark, String folder, Dataset.Part part) {
    Configuration configuration = spark.hadoopConfiguration();
    try {
      Path path = new Path(folder);
      FileSystem files = path.getFileSystem(configuration);
      if (!files.exists(path) || !files.getFileStatus(path).isDirectory()) {
        throw new DataException(
            "data.path: got "
                + folder
                + ", which is not a folder on "
                + files.getUri()
                + ", expected a folder of IDX files or embedded:mnist");
      }
      Path images = find(files, path, part, "images", "idx3-ubyte", "idx4-ubyte");
      Path labels = find(files, path, part, "labels", "idx1-ubyte");
      if (isPacked(files, images) || isPacked(files, labels)) {
        LoadedIdx.Opener opener = name -> files.open(new Path(name));
        return new SpreadSource(
            spark, LoadedIdx.read(images.toString(), labels.toString(), opener));
      }
      IdxHeader imagesHeader = header(files, images, IdxHeader::images);
      IdxHeader labelsHeader = header(files, labels, IdxHeader::labels);
      IdxReader.checkCounts(imagesHeader, labelsHeader);
      return new IdxSource(
          imagesHeader, labelsHeader, SerializableConfiguration.broadcast(spark.sc()));
    } catch (IOException e) {
      throw new DataException("data.path: cannot read " + folder + ": " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      if (e instanceof DataException) {
        throw e;
      }
      throw new DataException("data.path: got '" + folder + "': " + e.getMessage(), e);
    }
  }

  /** True if the file is gzip by its first bytes, whatever it is called. */
  private static boolean isPacked(FileSystem files, Path path) throws IOException {
    try (InputStream in = files.open(path)) {
      byte[] magic = in.readNBytes(2);
      return magic.length == 2
          && ((magic[0] & 0xff) | (magic[1] & 0xff) << 8) == GZIPInputStream.GZIP_MAGIC;
    }
  }

  private interface HeaderReader {
    IdxHeader read(String name, InputStream in) throws IOException;
  }

  private static IdxHeader header(FileSystem files, Path path, HeaderReader reader)
      throws IOException {
    try (InputStream in = new BufferedInputStream(files.open(path), 64)) {
      IdxHeader header = reader.read(path.toString(), in);
      header.expectLength(files.getFileStatus(path).getLen());
      return header;
    }
  }

  private static Path find(
      FileSystem files, Path folder, Dataset.Part part, String kind, String... endings)
      throws IOException {
    StringBuilder tried = new StringBuilder();
    for (String prefix : part == Dataset.Part.TRAIN ? TRAIN : TEST) {
      for (String ending : endings) {
        for (String dash : new String[] {"-", "."}) {
          for (String packed : new String[] {"", ".gz"}) {
            String name = prefix + "-" + kind + dash + ending + packed;
            Path path = new Path(folder, name);
            if (files.exists(path)) {
              return path;
            }
            tried.append(tried.length() == 0 ? "" : ", ").append(name);
          }
        }
      }
    }
    throw new DataException(
        "data.path: got no " + kind + " file in " + folder + ", expected one of " + tried,
        new FileNotFoundException(folder.toString()));
  }
}
