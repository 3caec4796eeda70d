package dev.convoy.spark.run;

import dev.convoy.spark.job.Texts;
import dev.convoy.spark.job.UserError;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/** Files on any Hadoop file system, for commands that may not have started Spark yet. */
public final class HadoopFiles {
  private HadoopFiles() {}

  private static final String SPARK_PREFIX = "spark.hadoop.";

  /**
   * Hadoop's settings, with those that spark-submit passes on as {@code spark.hadoop.*}. Spark's
   * own way to them starts half of Spark.
   */
  static Configuration configuration() {
    Configuration configuration = new Configuration();
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.startsWith(SPARK_PREFIX)) {
        configuration.set(name.substring(SPARK_PREFIX.length()), System.getProperty(name));
      }
    }
    return configuration;
  }

  /**
   * The file system of {@code path}, for the caller alone; writes no checksum files beside local
   * files.
   *
   * @param option that the path came from, for messages
   */
  public static FileSystem open(String option, Path path) {
    Configuration configuration = configuration();
    try {
      Path whole = path.getFileSystem(configuration).makeQualified(path);
      FileSystem files = FileSystem.newInstance(whole.toUri(), configuration);
      if (files instanceof LocalFileSystem local) {
        local.setWriteChecksum(false);
      }
      return files;
    } catch (IOException | IllegalArgumentException e) {
      throw new UserError(option + ": cannot reach " + path + ": " + e.getMessage(), e);
    }
  }

  /**
   * Refuses a file that cannot be written, by writing an empty one and deleting it; folders on the
   * way to it are made.
   *
   * @param option that the path came from, for messages
   */
  public static void expectWritable(String option, FileSystem files, Path file) {
    try {
      files.create(file, true).close();
      files.delete(file, false);
    } catch (IOException e) {
      throw new UserError(
          option
              + ": cannot write into "
              + file.getParent()
              + ": "
              + Texts.firstLine(e)
              + "; expected a folder that can be made and written to",
          e);
    }
  }

  /**
   * Gives {@code from} the name {@code to}, in place of a file that has it: in one step where the
   * file system offers that.
   *
   * @throws IOException if it cannot be renamed; {@code from} is still there then
   */
  public static void replace(FileSystem files, Path from, Path to) throws IOException {
    if (files instanceof LocalFileSystem local) {
      // A checksum that Hadoop kept of the file before would make the new one unreadable to it.
      local.getRaw().delete(local.getChecksumFile(to), false);
      Files.move(
          local.pathToFile(from).toPath(),
          local.pathToFile(to).toPath(),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      return;
    }
    Path target = files.makeQualified(to);
    FileContext context;
    try {
      context = FileContext.getFileContext(target.toUri(), files.getConf());
    } catch (UnsupportedFileSystemException | RuntimeException e) {
      files.delete(to, false);
      rename(files, from, to);
      return;
    }
    context.rename(files.makeQualified(from), target, Options.Rename.OVERWRITE);
  }

  /**
   * Gives {@code from} the name {@code to}, which nothing has.
   *
   * @throws IOException if it cannot be renamed; {@code from} is still there then
   */
  public static void rename(FileSystem files, Path from, Path to) throws IOException {
    if (files.exists(to)) {
      throw new IOException("there is one already");
    }
    if (!files.rename(from, to)) {
      throw new IOException("the file system refuses");
    }
  }

  /** A path from the command line. */
  public static Path path(String option, String text) {
    try {
      return new Path(text);
    } catch (IllegalArgumentException e) {
      throw new UserError(
          option + ": got '" + Texts.shorten(text) + "', which is no path: " + e.getMessage(), e);
    }
  }

  /** Closes what was only read. */
  static void close(Closeable open) {
    try {
      open.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A stream whose {@code flush} also makes readers see what was written. */
  public static OutputStream flushing(FSDataOutputStream file) {
    return new BufferedOutputStream(file) {
      @Override
      public synchronized void flush() throws IOException {
        super.flush();
        file.hflush();
      }
    };
  }

  /**
   * Where a file lies that a user named: a path without a scheme is looked for on this machine
   * first, then on Hadoop's default file system.
   */
  public static Path locate(String option, String text) {
    Path given = path(option, text);
    java.io.File local = new java.io.File(text);
    boolean here = given.toUri().getScheme() == null && local.exists();
    return here ? new Path(local.toURI()) : given;
  }

  /** The one full name of {@code path}: on this machine without links, too. */
  static Path real(String option, Path path) {
    try (FileSystem files = open(option, path)) {
      Path whole = files.makeQualified(path);
      return files instanceof LocalFileSystem local
          ? files.makeQualified(new Path(local.pathToFile(whole).getCanonicalPath()))
          : whole;
    } catch (IOException e) {
      throw new UserError(option + ": cannot find " + path + ": " + Texts.firstLine(e), e);
    }
  }

  /**
   * Reads a whole file, from where {@link #locate} finds it.
   *
   * @param most bytes that such a file may have
   * @param hint for a file that is not there
   */
  public static byte[] readSmall(String option, String text, int most, String hint) {
    return readSmall(option, locate(option, text), text, most, hint);
  }

  /** Reads a whole file whose place is known, and nowhere else. */
  public static byte[] readSmall(String option, Path path, int most) {
    return readSmall(option, path, path.toString(), most, "");
  }

  private static byte[] readSmall(String option, Path path, String text, int most, String hint) {
    try (FileSystem files = open(option, path)) {
      FileStatus status = files.getFileStatus(path);
      if (status.isDirectory()) {
        throw new UserError(option + ": got the folder " + text + ", expected a file");
      }
      if (status.getLen() > most) {
        throw new UserError(
            option + ": " + text + " has " + status.getLen() + " bytes, expected at most " + most);
      }
      try (InputStream in = files.open(path)) {
        return in.readNBytes(most);
      }
    } catch (FileNotFoundException e) {
      throw new UserError(option + ": no such file: " + text + hint, e);
    } catch (IOException e) {
      throw new UserError(option + ": cannot read " + text + ": " + e.getMessage(), e);
    }
  }
}
