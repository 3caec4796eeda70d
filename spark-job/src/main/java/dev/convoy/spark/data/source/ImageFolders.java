package dev.convoy.spark.data.source;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.data.image.Images;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Images in folders by class: {@code cat/1.png}, {@code dog/2.jpg}. Classes are numbered in the
 * order of their folders' names, examples in the order of their paths (by UTF-16 code unit), so
 * that neither depends on how a file system lists them. The driver knows the names; executors read
 * the files, and make each the size and the channels of the model's input.
 */
public final class ImageFolders implements ExampleSource {
  private static final long serialVersionUID = 1L;
  private static final int MOST_FILES = 20_000_000;
  private static final int MOST_DEPTH = 20;
  private static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg", ".gif", ".bmp");

  private final String root;
  private final int height;
  private final int width;
  private final int channels;
  private final boolean labelled;
  private final long[] firsts;
  private final Broadcast<String[]> names;
  private final Broadcast<SerializableConfiguration> configuration;

  private ImageFolders(
      JavaSparkContext spark,
      String root,
      Shape shape,
      boolean labelled,
      long[] firsts,
      List<String> names) {
    this.root = root;
    this.labelled = labelled;
    this.height = shape.height();
    this.width = shape.width();
    this.channels = shape.channels();
    this.firsts = firsts;
    this.names = spark.broadcast(names.toArray(new String[0]));
    this.configuration = SerializableConfiguration.broadcast(spark.sc());
  }

  /** True if a file of this name is an image. */
  static boolean isImage(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return !hidden(name) && ENDINGS.stream().anyMatch(lower::endsWith);
  }

  private static boolean hidden(String name) {
    return name.startsWith(".") || name.startsWith("_");
  }

  /** Names of the folders in {@code folder}, sorted. */
  public static List<String> classes(FileSystem files, Path folder) throws IOException {
    List<String> classes = new ArrayList<>();
    for (FileStatus status : files.listStatus(folder)) {
      if (status.isDirectory() && !hidden(status.getPath().getName())) {
        classes.add(status.getPath().getName());
      }
    }
    classes.sort(null);
    return classes;
  }

  /**
   * Lists the images of each class.
   *
   * @param there names of the class folders in {@code root}
   * @param classes names of all class folders, in the order of their numbers; those that are not
   *     {@code there} have no images here
   * @param shape that images are made
   * @param deep true to look into folders within those folders, too
   */
  public static ImageFolders open(
      JavaSparkContext spark,
      FileSystem files,
      Path root,
      List<String> there,
      List<String> classes,
      Shape shape,
      boolean deep)
      throws IOException {
    Set<String> known = new HashSet<>(classes);
    for (String name : there) {
      if (!known.contains(name)) {
        throw new DataException(
            root
                + ": got a folder '"
                + name
                + "', expected one of the training classes "
                + String.join(", ", classes));
      }
      if (!TrainedModel.isClassName(name)) {
        throw new DataException(
            root
                + ": got a folder of a class whose name is not "
                + TrainedModel.CLASS_NAME
                + "; rename it");
      }
    }
    // Nothing is opened but what the listing named: names of classes come from elsewhere.
    known.retainAll(there);
    List<String> names = new ArrayList<>();
    long[] firsts = new long[classes.size() + 1];
    for (int c = 0; c < classes.size(); c++) {
      if (known.remove(classes.get(c))) {
        collect(files, root, classes.get(c) + "/", deep ? MOST_DEPTH : 0, names);
      }
      names.subList((int) firsts[c], names.size()).sort(null);
      firsts[c + 1] = names.size();
    }
    expectSome(root, names, classes.toString());
    return new ImageFolders(spark, root.toString(), shape, true, firsts, names);
  }

  /** Lists the images in {@code root} and in all folders below, which are no classes. */
  public static ImageFolders unlabelled(
      JavaSparkContext spark, FileSystem files, Path root, Shape shape) throws IOException {
    List<String> names = new ArrayList<>();
    collect(files, root, "", MOST_DEPTH, names);
    names.sort(null);
    expectSome(root, names, "it or " + classes(files, root));
    long[] firsts = {0, names.size()};
    return new ImageFolders(spark, root.toString(), shape, false, firsts, names);
  }

  /** True if images lie in {@code folder} itself. */
  public static boolean holdsImages(FileSystem files, Path folder) throws IOException {
    List<String> names = new ArrayList<>();
    collect(files, folder, "", 0, names);
    return !names.isEmpty();
  }

  /**
   * Adds the images in a folder.
   *
   * @param prefix the folder's path in {@code root}: empty, or with a slash at its end
   * @param depth of folders within it to look into
   */
  private static void collect(
      FileSystem files, Path root, String prefix, int depth, List<String> names)
      throws IOException {
    Path folder = prefix.isEmpty() ? root : within(root, prefix);
    for (FileStatus status : files.listStatus(folder)) {
      String name = status.getPath().getName();
      if (status.isFile() && isImage(name)) {
        names.add(prefix + name);
      } else if (status.isDirectory() && !hidden(name) && depth > 0) {
        if (depth == 1) {
          throw new DataException(
              folder
                  + ": got folders in more than "
                  + (MOST_DEPTH - 1)
                  + " folders, expected fewer; does a link lead back?");
        }
        collect(files, root, prefix + name + "/", depth - 1, names);
      }
    }
    if (names.size() > MOST_FILES) {
      throw new DataException(
          root + ": got more than " + MOST_FILES + " images, expected a table of so many");
    }
  }

  private static void expectSome(Path root, List<String> names, String where) {
    if (names.isEmpty()) {
      throw new DataException(
          root
              + ": got folders without images, expected files in "
              + String.join(", ", ENDINGS)
              + " in "
              + where);
    }
  }

  @Override
  public boolean labelled() {
    return labelled;
  }

  @Override
  public Shape shape() {
    return new Shape(height, width, channels);
  }

  @Override
  public long examples() {
    return firsts[firsts.length - 1];
  }

  @Override
  public String labelPlace(long index) {
    return name(index);
  }

  @Override
  public String name(long index) {
    return names.value()[(int) index];
  }

  @Override
  public void close() {
    names.destroy();
    configuration.destroy();
  }

  private int classOf(long index) {
    int label = 0;
    while (index >= firsts[label + 1]) {
      label++;
    }
    return label;
  }

  @Override
  public Reader open() throws IOException {
    Path folder = new Path(root);
    FileSystem files = folder.getFileSystem(configuration.value().value());
    Shape shape = shape();
    return (first, count, pixels, labels, at) -> {
      for (int i = 0; i < count; i++) {
        byte[] image = Images.decode(name(first + i), read(files, name(first + i)), shape);
        System.arraycopy(image, 0, pixels, (at + i) * image.length, image.length);
        labels[at + i] = classOf(first + i);
      }
    };
  }

  /** A path in {@code root}, whose colons are no end of a scheme. */
  private static Path within(Path root, String name) {
    return new Path(root, new Path(null, null, name));
  }

  private byte[] read(FileSystem files, String name) throws IOException {
    Path path = within(new Path(root), name);
    // Hadoop cannot name the checksum file beside one whose name has a colon.
    boolean unchecked = path.getName().contains(":") && files instanceof ChecksumFileSystem;
    FileSystem from = unchecked ? ((ChecksumFileSystem) files).getRawFileSystem() : files;
    try (InputStream in = from.open(path)) {
      byte[] file = in.readNBytes(Images.MAX_BYTES + 1);
      if (file.length > Images.MAX_BYTES) {
        throw new DataException(
            name + ": got more than " + Images.MAX_BYTES + " bytes, expected an image");
      }
      return file;
    } catch (FileNotFoundException e) {
      throw DataFailures.unseen(path.toString(), e);
    }
  }
}
