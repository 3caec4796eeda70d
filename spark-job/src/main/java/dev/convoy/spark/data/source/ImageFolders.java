package dev.convoy.spark.data.source;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.data.image.ImageException;
import dev.convoy.spark.data.image.Images;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * Images in folders by class: {@code cat/1.png}, {@code dog/2.jpg}. Classes are numbered in the
 * order of their folders' names, examples in the order of their paths (by UTF-16 code unit), so
 * that neither depends on how a file system lists them. The driver knows the names; executors read
 * the files, and make each the size and the channels of the model's input.
 */
public final class ImageFolders implements ExampleSource {
  private static final long serialVersionUID = 1L;
  private static final int MOST_NAMED = 10;

  private final String root;
  private final int height;
  private final int width;
  private final int channels;
  private final boolean labelled;
  private final long[] firsts;
  private final transient List<String> notes;
  private final transient List<String> leftOut;
  private final Broadcast<String[]> names;
  private final Broadcast<SerializableConfiguration> configuration;

  private ImageFolders(
      JavaSparkContext spark,
      String root,
      Shape shape,
      boolean labelled,
      long[] firsts,
      List<String> names,
      List<String> notes) {
    this(spark, root, shape, labelled, firsts, names, notes, List.of());
  }

  private ImageFolders(
      JavaSparkContext spark,
      String root,
      Shape shape,
      boolean labelled,
      long[] firsts,
      List<String> names,
      List<String> notes,
      List<String> leftOut) {
    this.root = root;
    this.labelled = labelled;
    this.height = shape.height();
    this.width = shape.width();
    this.channels = shape.channels();
    this.firsts = firsts;
    this.notes = notes;
    this.leftOut = leftOut;
    this.names = spark.broadcast(names.toArray(new String[0]));
    this.configuration = SerializableConfiguration.broadcast(spark.sc());
  }

  /**
   * Names of the folders in {@code folder}, in the order in which classes are numbered: by the
   * numbers that they are, if all are, else by their UTF-16 code units.
   */
  public static List<String> classes(FileSystem files, Path folder) throws IOException {
    List<String> classes = new ArrayList<>();
    for (FileStatus status : files.listStatus(folder)) {
      if (status.isDirectory() && !ImageListing.hidden(status.getPath().getName())) {
        classes.add(status.getPath().getName());
      }
    }
    return ClassNames.inOrder(classes);
  }

  /**
   * Lists the images of each class.
   *
   * @param there names of the class folders in {@code root}
   * @param classes names of all class folders, in the order of their numbers; those that are not
   *     {@code there} have no images here
   * @param shape that images are made
   * @param deep true to look into folders within those folders, too
   * @throws DataException if a folder is no class, or one of those that are numbered here, a file
   *     or all of the data is empty
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
    ImageListing listing = new ImageListing(files, root);
    List<String> without = new ArrayList<>();
    long[] firsts = new long[classes.size() + 1];
    for (int c = 0; c < classes.size(); c++) {
      int first = (int) firsts[c];
      if (known.remove(classes.get(c))) {
        listing.add(classes.get(c) + "/", deep ? ImageListing.MOST_DEPTH : 0);
      }
      listing.sortFrom(first);
      firsts[c + 1] = listing.names().size();
      if (firsts[c + 1] == first) {
        without.add(classes.get(c));
      }
    }
    expectSome(root, listing, classes.toString());
    if (there.equals(classes) && !without.isEmpty()) {
      throw new DataException(
          "data.path: got folders of classes without images in "
              + root
              + ": "
              + some(without)
              + ", expected images in each"
              + (listing.leftOut().isEmpty() ? "" : " (" + listing.leftOut() + ")")
              + "; remove those folders, or keep a training set in a folder train and a test set in"
              + " test beside it");
    }
    return new ImageFolders(
        spark, root.toString(), shape, true, firsts, listing.names(), listing.notes());
  }

  /** Lists the images in {@code root} and in all folders below, which are no classes. */
  public static ImageFolders unlabelled(
      JavaSparkContext spark, FileSystem files, Path root, Shape shape) throws IOException {
    ImageListing listing = new ImageListing(files, root);
    listing.add("", ImageListing.MOST_DEPTH);
    listing.sortFrom(0);
    expectSome(root, listing, "it or " + classes(files, root));
    long[] firsts = {0, listing.names().size()};
    return new ImageFolders(
        spark, root.toString(), shape, false, firsts, listing.names(), listing.notes());
  }

  /** True if images lie in {@code folder} itself. */
  public static boolean holdsImages(FileSystem files, Path folder) throws IOException {
    for (FileStatus status : files.listStatus(folder)) {
      if (status.isFile() && ImageListing.isImage(status.getPath().getName())) {
        return true;
      }
    }
    return false;
  }

  private static void expectSome(Path root, ImageListing listing, String where) {
    if (listing.names().isEmpty()) {
      throw new DataException(
          root
              + ": got folders without images, expected files in "
              + String.join(", ", ImageListing.ENDINGS)
              + " in "
              + where
              + (listing.leftOut().isEmpty() ? "" : "; " + listing.leftOut()));
    }
  }

  /** The first of them, in words. */
  static String some(List<String> all) {
    List<String> first = all.subList(0, Math.min(MOST_NAMED, all.size()));
    return String.join(", ", first) + (first.size() < all.size() ? ", ..." : "");
  }

  /**
   * The same images without those that cannot be used, which executors look for. This one is
   * closed.
   *
   * @throws DataException if they are more than one in ten, or all of a class
   */
  public ImageFolders sound(JavaSparkContext spark) {
    try {
      List<Tuple2<Long, String>> damaged = DamagedImages.find(spark.sc(), this);
      DamagedImages.expectFew(damaged, examples());
      Set<Long> out = damaged.stream().map(Tuple2::_1).collect(Collectors.toSet());
      List<String> kept = new ArrayList<>();
      long[] bounds = firsts.clone();
      for (int c = 0; c + 1 < firsts.length; c++) {
        for (long i = firsts[c]; i < firsts[c + 1]; i++) {
          if (!out.contains(i)) {
            kept.add(name(i));
          }
        }
        bounds[c + 1] = kept.size();
        if (bounds[c] == bounds[c + 1] && firsts[c] < firsts[c + 1]) {
          throw new DataException(
              "data.onDamaged: got a class of which no image can be used, that of "
                  + name(firsts[c])
                  + ", expected some; fetch its images again");
        }
      }
      List<String> all = new ArrayList<>(notes);
      if (!damaged.isEmpty()) {
        all.add(
            "data.onDamaged: left out "
                + damaged.size()
                + " images of "
                + examples()
                + " that cannot be used: "
                + some(damaged.stream().map(image -> name(image._1())).toList()));
      }
      List<String> why = damaged.stream().map(Tuple2::_2).toList();
      return new ImageFolders(spark, root, shape(), labelled, bounds, kept, all, why);
    } finally {
      close();
    }
  }

  /**
   * Names all images that cannot be used, if that is what happened: one a run would be tiresome.
   */
  @Override
  public RuntimeException explain(SparkContext spark, RuntimeException failure) {
    if (!(failure instanceof ImageException)) {
      return failure;
    }
    List<Tuple2<Long, String>> damaged = DamagedImages.find(spark, this);
    return damaged.isEmpty() ? failure : DamagedImages.refusal(damaged, examples());
  }

  @Override
  public List<String> notes() {
    return notes;
  }

  @Override
  public List<String> leftOut() {
    return leftOut;
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

  private byte[] read(FileSystem files, String name) throws IOException {
    Path path = ImageListing.within(new Path(root), name);
    // Hadoop cannot name the checksum file beside one whose name has a colon.
    boolean unchecked = path.getName().contains(":") && files instanceof ChecksumFileSystem;
    FileSystem from = unchecked ? ((ChecksumFileSystem) files).getRawFileSystem() : files;
    try (InputStream in = from.open(path)) {
      byte[] file = in.readNBytes(Images.MAX_BYTES + 1);
      if (file.length > Images.MAX_BYTES) {
        throw ImageException.tooLarge(name, Images.MAX_BYTES);
      }
      return file;
    } catch (FileNotFoundException e) {
      throw DataFailures.unseen(path.toString(), e);
    }
  }
}
