package dev.convoy.spark.run;

import dev.convoy.spark.checkpoint.CheckpointStore;
import dev.convoy.spark.job.UserError;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What lies in the folder of a run: which of it a run wrote, and may remove. Names alone make no
 * run, since a user's own job may be called as ours is.
 */
final class RunContents {
  /** First line of the {@code job.yaml} of a run, which a user's own does not have. */
  static final String MARK =
      "# Written by convoy train; the next run in this folder replaces it: edit a copy.\n";

  static final String CHECKPOINTS = "checkpoints";
  static final String PROBE = ".probe.tmp";

  /** Says which process writes into the folder. */
  static final String OWNER = ".owner";

  private static final List<String> REMOVED =
      List.of(
          RunFolder.RESULT,
          RunFolder.MODEL,
          RunFolder.BEST,
          RunFolder.EVALUATION,
          RunFolder.REPORT,
          RunFolder.LEFT_OUT,
          RunFolder.METRICS,
          RunFolder.VALIDATIONS);

  /** Written by {@code --tensorboard} into this folder; kept, because runs are compared there. */
  private static final Pattern CURVES = Pattern.compile("events\\.out\\.tfevents\\.\\d+\\..+");

  private static final Pattern STEP_LINE = Pattern.compile("\\{\"step\":\\d+,\"epoch\":\\d+,.*");
  private static final int STEP_LINE_BYTES = 64;

  private final FileSystem files;
  private final Path folder;

  RunContents(FileSystem files, Path folder) {
    this.files = files;
    this.folder = folder;
  }

  /** Name under which a file is written before it gets its own. */
  static String temporary(String name) {
    return "." + name + ".tmp";
  }

  /** Name of the lines of an earlier run while they are copied. */
  static String old(String name) {
    return "." + name + ".old";
  }

  /** True if there is nothing, or no folder. */
  boolean isEmpty() throws IOException {
    return list(folder).length == 0;
  }

  /** True if there is a checkpoint; one that a killed run left half written does not count. */
  boolean hasCheckpoints() throws IOException {
    return Arrays.stream(list(new Path(folder, CHECKPOINTS)))
        .anyMatch(f -> f.isFile() && CheckpointStore.isCheckpoint(f.getPath().getName()));
  }

  /** True if there is a file or folder of that name. */
  boolean has(String name) throws IOException {
    return files.exists(new Path(folder, name));
  }

  /**
   * Name of the file with the job, if there is one. Where a file system cannot replace a file in
   * one step, a run that was killed meanwhile left it whole under its temporary name.
   */
  Optional<String> job() throws IOException {
    String temporary = temporary(RunFolder.JOB);
    return has(RunFolder.JOB)
        ? Optional.of(RunFolder.JOB)
        : has(temporary) && !isBarelyBegun() ? Optional.of(temporary) : Optional.empty();
  }

  /**
   * True if a run wrote {@code job.yaml}. Runs of earlier versions did not mark it: they are known
   * by the steps or checkpoints beside it.
   */
  boolean hasJobOfRun() throws IOException {
    Optional<String> job = job();
    if (job.isEmpty()) {
      return false;
    }
    if (beginning(job.get(), MARK.length()).equals(MARK)) {
      return true;
    }
    boolean steps =
        has(RunFolder.METRICS)
            && STEP_LINE.matcher(beginning(RunFolder.METRICS, STEP_LINE_BYTES)).matches();
    return steps || hasCheckpoints();
  }

  /** A run that was killed before it wrote its job leaves no more than this. */
  boolean isBarelyBegun() throws IOException {
    Set<String> early = Set.of(CHECKPOINTS, PROBE, OWNER, temporary(RunFolder.JOB));
    return foreign().isEmpty()
        && Arrays.stream(list(folder)).allMatch(f -> early.contains(f.getPath().getName()));
  }

  /** The first by name, for messages. */
  String first() throws IOException {
    return sorted(folder).get(0).getPath().getName();
  }

  /** The first that no run writes, by name; empty if there is none. */
  Optional<String> foreign() throws IOException {
    for (FileStatus file : sorted(folder)) {
      String name = file.getPath().getName();
      if (file.isDirectory() && name.equals(CHECKPOINTS)) {
        for (FileStatus saved : sorted(file.getPath())) {
          if (!isCheckpoint(saved)) {
            return Optional.of(CHECKPOINTS + "/" + saved.getPath().getName());
          }
        }
      } else if (!file.isFile() || !isWritten(name)) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  /**
   * Removes what the earlier run wrote, but for its job, which is replaced. First its result, since
   * a run without one counts as unfinished; then its checkpoints, since a run that went on from one
   * would miss the lines before it.
   */
  void clear() throws IOException {
    delete(RunFolder.RESULT);
    Path checkpoints = new Path(folder, CHECKPOINTS);
    for (FileStatus saved : list(checkpoints)) {
      if (isCheckpoint(saved)) {
        files.delete(saved.getPath(), false);
      }
    }
    if (list(checkpoints).length == 0) {
      files.delete(checkpoints, false);
    }
    for (String name : REMOVED) {
      delete(name);
      delete(temporary(name));
      delete(old(name));
    }
  }

  /** Removes a file that may not be there. */
  void delete(String name) throws IOException {
    files.delete(new Path(folder, name), false);
  }

  private static boolean isWritten(String name) {
    return name.equals(RunFolder.JOB)
        || name.equals(PROBE)
        || name.equals(OWNER)
        || name.equals(temporary(RunFolder.JOB))
        || CURVES.matcher(name).matches()
        || REMOVED.stream()
            .anyMatch(
                own -> name.equals(own) || name.equals(temporary(own)) || name.equals(old(own)));
  }

  private static boolean isCheckpoint(FileStatus file) {
    String name = file.getPath().getName();
    return file.isFile()
        && (CheckpointStore.isCheckpoint(name) || CheckpointStore.isLeftover(name));
  }

  private String beginning(String name, int bytes) throws IOException {
    try (InputStream in = files.open(new Path(folder, name))) {
      return new String(in.readNBytes(bytes), StandardCharsets.UTF_8);
    }
  }

  private List<FileStatus> sorted(Path path) throws IOException {
    return Arrays.stream(list(path))
        .sorted(Comparator.comparing(file -> file.getPath().getName()))
        .toList();
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
}
