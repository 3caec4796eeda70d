package dev.convoy.spark.data;

import dev.convoy.engine.data.DataException;
import dev.convoy.spark.data.source.DataPart;
import dev.convoy.spark.data.source.EmbeddedMnist;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
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
    boolean parted = isFolder(train);
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
    if (!isFolder(new Path(root, TRAIN))) {
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

  private boolean isFile() throws IOException {
    return files.getFileStatus(root).isFile();
  }

  private boolean isFolder(Path path) throws IOException {
    return files.exists(path) && files.getFileStatus(path).isDirectory();
  }
}
