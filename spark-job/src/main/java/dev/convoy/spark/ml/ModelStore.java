package dev.convoy.spark.ml;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.network.ModelFile;
import dev.convoy.engine.network.TrainedModel;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Model files on any Hadoop file system. Reading builds nothing but a model, and is bounded. */
final class ModelStore {
  /** Name of the file; as in the folder of a run, so that the command line reads it too. */
  static final String NAME = "model.convoy";

  private ModelStore() {}

  static void write(TrainedModel model, String folder, Configuration configuration)
      throws IOException {
    Path file = new Path(folder, NAME);
    try (OutputStream out = file.getFileSystem(configuration).create(file, true)) {
      ModelFile.write(model, out);
    }
  }

  /**
   * Reads a model file, or the one in the folder of a run or of a saved model.
   *
   * @throws DataException if there is none
   * @throws IllegalArgumentException if it is damaged
   */
  static TrainedModel read(String path, Configuration configuration) {
    try {
      Path given = new Path(path);
      FileSystem files = given.getFileSystem(configuration);
      Path file = given;
      if (files.exists(given) && files.getFileStatus(given).isDirectory()) {
        file =
            List.of(new Path(given, NAME), new Path(given, "data/" + NAME)).stream()
                .filter(candidate -> exists(files, candidate))
                .findFirst()
                .orElse(new Path(given, NAME));
      }
      try (InputStream in = new BufferedInputStream(files.open(file), 1 << 16)) {
        return ModelFile.read(in, file.toString());
      }
    } catch (IOException e) {
      throw new DataException(
          path
              + ": cannot be read as a model ("
              + e.getMessage()
              + "), expected one that was saved",
          e);
    }
  }

  private static boolean exists(FileSystem files, Path path) {
    try {
      return files.exists(path);
    } catch (IOException e) {
      return false;
    }
  }
}
