package dev.convoy.spark.data.source;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.data.IdxHeader;
import dev.convoy.engine.model.ModelSpec;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/** Finds the IDX files of a data set in a folder on any Hadoop file system. */
public final class IdxFiles {
  private static final List<String> TRAIN = List.of("train");
  private static final List<String> ONE = List.of("");
  private static final List<String> TEST = List.of("t10k", "test");

  private IdxFiles() {}

  /**
   * Opens the files of {@code part}; the headers and lengths are checked here.
   *
   * @param model whose inputs and outputs name files; without one there are one image and label
   */
  public static ExampleSource open(
      JavaSparkContext spark, String folder, DataPart part, Optional<ModelSpec> model) {
    Configuration configuration = spark.hadoopConfiguration();
    try {
      Path path = new Path(folder);
      FileSystem files = path.getFileSystem(configuration);
      Finder finder = new Finder(files, path, part);
      List<Path> images = finder.images(model);
      List<Path> labels = finder.labels(model);
      if (anyIsPacked(files, images) || anyIsPacked(files, labels)) {
        IdxArrays.Opener opener = name -> files.open(new Path(name));
        return new BroadcastSource(spark, IdxArrays.read(names(images), names(labels), opener));
      }
      List<IdxHeader> imageHeads = headers(files, images, IdxHeader::images);
      List<IdxHeader> labelHeads = headers(files, labels, IdxHeader::labels);
      IdxSource.checkCounts(imageHeads, labelHeads);
      expectShapes(model, imageHeads);
      return new IdxSource(imageHeads, labelHeads, SerializableConfiguration.broadcast(spark.sc()));
    } catch (IOException e) {
      throw new DataException("data.path: cannot read " + folder + ": " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      if (e instanceof DataException) {
        throw e;
      }
      throw new DataException("data.path: got '" + folder + "': " + e.getMessage(), e);
    }
  }

  /** Opens one file of images without labels, to be predicted. */
  public static ExampleSource images(JavaSparkContext spark, FileSystem files, Path path)
      throws IOException {
    if (isPacked(files, path)) {
      IdxArrays.Opener opener = name -> files.open(new Path(name));
      return new BroadcastSource(spark, IdxArrays.read(names(List.of(path)), List.of(), opener));
    }
    List<IdxHeader> head = headers(files, List.of(path), IdxHeader::images);
    return new IdxSource(head, List.of(), SerializableConfiguration.broadcast(spark.sc()));
  }

  /** The shapes of several images; of one the data set checks it. */
  private static void expectShapes(Optional<ModelSpec> model, List<IdxHeader> images) {
    for (int k = 0; k < images.size() && images.size() > 1; k++) {
      ModelSpec.Input input = model.orElseThrow().inputs().get(k);
      if (!images.get(k).shape().equals(input.shape())) {
        throw new DataException(
            images.get(k).name()
                + ": got images of "
                + images.get(k).shape()
                + ", expected "
                + input.shape()
                + " as the model's input '"
                + input.name()
                + "' says");
      }
    }
  }

  private static List<String> names(List<Path> paths) {
    return paths.stream().map(Path::toString).toList();
  }

  private static boolean anyIsPacked(FileSystem files, List<Path> paths) throws IOException {
    for (Path path : paths) {
      if (isPacked(files, path)) {
        return true;
      }
    }
    return false;
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

  private static List<IdxHeader> headers(FileSystem files, List<Path> paths, HeaderReader reader)
      throws IOException {
    List<IdxHeader> headers = new ArrayList<>();
    for (Path path : paths) {
      try (InputStream in = new BufferedInputStream(files.open(path), 64)) {
        IdxHeader header = reader.read(path.toString(), in);
        header.expectLength(files.getFileStatus(path).getLen());
        headers.add(header);
      }
    }
    return headers;
  }

  /**
   * Finds files by the names of a model's inputs and outputs. A model with one of them needs no
   * name in the file's; of several, the first may do without.
   */
  private record Finder(FileSystem files, Path folder, DataPart part) {
    List<Path> images(Optional<ModelSpec> model) throws IOException {
      List<String> inputs =
          model.map(m -> m.inputs().stream().map(ModelSpec.Input::name).toList()).orElse(ONE);
      return all(inputs, "images", "idx3-ubyte", "idx4-ubyte");
    }

    List<Path> labels(Optional<ModelSpec> model) throws IOException {
      List<String> outputs =
          model.map(m -> m.outputs().stream().map(ModelSpec.Output::name).toList()).orElse(ONE);
      return all(outputs, "labels", "idx1-ubyte");
    }

    private List<Path> all(List<String> names, String kind, String... endings) throws IOException {
      List<Path> found = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        List<String> kinds = new ArrayList<>();
        if (names.size() > 1) {
          kinds.add(names.get(i) + "-" + kind);
        }
        if (i == 0) {
          kinds.add(kind);
        }
        found.add(find(names.size() > 1 ? names.get(i) : "", kinds, endings));
      }
      return found;
    }

    private Path find(String name, List<String> kinds, String... endings) throws IOException {
      StringBuilder tried = new StringBuilder();
      for (String prefix : part == DataPart.TRAIN ? TRAIN : TEST) {
        for (String kind : kinds) {
          for (String ending : endings) {
            for (String dash : new String[] {"-", "."}) {
              for (String packed : new String[] {"", ".gz"}) {
                String file = prefix + "-" + kind + dash + ending + packed;
                Path path = new Path(folder, file);
                if (files.exists(path)) {
                  return path;
                }
                tried.append(tried.length() == 0 ? "" : ", ").append(file);
              }
            }
          }
        }
      }
      String kind = kinds.get(kinds.size() - 1);
      throw new DataException(
          "data.path: got no "
              + kind.substring(kind.indexOf('-') + 1)
              + " file"
              + (name.isEmpty() ? "" : " for the model's '" + name + "'")
              + " in "
              + folder
              + ", expected one of "
              + tried,
          new FileNotFoundException(folder.toString()));
    }
  }
}
