package dev.convoy.spark.cli;

import dev.convoy.spark.job.JobFile;
import dev.convoy.spark.job.Texts;
import dev.convoy.spark.job.UserError;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder of a run, on any Hadoop file system: {@code job.yaml}, {@code metrics.jsonl}, {@code
 * validations.jsonl}, {@code model.convoy}, {@code result.json}, {@code evaluation.json}, {@code
 * report.html} and {@code checkpoints/}.
 *
 * <p>The rule for a folder that is there already: an empty one is used; a finished run in it is
 * replaced; an unfinished one with checkpoints is kept unless the user says {@code --resume} or
 * {@code --overwrite}; a folder that holds anything else is refused.
 */
final class OutputFolder implements Closeable {
  static final String JOB = "job.yaml";
  static final String MODEL = "model.convoy";
  static final String RESULT = "result.json";
  static final String EVALUATION = "evaluation.json";
  static final String METRICS = "metrics.jsonl";
  static final String VALIDATIONS = "validations.jsonl";
  static final String REPORT = "report.html";

  /** The reason in the result of a run that the user stopped. */
  static final String STOPPED = "stopped";

  private static final String PROBE = ".probe.tmp";
  private static final String CHECKPOINTS = "checkpoints";
  private static final List<String> RUN =
      List.of(RESULT, MODEL, EVALUATION, REPORT, METRICS, VALIDATIONS, CHECKPOINTS);

  private static final Pattern STEP = Pattern.compile("\"step\":([0-9]{1,18})[,}]");

  private final String text;
  private final Path folder;
  private final FileSystem files;

  /** What {@code --output} names; nothing is looked at yet. */
  OutputFolder(String text) {
    this.text = text;
    this.folder = HadoopFiles.path("--output", text);
    this.files = HadoopFiles.open("--output", folder);
  }

  /** As the user wrote it. */
  @Override
  public String toString() {
    return text;
  }

  /** Path of one of its files. */
  String path(String name) {
    return new Path(folder, name).toString();
  }

  /** Where checkpoints go unless the job says otherwise. */
  String checkpoints() {
    return new Path(folder, CHECKPOINTS).toString();
  }

  /** The {@code job.yaml} of the run that the folder holds. */
  Optional<JobOptions.Source> job() {
    try {
      Path path = new Path(folder, JOB);
      if (!files.exists(path)) {
        return Optional.empty();
      }
      byte[] bytes = HadoopFiles.readSmall("--output", path, 3 * JobFile.MAX_CHARACTERS);
      String place = path.toString();
      return Optional.of(
          new JobOptions.Source(folder.getName(), place, JobOptions.utf8(place, bytes)));
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /**
   * Makes the folder, or checks that it may be used.
   *
   * @throws UserError if it must not be touched, saying why and what to do
   */
  void check(boolean resume, boolean overwrite) {
    try {
      FileStatus[] inside = list(folder);
      HadoopFiles.expectWritable("--output", files, new Path(folder, PROBE));
      if (inside.length == 0) {
        return;
      }
      List<String> names = Arrays.stream(inside).map(f -> f.getPath().getName()).sorted().toList();
      if (!names.contains(JOB) && !isBarelyBegun(names)) {
        throw new UserError(
            "--output: "
                + text
                + " holds something other than a run of ours (for example "
                + names.get(0)
                + "), expected a new or empty folder, or that of an earlier run");
      }
      boolean unfinished =
          (!names.contains(RESULT) || wasStopped())
              && list(new Path(folder, CHECKPOINTS)).length > 0;
      if (unfinished && !resume && !overwrite) {
        throw new UserError(
            "--output: "
                + text
                + " holds the checkpoints of a run that did not finish; --resume goes on with it,"
                + " --overwrite starts anew");
      }
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** A run that was killed before it wrote its job leaves no more than this. */
  private boolean isBarelyBegun(List<String> names) throws IOException {
    for (String name : names) {
      boolean empty = name.equals(CHECKPOINTS) && list(new Path(folder, name)).length == 0;
      if (!empty && !name.equals(PROBE) && !name.equals(temporary(JOB))) {
        return false;
      }
    }
    return true;
  }

  private static String temporary(String name) {
    return "." + name + ".tmp";
  }

  private boolean wasStopped() {
    byte[] result = HadoopFiles.readSmall("--output", new Path(folder, RESULT), 1 << 20);
    return new String(result, StandardCharsets.UTF_8)
        .matches("(?s).*\"reason\"\\s*:\\s*\"" + STOPPED + "\".*");
  }

  /**
   * Removes the earlier run, or only its result if this one goes on with it. To be called once
   * nothing can be refused any more.
   */
  void begin(boolean resume, String job) {
    try {
      for (String name : resume ? List.of(RESULT, EVALUATION, REPORT) : RUN) {
        files.delete(new Path(folder, name), true);
      }
      write(JOB, job.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** Writes a file whole, under a temporary name first. */
  void write(String name, byte[] content) throws IOException {
    write(name, out -> out.write(content));
  }

  /** Something that writes to a stream. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Writes a file whole, under a temporary name first. */
  void write(String name, Content content) throws IOException {
    Path target = new Path(folder, name);
    Path temporary = new Path(folder, temporary(name));
    try (OutputStream out = files.create(temporary, true)) {
      content.writeTo(out);
    }
    files.delete(target, false);
    if (!files.rename(temporary, target)) {
      throw new IOException("cannot rename " + temporary + " to " + target);
    }
  }

  /**
   * Opens a file of lines that grows while the run goes on. Lines to keep are copied from the file
   * under another name, which is removed once all are copied: where it is still there, a run was
   * killed while it copied, and has all that the file under its own name may lack.
   *
   * @param firstStep lines of an earlier run are kept up to the step before this one
   */
  Writer lines(String name, long firstStep) throws IOException {
    Path target = new Path(folder, name);
    Path old = new Path(folder, "." + name + ".old");
    if (firstStep > 1 && !files.exists(old) && files.exists(target)) {
      HadoopFiles.rename(files, target, old);
    }
    OutputStream out = HadoopFiles.flushing(files.create(target, true));
    Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
    if (files.exists(old)) {
      copyBefore(firstStep, old, writer);
      writer.flush();
      if (!files.delete(old, false)) {
        throw new IOException("cannot delete " + old);
      }
    }
    return writer;
  }

  /** Copies whole lines of steps before {@code firstStep}; a line that was cut off is left out. */
  private void copyBefore(long firstStep, Path from, Writer to) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(files.open(from), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        Matcher step = STEP.matcher(line);
        boolean whole = line.endsWith("}") && step.find();
        if (whole && Long.parseLong(step.group(1)) < firstStep) {
          to.write(line);
          to.write('\n');
        }
      }
    }
  }

  private FileStatus[] list(Path path) throws IOException {
    try {
      if (files.getFileStatus(path).isFile()) {
        throw new UserError("--output: " + path + " is a file, expected a folder");
      }
      return files.listStatus(path);
    } catch (FileNotFoundException e) {
      return new FileStatus[0];
    }
  }

  private UserError unusable(IOException e) {
    return new UserError("--output: cannot use " + text + ": " + Texts.firstLine(e), e);
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
