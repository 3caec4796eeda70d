package dev.convoy.spark.data;

import dev.convoy.engine.data.DataException;
import dev.convoy.spark.data.source.DataPart;
import dev.convoy.spark.data.source.EmbeddedMnist;
import dev.convoy.spark.data.source.ImageFolders;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.spark.SparkContext;

/**
 * A folder of data, and where its parts lie: in {@code train} and {@code test} within; or the
 * training set in the folder itself, and the test set in files beside it or in {@code test} within.
 *
 * @param root the folder, or a file of Parquet, with its file system in its name: executors start
 *     in other folders than the driver
 */
record DataFolder(FileSystem files, Path root) {
  private static final String TRAIN = "train";
  private static final String TEST = "test";

  /** Names that a validation set has elsewhere. */
  private static final Pattern VALIDATION = Pattern.compile("val|valid|validation|dev");

  /** Files of a test set that may lie beside the files of a training set. */
  private static final Pattern TEST_FILE =
      Pattern.compile("test_batch\\.bin|(t10k|test)-(.*-)?(images|labels)[-.]idx.*");

  /**
   * Finds what a user named.
   *
   * @throws DataException if it is no path, or nothing is there
   */
  static DataFolder of(SparkContext spark, String text) throws IOException {
    Path path;
    FileSystem files;
    try {
      Path given = new Path(text);
      files = given.getFileSystem(spark.hadoopConfiguration());
      path = files.makeQualified(given);
    } catch (IllegalArgumentException e) {
      throw new DataException("data.path: got '" + text + "': " + e.getMessage(), e);
    } catch (UnsupportedFileSystemException | RuntimeException | NoClassDefFoundError e) {
      throw new DataException(
          "data.path: got '" + text + "': " + e.getMessage() + FileSystems.cure(text), e);
    }
    if (!files.exists(path)) {
      throw new DataException(
          "data.path: got "
              + text
              + ", which does not exist on "
              + files.getUri()
              + ", expected a folder of data, table:NAME or "
              + EmbeddedMnist.PATH);
    }
    return new DataFolder(files, path);
  }

  /**
   * The folder that holds a part; the root itself for a test set that there is none of.
   *
   * @throws DataException if there is a training set within but no test set
   */
  Path part(DataPart part) throws IOException {
    if (isFile()) {
      if (!root.getName().endsWith(".parquet")) {
        throw new DataException("data.path: got the file " + root + ", expected its folder");
      }
      return root;
    }
    Path train = new Path(root, TRAIN);
    boolean parted = isParted();
    if (part == DataPart.TRAIN) {
      return parted ? train : root;
    }
    Optional<Path> test = test();
    if (parted && test.isEmpty()) {
      throw new DataException(
          "data.path: got "
              + train
              + " without "
              + new Path(root, TEST)
              + " beside it, expected a test set");
    }
    return test.orElse(root);
  }

  /** The folder that holds the test set, if there is one apart from the training set. */
  Optional<Path> test() throws IOException {
    if (isFile()) {
      return Optional.empty();
    }
    if (!isParted()) {
      for (FileStatus file : files.listStatus(root)) {
        if (file.isFile() && TEST_FILE.matcher(file.getPath().getName()).matches()) {
          return Optional.of(root);
        }
      }
    }
    Path test = new Path(root, TEST);
    return isFolder(test) ? Optional.of(test) : Optional.empty();
  }

  /** False for the test set's folder among the training set's folders. */
  boolean isOf(Path part, String name) {
    return !(part.equals(root) && name.equals(TEST));
  }

  /**
   * True if a training set lies in {@code train} within; false if {@code train} is a class among
   * others, as of vehicles: it holds images then, and so does a folder beside it.
   */
  private boolean isParted() throws IOException {
    Path train = new Path(root, TRAIN);
    if (!isFolder(train)) {
      return false;
    }
    if (!ImageFolders.holdsImages(files, train)) {
      return true;
    }
    for (String name : ImageFolders.classes(files, root)) {
      boolean part = name.equals(TRAIN) || name.equals(TEST) || VALIDATION.matcher(name).matches();
      if (!part && ImageFolders.holdsImages(files, new Path(root, name))) {
        return false;
      }
    }
    return true;
  }

  /** What lies beside the training set and is not read, a sentence; empty if nothing does. */
  List<String> notes() throws IOException {
    List<String> unread = new ArrayList<>();
    if (!isFile() && isParted()) {
      for (FileStatus file : files.listStatus(root)) {
        String name = file.getPath().getName();
        boolean hidden = name.startsWith(".") || name.startsWith("_");
        if (file.isDirectory() && !hidden && !name.equals(TRAIN) && !name.equals(TEST)) {
          unread.add(name);
        }
      }
    }
    unread.sort(null);
    return unread.isEmpty()
        ? List.of()
        : List.of(
            "data.path: the folder "
                + String.join(", ", unread)
                + " beside train in "
                + root
                + " is not read; data.validationFraction holds examples out of train, and"
                + " data.testPath names a test set elsewhere");
  }

  private boolean isFile() throws IOException {
    return files.getFileStatus(root).isFile();
  }

  private boolean isFolder(Path path) throws IOException {
    return files.exists(path) && files.getFileStatus(path).isDirectory();
  }
}
