package dev.convoy.spark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.convoy.engine.model.ModelFile;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.spark.job.Key;
import dev.convoy.spark.job.Texts;
import dev.convoy.spark.job.UserError;
import dev.convoy.spark.run.HadoopFiles;
import dev.convoy.spark.run.JobText;
import dev.convoy.spark.run.RunFolder;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Finds and reads a trained network: a model file, or the folder of a run or of a saved stage. */
final class ModelOption {
  private static final String SCALE = Key.DATA_SCALE.dotted();

  /** Where a saved stage has its model. */
  private static final String DATA = "data";

  private ModelOption() {}

  /**
   * A trained network.
   *
   * @param path of the file
   * @param run the job that it was trained by, if that lies beside it; of a saved stage the scale
   *     of its features
   */
  record Found(TrainedModel model, String path, Optional<JobText> run) {}

  /**
   * @param option that names it, for messages
   * @param text file or folder on any Hadoop file system
   */
  static Found read(String option, String text) {
    Path given = HadoopFiles.path(option, text);
    try (FileSystem files = HadoopFiles.open(option, given)) {
      boolean folder = files.getFileStatus(given).isDirectory();
      Path saved = new Path(given, DATA + "/" + RunFolder.MODEL);
      Path path = folder ? new Path(given, RunFolder.MODEL) : given;
      if (folder && !files.exists(path) && files.exists(saved)) {
        path = saved;
      }
      if (folder && !files.exists(path)) {
        throw new UserError(
            option
                + ": no "
                + RunFolder.MODEL
                + " in "
                + text
                + ", expected the folder of a finished run or a model file");
      }
      try (InputStream in = new BufferedInputStream(files.open(path), 1 << 16)) {
        TrainedModel model = ModelFile.read(in, path.toString());
        return new Found(model, path.toString(), run(files, path.getParent()));
      }
    } catch (FileNotFoundException e) {
      throw new UserError(option + ": no such file or folder: " + text, e);
    } catch (IOException e) {
      throw new UserError(option + ": cannot read " + text + ": " + Texts.firstLine(e), e);
    }
  }

  private static Optional<JobText> run(FileSystem files, Path folder) throws IOException {
    Path job = new Path(folder, RunFolder.JOB);
    if (!files.exists(job)) {
      return folder.getName().equals(DATA) ? stage(files, folder.getParent()) : Optional.empty();
    }
    byte[] yaml = HadoopFiles.readSmall("--model", job, 1 << 20);
    String text = JobText.utf8(job.toString(), yaml);
    return Optional.of(new JobText(folder.getName(), job.toString(), text));
  }

  /** What Spark keeps of the Params of the stage in {@code folder}, as a job would say it. */
  private static Optional<JobText> stage(FileSystem files, Path folder) throws IOException {
    Path metadata = new Path(folder, "metadata");
    if (!files.exists(metadata)) {
      return Optional.empty();
    }
    for (FileStatus file : files.listStatus(metadata)) {
      if (file.getPath().getName().startsWith("part-") && file.getLen() > 0) {
        String place = file.getPath().toString();
        byte[] json = HadoopFiles.readSmall("--model", place, 1 << 20, "");
        return scale(json, place)
            .map(text -> new JobText(folder.getName(), place, SCALE + ": " + text));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> scale(byte[] json, String place) {
    JsonNode params;
    try {
      params = new ObjectMapper().readTree(json);
    } catch (IOException e) {
      throw new UserError(
          "--model: " + place + ": got a file that is not JSON, expected the metadata of a stage",
          e);
    }
    JsonNode set = params.path("paramMap").path("featuresScale");
    JsonNode scale =
        set.isMissingNode() ? params.path("defaultParamMap").path("featuresScale") : set;
    return scale.isMissingNode() ? Optional.empty() : Optional.of(scale.asText());
  }
}
