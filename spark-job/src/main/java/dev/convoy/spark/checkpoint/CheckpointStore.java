package dev.convoy.spark.checkpoint;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A folder of checkpoints on any Hadoop file system: {@code checkpoint-000000001200.convoy} after
 * step 1200, and {@code best-...} for the best by validation. A file appears under its name only
 * when it is whole: it is written under another name, then renamed. One process writes, from one
 * thread at a time.
 */
public final class CheckpointStore {
  private static final Pattern NAME = Pattern.compile("(checkpoint|best)-(\\d{12})\\.convoy");
  private static final String NEWEST = "checkpoint";
  private static final String BEST = "best";
  private static final String UNFINISHED = ".unfinished-";

  private final FileSystem files;
  private final Path folder;
  private final int keep;

  /**
   * What was found on resuming.
   *
   * @param checkpoint the newest that verifies; empty if there are none at all
   * @param path where it lies
   * @param skipped newer ones that do not verify, each with the reason
   */
  public record Found(Optional<Checkpoint> checkpoint, String path, List<String> skipped) {}

  private record Entry(Path path, String kind, long step, long length) {}

  /**
   * Opens the folder, which is made if absent.
   *
   * @param keep newest to keep, besides the best
   * @throws CheckpointException if the folder cannot be made
   */
  public CheckpointStore(String directory, int keep, Configuration configuration) {
    if (keep < 1) {
      throw new CheckpointException(
          "checkpoint.keep: got " + keep + ", expected 1 or more, for example 3");
    }
    this.keep = keep;
    try {
      Path path = new Path(directory);
      FileSystem system = path.getFileSystem(configuration);
      // Our own checksum covers the whole file; Hadoop's would add a second file beside each.
      this.files = system instanceof LocalFileSystem local ? local.getRawFileSystem() : system;
      this.folder = files.makeQualified(path);
      if (!files.mkdirs(folder)) {
        throw new IOException("the folder cannot be made, expected one that can be written to");
      }
      expectWritable();
    } catch (IOException | IllegalArgumentException e) {
      throw new CheckpointException(
          "checkpoint.directory: got " + directory + ": " + e.getMessage(), e);
    }
  }

  /** True if a checkpoint may have this name. */
  public static boolean isCheckpoint(String name) {
    return NAME.matcher(name).matches();
  }

  /** True if this is the name of a file that a killed process left half written. */
  public static boolean isLeftover(String name) {
    return name.startsWith(UNFINISHED);
  }

  /**
   * Saves, then deletes all but the newest up to this one. Checkpoints of later steps go too: the
   * run was resumed from below them, since they are damaged, and will save them anew.
   *
   * @return where
   */
  public String save(Checkpoint checkpoint) throws IOException {
    return save(checkpoint, NEWEST, keep);
  }

  /**
   * Saves the best so far, then deletes all other best ones.
   *
   * @return where
   */
  public String saveBest(Checkpoint checkpoint) throws IOException {
    return save(checkpoint, BEST, 1);
  }

  /**
   * Makes sure that a new run finds no checkpoints of another, which it would mix with its own.
   *
   * @throws CheckpointException if there are some
   */
  public void expectEmpty() throws IOException {
    List<Entry> found = entries();
    if (!found.isEmpty()) {
      throw new CheckpointException(
          "checkpoint.directory: "
              + folder
              + " holds "
              + found.size()
              + " checkpoints of an earlier run (the newest is "
              + found.get(0).path().getName()
              + "), expected none; go on with that run (--resume), name another directory, or"
              + " delete this one");
    }
  }

  /**
   * Reads the newest checkpoint that verifies.
   *
   * @throws CheckpointException if there are some but none verifies
   */
  public Found newest() throws IOException {
    List<String> skipped = new ArrayList<>();
    for (Entry entry : entries()) {
      try (FSDataInputStream in = files.open(entry.path())) {
        Checkpoint checkpoint = CheckpointFormat.read(in, entry.length());
        return new Found(Optional.of(checkpoint), entry.path().toString(), skipped);
      } catch (CheckpointException | IOException e) {
        skipped.add(entry.path() + ": " + e.getMessage());
      }
    }
    if (!skipped.isEmpty()) {
      throw new CheckpointException(
          "resume: none of the checkpoints verifies:\n  "
              + String.join("\n  ", skipped)
              + "\nmove them away to start from the beginning");
    }
    return new Found(Optional.empty(), folder.toString(), skipped);
  }

  /** Reads the best by validation up to {@code step}; empty if there is none that verifies. */
  public Optional<Checkpoint> best(long step) throws IOException {
    for (Entry entry : entries()) {
      if (entry.kind().equals(BEST) && entry.step() <= step) {
        try (FSDataInputStream in = files.open(entry.path())) {
          return Optional.of(CheckpointFormat.read(in, entry.length()));
        } catch (CheckpointException e) {
          // damaged: as if there were none
        }
      }
    }
    return Optional.empty();
  }

  private String save(Checkpoint checkpoint, String kind, int kept) throws IOException {
    Path target =
        new Path(folder, String.format(Locale.ROOT, "%s-%012d.convoy", kind, checkpoint.step()));
    Path unfinished = new Path(folder, UNFINISHED + UUID.randomUUID());
    try {
      write(checkpoint, unfinished);
      if (!files.rename(unfinished, target)) {
        // Some file systems refuse to replace: the same step was saved before.
        files.delete(target, false);
        if (!files.rename(unfinished, target)) {
          throw new IOException("cannot rename " + unfinished + " to " + target);
        }
      }
    } finally {
      files.delete(unfinished, false);
    }
    prune(kind, checkpoint.step(), kept);
    deleteLeftovers();
    return target.toString();
  }

  /** Keeps {@code kept} of a kind: the one of {@code step} and those just before it. */
  private void prune(String kind, long step, int kept) throws IOException {
    int seen = 0;
    for (Entry entry : entries()) {
      if (entry.kind().equals(kind) && (entry.step() > step || ++seen > kept)) {
        files.delete(entry.path(), false);
      }
    }
  }

  private void expectWritable() throws IOException {
    Path probe = new Path(folder, UNFINISHED + UUID.randomUUID());
    try (OutputStream out = files.create(probe, true)) {
      out.write(0);
    }
    files.delete(probe, false);
  }

  private void write(Checkpoint checkpoint, Path path) throws IOException {
    FSDataOutputStream stream = files.create(path, true);
    try (OutputStream out = stream) {
      CheckpointFormat.write(checkpoint, out);
      stream.hsync();
    }
  }

  /** All checkpoints, newest first. */
  private List<Entry> entries() throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (FileStatus status : list()) {
      Matcher name = NAME.matcher(status.getPath().getName());
      if (status.isFile() && name.matches()) {
        entries.add(
            new Entry(
                status.getPath(), name.group(1), Long.parseLong(name.group(2)), status.getLen()));
      }
    }
    entries.sort(
        Comparator.comparingLong((Entry e) -> -e.step())
            .thenComparing(e -> !e.kind().equals(NEWEST)));
    return entries;
  }

  /** Files that a killed process left half written. */
  private void deleteLeftovers() throws IOException {
    for (FileStatus status : list()) {
      if (isLeftover(status.getPath().getName())) {
        files.delete(status.getPath(), false);
      }
    }
  }

  private FileStatus[] list() throws IOException {
    try {
      return files.listStatus(folder);
    } catch (FileNotFoundException e) {
      return new FileStatus[0];
    }
  }
}
