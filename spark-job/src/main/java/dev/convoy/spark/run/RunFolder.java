package dev.convoy.spark.run;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.spark.job.JobFile;
import dev.convoy.spark.job.Texts;
import dev.convoy.spark.job.UserError;
import dev.convoy.spark.report.RunResult;
import dev.convoy.spark.train.event.StopReason;
import dev.convoy.spark.train.event.TrainingException;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder of a run, on any Hadoop file system: {@code job.yaml}, {@code metrics.jsonl}, {@code
 * validations.jsonl}, {@code model.convoy}, {@code best.convoy}, {@code result.json}, {@code
 * evaluation.json}, {@code report.html}, {@code left-out.txt} if examples were left out, and {@code
 * checkpoints/}.
 *
 * <p>The rule for a folder that is there already: an empty one is used; a finished run in it is
 * replaced; an unfinished one with checkpoints is kept unless the user says {@code --resume} or
 * {@code --overwrite}; a folder that holds anything else is refused, unless a run in it is only
 * added to. See {@link RunContents} for what is a run.
 */
public final class RunFolder implements Closeable {
  /** The job as run. */
  public static final String JOB = "job.yaml";

  /** The model with its weights. */
  public static final String MODEL = "model.convoy";

  /** The model with the weights of the best validation, if those are not the last. */
  public static final String BEST = "best.convoy";

  /** How the run ended. */
  public static final String RESULT = "result.json";

  /** The evaluation of the test set. */
  public static final String EVALUATION = "evaluation.json";

  /** Examples that cannot be used, a line each. */
  public static final String LEFT_OUT = "left-out.txt";

  static final String METRICS = "metrics.jsonl";
  static final String VALIDATIONS = "validations.jsonl";

  /** The run as a page. */
  public static final String REPORT = "report.html";

  private static final Pattern STEP = Pattern.compile("\"step\":([0-9]{1,18})[,}]");

  private final String text;
  private final Path folder;
  private final FileSystem files;
  private final RunContents contents;
  private volatile String owner;

  /** What {@code --output} names; nothing is looked at yet. */
  public RunFolder(String text) {
    this.text = text;
    this.folder = HadoopFiles.path("--output", text);
    this.files = HadoopFiles.open("--output", folder);
    this.contents = new RunContents(files, folder);
  }

  /** As the user wrote it. */
  @Override
  public String toString() {
    return text;
  }

  /** Path of one of its files. */
  public String path(String name) {
    return new Path(folder, name).toString();
  }

  /** Where checkpoints go unless the job says otherwise. */
  public String checkpoints() {
    return new Path(folder, RunContents.CHECKPOINTS).toString();
  }

  /** The {@code job.yaml} of the run that the folder holds. */
  public Optional<JobText> job() {
    try {
      Optional<String> name = contents.job();
      if (name.isEmpty()) {
        return Optional.empty();
      }
      Path path = new Path(folder, name.get());
      byte[] bytes = HadoopFiles.readSmall("--output", path, 3 * JobFile.MAX_CHARACTERS);
      String place = path.toString();
      return Optional.of(new JobText(folder.getName(), place, JobText.utf8(place, bytes)));
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /**
   * Refuses a file of the user's that a run in this folder would replace or remove.
   *
   * @param option that names it, for messages
   * @param cure what to do instead
   */
  public void expectOutside(String option, Path file, String cure) {
    Path own = HadoopFiles.real("--output", folder);
    for (Path at = HadoopFiles.real(option, file); at != null; at = at.getParent()) {
      if (at.equals(own)) {
        throw new UserError(
            option
                + ": got "
                + file
                + ", which lies in --output "
                + text
                + ", expected a place that the run does not write to; "
                + cure);
      }
    }
  }

  /**
   * Makes the folder, or checks that it may be used.
   *
   * @param resume true if a run in it is only added to: what else there is stays as it is then
   * @throws UserError if it must not be touched, saying why and what to do
   */
  public void check(boolean resume, boolean overwrite) {
    try {
      boolean empty = contents.isEmpty();
      if (!empty) {
        expectRun(resume);
      }
      HadoopFiles.expectWritable("--output", files, new Path(folder, RunContents.PROBE));
      boolean unfinished =
          !empty && (!contents.has(RESULT) || wasStopped()) && contents.hasCheckpoints();
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

  private void expectRun(boolean resume) throws IOException {
    Optional<String> foreign = contents.foreign();
    boolean job = contents.job().isPresent();
    if (!job && !contents.isBarelyBegun() || foreign.isPresent() && !resume) {
      throw new UserError(
          "--output: "
              + text
              + " holds something other than a run of ours (for example "
              + (foreign.isPresent() ? foreign.get() : contents.first())
              + "), expected a new or empty folder, or the folder of an earlier run");
    }
    if (job && !contents.hasJobOfRun()) {
      throw new UserError(
          "--output: got "
              + text
              + " with a "
              + JOB
              + " that no run wrote, expected a new or empty folder, or the folder of an earlier run;"
              + " name another folder");
    }
  }

  private boolean wasStopped() {
    byte[] result = HadoopFiles.readSmall("--output", new Path(folder, RESULT), 1 << 20);
    try {
      String text = new String(result, StandardCharsets.UTF_8);
      return RunResult.fromJson(text).ending().reason() == StopReason.STOPPED;
    } catch (InvalidInputException e) {
      // A result that cannot be read says nothing, and may be replaced.
      return false;
    }
  }

  /**
   * Removes the earlier run, or only its result if this one goes on with it. To be called once
   * nothing can be refused any more.
   */
  public void begin(boolean resume, String job) {
    try {
      if (resume) {
        for (String name : List.of(RESULT, BEST, EVALUATION, REPORT, LEFT_OUT)) {
          contents.delete(name);
        }
      } else {
        contents.clear();
      }
      String own = UUID.randomUUID() + "\n";
      try (OutputStream out = files.create(new Path(folder, RunContents.OWNER), true)) {
        out.write(own.getBytes(StandardCharsets.UTF_8));
      }
      owner = own;
      write(JOB, (RunContents.MARK + job).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** False once another process has begun a run here, after our {@link #begin}. */
  public boolean isOurs() {
    Path path = new Path(folder, RunContents.OWNER);
    if (owner == null) {
      return true;
    }
    try (InputStream in = files.open(path)) {
      return new String(in.readNBytes(owner.length()), StandardCharsets.UTF_8).equals(owner);
    } catch (IOException e) {
      // Whoever removed it, or a storage that is out of reach, has begun no run.
      return true;
    }
  }

  /** What to say of a folder that is not ours any more. */
  public String lost() {
    return "--output: another run has begun in "
        + text
        + "; this one ends and leaves the folder to it: start it again with a folder of its own";
  }

  /** Writes a file whole, under a temporary name first. */
  public void write(String name, byte[] content) throws IOException {
    write(name, out -> out.write(content));
  }

  /** Something that writes to a stream. */
  @FunctionalInterface
  public interface Content {
    /** Writes the content. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** Writes a file whole, under a temporary name first. */
  public void write(String name, Content content) throws IOException {
    if (!isOurs()) {
      throw new TrainingException(lost());
    }
    Path target = new Path(folder, name);
    Path temporary = new Path(folder, RunContents.temporary(name));
    try (OutputStream out = files.create(temporary, true)) {
      content.writeTo(out);
    }
    HadoopFiles.replace(files, temporary, target);
  }

  /**
   * Opens a file of lines that grows while the run goes on. Lines to keep are copied from the file
   * under another name, which is removed once all are copied: where it is still there, a run was
   * killed while it copied, and has all that the file under its own name may lack.
   *
   * @param firstStep lines of an earlier run are kept up to the step before this one
   */
  public Writer lines(String name, long firstStep) throws IOException {
    Path target = new Path(folder, name);
    Path old = new Path(folder, RunContents.old(name));
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

  private UserError unusable(IOException e) {
    return new UserError("--output: cannot use " + text + ": " + Texts.firstLine(e), e);
  }

  @Override
  public void close() throws IOException {
    if (owner != null && isOurs()) {
      contents.delete(RunContents.OWNER);
    }
    files.close();
  }
}
