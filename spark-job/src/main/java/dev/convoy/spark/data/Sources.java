package dev.convoy.spark.data;

import dev.convoy.engine.data.DataException;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Finds out what data a path holds, and opens it. */
public final class Sources {
  private static final String TABLE = "table:";
  private static final String EXPECTED =
      "expected IDX files (train-images-idx3-ubyte ...), CIFAR-10 files (data_batch_1.bin ...),"
          + " Parquet files, or a folder of images for each class; or else table:NAME or "
          + Dataset.EMBEDDED_MNIST;

  private Sources() {}

  /** The data as a table of Spark SQL, if that is what it is: by name, or Parquet files. */
  public static Optional<org.apache.spark.sql.Dataset<Row>> table(
      SparkContext spark, DataLocation location, Dataset.Part part) {
    String path = location.path();
    try {
      if (path.startsWith(TABLE)) {
        return Optional.of(session(spark).table(path.substring(TABLE.length())));
      }
      if (path.startsWith("embedded:")) {
        return Optional.empty();
      }
      Path folder = partOf(spark, path, part);
      FileSystem files = folder.getFileSystem(spark.hadoopConfiguration());
      return isParquet(files, folder)
          ? Optional.of(session(spark).read().parquet(folder.toString()))
          : Optional.empty();
    } catch (IOException e) {
      throw unreadable(path, e);
    } catch (Exception e) {
      // Scala throws checked exceptions that no signature mentions.
      if (e instanceof AnalysisException) {
        throw new DataException(
            "data.path: got '" + path + "': " + e.getMessage().lines().findFirst().orElse(""), e);
      }
      throw e;
    }
  }

  /**
   * The data as examples that can be read by their index: all but tables.
   *
   * @throws DataException if it is none of those, or a file is bad
   */
  public static ExampleSource examples(
      SparkContext spark, DataLocation location, Dataset.Part part) {
    return examples(spark, location, part, true);
  }

  /**
   * The names of the classes of training data, in the order of their numbers; empty if it has
   * numbers only, or cannot be read, which whoever opens it is told.
   */
  public static List<String> classNames(SparkContext spark, DataLocation location) {
    String path = location.path();
    if (path.startsWith("embedded:") || path.startsWith(TABLE)) {
      return List.of();
    }
    try {
      Path folder = partOf(spark, path, Dataset.Part.TRAIN);
      FileSystem files = folder.getFileSystem(spark.hadoopConfiguration());
      List<FileStatus> all = List.of(files.listStatus(folder));
      if (holds(all, name -> name.contains("-images")) || isParquet(files, folder)) {
        return List.of();
      }
      return holds(all, name -> CifarSource.isPart(name, Dataset.Part.TRAIN))
          ? CifarSource.classes(files, folder)
          : ImageFolders.classes(files, folder);
    } catch (IOException | DataException e) {
      return List.of();
    }
  }

  /**
   * The same, to be predicted only if {@code labelled} is false: a file of images is enough then,
   * and images may lie in no folder, or in other folders than those of classes.
   */
  static ExampleSource examples(
      SparkContext spark, DataLocation location, Dataset.Part part, boolean labelled) {
    String path = location.path();
    JavaSparkContext java = JavaSparkContext.fromSparkContext(spark);
    if (path.startsWith("embedded:")) {
      if (!path.equals(Dataset.EMBEDDED_MNIST)) {
        throw new DataException("data.path: got " + path + ", expected " + Dataset.EMBEDDED_MNIST);
      }
      location.expectOneImageAndLabel();
      return new EmbeddedMnist(part);
    }
    try {
      Path folder = labelled ? partOf(spark, path, part) : fileOrPart(spark, path, part);
      FileSystem files = folder.getFileSystem(spark.hadoopConfiguration());
      List<FileStatus> all = List.of(files.listStatus(folder));
      if (files.getFileStatus(folder).isFile()) {
        location.expectOneInput();
        return IdxFiles.images(java, files, folder);
      }
      if (holds(all, name -> name.contains("-images"))) {
        return IdxFiles.open(java, folder.toString(), part, location.model());
      }
      location.expectOneImageAndLabel();
      if (holds(all, name -> CifarSource.isPart(name, Dataset.Part.TRAIN))
          || holds(all, name -> CifarSource.isPart(name, Dataset.Part.TEST))) {
        return CifarSource.open(java, files, all, part);
      }
      return images(java, files, folder, location, labelled);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private static Path fileOrPart(SparkContext spark, String path, Dataset.Part part)
      throws IOException {
    return isFile(spark, path) ? new Path(path) : partOf(spark, path, part);
  }

  /** True for a file that is no table: images of IDX. */
  static boolean isFile(SparkContext spark, String path) throws IOException {
    if (path.startsWith("embedded:") || path.startsWith(TABLE) || path.endsWith(".parquet")) {
      return false;
    }
    try {
      Path given = new Path(path);
      FileSystem files = given.getFileSystem(spark.hadoopConfiguration());
      return files.exists(given) && files.getFileStatus(given).isFile();
    } catch (IllegalArgumentException e) {
      return false; // no path at all, which opening it tells
    }
  }

  private static ExampleSource images(
      JavaSparkContext spark,
      FileSystem files,
      Path folder,
      DataLocation location,
      boolean labelled)
      throws IOException {
    Path training = new Path(location.path(), "train");
    Path numbered = files.exists(training) ? training : folder;
    List<String> there = ImageFolders.classes(files, folder);
    List<String> classes =
        location.classes().isEmpty() ? ImageFolders.classes(files, numbered) : location.classes();
    boolean loose = ImageFolders.holdsImages(files, folder);
    if (there.isEmpty() && !loose) {
      throw new DataException("data.path: got nothing to read in " + folder + ", " + EXPECTED);
    }
    // Folders have numbers by the model's names, or by those of a training set beside them.
    boolean numbers = !location.classes().isEmpty() || !folder.equals(new Path(location.path()));
    boolean byClass = numbers && !loose && new HashSet<>(classes).containsAll(there);
    if (!labelled && !byClass) {
      return ImageFolders.unlabelled(spark, files, folder, location.shape());
    }
    if (there.isEmpty()) {
      throw new DataException(
          "data.path: got images without folders of classes in "
              + folder
              + ", "
              + EXPECTED
              + "; predict takes images without classes");
    }
    return ImageFolders.open(spark, files, folder, classes, location.shape(), !labelled);
  }

  /** The folder of one part: {@code train} or {@code test} within, if there are such. */
  private static Path partOf(SparkContext spark, String text, Dataset.Part part)
      throws IOException {
    Path path;
    FileSystem files;
    try {
      path = new Path(text);
      files = path.getFileSystem(spark.hadoopConfiguration());
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
              + Dataset.EMBEDDED_MNIST);
    }
    if (files.getFileStatus(path).isFile()) {
      if (!text.endsWith(".parquet")) {
        throw new DataException("data.path: got the file " + text + ", expected its folder");
      }
      return path;
    }
    Path train = new Path(path, "train");
    Path test = new Path(path, "test");
    boolean parted = files.exists(train) && files.getFileStatus(train).isDirectory();
    Path wanted = part == Dataset.Part.TRAIN ? train : test;
    if (parted && !files.exists(wanted)) {
      throw new DataException(
          "data.path: got " + train + " without " + test + " beside it, expected a test set");
    }
    return parted ? wanted : path;
  }

  private interface Names {
    boolean match(String name);
  }

  private static boolean holds(List<FileStatus> all, Names wanted) {
    return all.stream().anyMatch(file -> wanted.match(file.getPath().getName()));
  }

  private static boolean isParquet(FileSystem files, Path path) throws IOException {
    if (files.getFileStatus(path).isFile()) {
      return true;
    }
    FileStatus[] all = files.listStatus(path);
    boolean found = holds(List.of(all), name -> name.endsWith(".parquet"));
    for (int i = 0; !found && i < all.length; i++) {
      // Partitions such as year=2026 hold the files.
      boolean partition = all[i].isDirectory() && all[i].getPath().getName().contains("=");
      found = partition && isParquet(files, all[i].getPath());
    }
    return found;
  }

  private static SparkSession session(SparkContext spark) {
    // Takes the context that is there.
    return SparkSession.builder().getOrCreate();
  }

  private static DataException unreadable(String path, IOException e) {
    return new DataException("data.path: cannot read " + path + ": " + e.getMessage(), e);
  }
}
