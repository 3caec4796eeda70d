package dev.convoy.spark.data;

import dev.convoy.engine.data.DataException;
import dev.convoy.spark.data.source.CifarSource;
import dev.convoy.spark.data.source.ClassNames;
import dev.convoy.spark.data.source.DataFailures;
import dev.convoy.spark.data.source.DataPart;
import dev.convoy.spark.data.source.EmbeddedMnist;
import dev.convoy.spark.data.source.ExampleSource;
import dev.convoy.spark.data.source.IdxFiles;
import dev.convoy.spark.data.source.ImageFolders;
import dev.convoy.spark.data.source.OnDamaged;
import dev.convoy.spark.data.table.LabelNames;
import dev.convoy.spark.interop.KryoClasses;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Finds out what data a path holds, and opens it. */
public final class DataSources {
  private static final String TABLE = "table:";
  private static final String EXPECTED =
      "expected IDX files (train-images-idx3-ubyte ...), CIFAR-10 files (data_batch_1.bin ...),"
          + " Parquet files, or a folder of images for each class; or else table:NAME or "
          + EmbeddedMnist.PATH;

  private DataSources() {}

  /** The data as a table of Spark SQL, if that is what it is: by name, or Parquet files. */
  public static Optional<org.apache.spark.sql.Dataset<Row>> table(
      SparkContext spark, DataLocation location, DataPart part) {
    String path = location.path();
    try {
      if (path.startsWith(TABLE)) {
        return Optional.of(session(spark).table(path.substring(TABLE.length())));
      }
      if (path.startsWith("embedded:")) {
        return Optional.empty();
      }
      DataFolder data = DataFolder.of(spark, path);
      Path folder = data.part(part);
      return ParquetFolder.is(data.files(), folder)
          ? Optional.of(ParquetFolder.read(session(spark), data, folder))
          : Optional.empty();
    } catch (IOException e) {
      throw unreadable(path, e);
    } catch (Exception e) {
      // Scala throws checked exceptions that no signature mentions.
      if (e instanceof AnalysisException) {
        throw new DataException(
            "data.path: got '" + path + "': " + e.getMessage().lines().findFirst().orElse(""), e);
      }
      throw DataFailures.within(e);
    }
  }

  /** The names in a table's column of labels, if that holds texts, in the order of folders. */
  static List<String> classNames(org.apache.spark.sql.Dataset<Row> table, DataLocation location) {
    return ClassNames.inOrder(LabelNames.of(table, location.columns().label()));
  }

  /** What lies beside the data of a part and is not read, a sentence each. */
  static List<String> notes(SparkContext spark, DataLocation location, DataPart part) {
    String path = location.path();
    if (part == DataPart.TEST || path.startsWith(TABLE) || path.startsWith("embedded:")) {
      return List.of();
    }
    try {
      return DataFolder.of(spark, path).notes();
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  /**
   * True if the data has a test set apart from what it is trained on; not for tables, which have no
   * parts. Whether it is a good one is found on opening it.
   *
   * @throws DataException if nothing is there, or it cannot be read
   */
  public static boolean hasTest(SparkContext spark, String path) {
    if (path.startsWith("embedded:") || path.startsWith(TABLE)) {
      return path.startsWith("embedded:");
    }
    try {
      return DataFolder.of(spark, path).test().isPresent();
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  /**
   * The data as examples that can be read by their index: all but tables.
   *
   * @throws DataException if it is none of those, or a file is bad
   */
  public static ExampleSource examples(SparkContext spark, DataLocation location, DataPart part) {
    return examples(spark, location, part, true);
  }

  /**
   * The names of the classes of training data, in the order of their numbers; empty if it has
   * numbers only, or cannot be read: opening it then says why.
   */
  public static List<String> classNames(SparkContext spark, DataLocation location) {
    String path = location.path();
    if (path.startsWith("embedded:")) {
      return List.of();
    }
    try {
      Optional<org.apache.spark.sql.Dataset<Row>> table = table(spark, location, DataPart.TRAIN);
      if (table.isPresent()) {
        return classNames(table.get(), location);
      }
      DataFolder data = DataFolder.of(spark, path);
      Path folder = data.part(DataPart.TRAIN);
      FileSystem files = data.files();
      FolderContents contents = new FolderContents(List.of(files.listStatus(folder)));
      if (contents.isIdx()) {
        return List.of();
      }
      return contents.isCifar(DataPart.TRAIN)
          ? CifarSource.classes(files, folder)
          : classes(data, folder);
    } catch (IOException | DataException e) {
      return List.of();
    }
  }

  /**
   * The same, to be predicted only if {@code labelled} is false: a file of images is enough then,
   * and images may lie in no folder, or in other folders than those of classes.
   */
  public static ExampleSource examples(
      SparkContext spark, DataLocation location, DataPart part, boolean labelled) {
    String path = location.path();
    JavaSparkContext java = JavaSparkContext.fromSparkContext(spark);
    if (path.startsWith("embedded:")) {
      if (!path.equals(EmbeddedMnist.PATH)) {
        throw new DataException("data.path: got " + path + ", expected " + EmbeddedMnist.PATH);
      }
      location.expectOneImageAndLabel();
      return new EmbeddedMnist(part);
    }
    try {
      DataFolder data = DataFolder.of(spark, path);
      boolean file = !labelled && isFile(spark, path);
      Path folder = file ? data.root() : data.part(part);
      FileSystem files = data.files();
      if (file) {
        location.expectOneInput();
        return IdxFiles.images(java, files, folder);
      }
      FolderContents contents = new FolderContents(List.of(files.listStatus(folder)));
      if (contents.isIdx()) {
        return IdxFiles.open(java, folder.toString(), part, location.model());
      }
      location.expectOneImageAndLabel();
      if (contents.isCifar(DataPart.TRAIN) || contents.isCifar(DataPart.TEST)) {
        return CifarSource.open(java, files, contents.all(), part);
      }
      return images(java, data, folder, location, labelled);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
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
    } catch (RuntimeException | NoClassDefFoundError e) {
      return false; // no path, or none of a known file system, which opening it tells
    }
  }

  private static ExampleSource images(
      JavaSparkContext spark, DataFolder data, Path folder, DataLocation location, boolean labelled)
      throws IOException {
    FileSystem files = data.files();
    List<String> there = classes(data, folder);
    boolean loose = ImageFolders.holdsImages(files, folder);
    if (there.isEmpty() && !loose) {
      String nearest = new FolderContents(List.of(files.listStatus(folder))).nearest();
      throw new DataException(
          "data.path: got nothing to read in " + folder + ", " + EXPECTED + nearest);
    }
    // Folders are numbered by the model's class names, or by the folders of a training set beside
    // them.
    List<String> known =
        location.classes().isEmpty() && !folder.equals(data.root())
            ? classes(data, data.part(DataPart.TRAIN))
            : location.classes();
    List<String> classes = known.isEmpty() ? there : known;
    boolean byClass = !known.isEmpty() && !loose && new HashSet<>(known).containsAll(there);
    if (!labelled && !byClass) {
      return sound(
          spark, location, ImageFolders.unlabelled(spark, files, folder, location.shape()));
    }
    if (there.isEmpty()) {
      throw new DataException(
          "data.path: got images without folders of classes in "
              + folder
              + ", "
              + EXPECTED
              + "; predict takes images without classes");
    }
    return sound(
        spark,
        location,
        ImageFolders.open(spark, files, folder, there, classes, location.shape(), !labelled));
  }

  private static ImageFolders sound(
      JavaSparkContext spark, DataLocation location, ImageFolders images) {
    return location.onDamaged() == OnDamaged.SKIP ? images.sound(spark) : images;
  }

  /** Names of the folders of a part, sorted. */
  private static List<String> classes(DataFolder data, Path folder) throws IOException {
    return ImageFolders.classes(data.files(), folder).stream()
        .filter(name -> data.isOf(folder, name))
        .toList();
  }

  private static SparkSession session(SparkContext spark) {
    KryoClasses.expectTablesUsable(spark.getConf());
    // Takes the context that is there.
    return SparkSession.builder().getOrCreate();
  }

  private static DataException unreadable(String path, IOException e) {
    return new DataException("data.path: cannot read " + path + ": " + e.getMessage(), e);
  }
}
