package dev.convoy.spark.ml;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.model.ModelFile;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.spark.job.JobFile;
import dev.convoy.spark.job.Settings;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Model files on any Hadoop file system. Reading builds nothing but a model, and is bounded. */
final class ModelStore {
  /** Name of the file; as in the folder of a run, so that the command line reads it too. */
  static final String NAME = "model.convoy";

  private static final String JOB = "job.yaml";

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
      Path file = file(path, configuration);
      FileSystem files = file.getFileSystem(configuration);
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

  /**
   * What the job says that lies beside a model file, if there is one: it is in the folder of a run.
   *
   * @throws DataException if it cannot be read
   */
  static Optional<Settings> settings(String path, Configuration configuration) {
    try {
      Path job = new Path(file(path, configuration).getParent(), JOB);
      FileSystem files = job.getFileSystem(configuration);
      if (!files.exists(job)) {
        return Optional.empty();
      }
      try (InputStream in = files.open(job)) {
        byte[] yaml = in.readNBytes(3 * JobFile.MAX_CHARACTERS + 1);
        String text = new String(yaml, StandardCharsets.UTF_8);
        return Optional.of(JobFile.settings(text, job.toString(), List.of()));
      }
    } catch (IOException e) {
      throw new DataException(
          path + ": its " + JOB + " cannot be read (" + e.getMessage() + "), expected a job", e);
    }
  }

  private static Path file(String path, Configuration configuration) throws IOException {
    Path given = new Path(path);
    FileSystem files = given.getFileSystem(configuration);
    if (!files.exists(given) || !files.getFileStatus(given).isDirectory()) {
      return given;
    }
    return List.of(new Path(given, NAME), new Path(given, "data/" + NAME)).stream()
        .filter(candidate -> exists(files, candidate))
        .findFirst()
        .orElse(new Path(given, NAME));
  }

  private static boolean exists(FileSystem files, Path path) {
    try {
      return files.exists(path);
    } catch (IOException e) {
      return false;
    }
  }
}
