package dev.convoy.spark.data.source;

import dev.convoy.engine.data.DataException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The images that lie in folders, and a count of everything else that lies there: nothing is left
 * out without a word. On the driver.
 */
final class ImageListing {
  static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg", ".gif", ".bmp");
  static final int MOST_DEPTH = 20;
  private static final int MOST_FILES = 20_000_000;
  private static final int MOST_KINDS = 8;

  private final FileSystem files;
  private final Path root;
  private final List<String> names = new ArrayList<>();
  private final Map<String, Found> others = new TreeMap<>();

  /** How many there are of a kind, and the first of them. */
  private record Found(int count, String first) {
    Found and(String name) {
      return new Found(count + 1, first.compareTo(name) < 0 ? first : name);
    }
  }

  ImageListing(FileSystem files, Path root) {
    this.files = files;
    this.root = root;
  }

  /** True if a file of this name is an image. */
  static boolean isImage(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return !hidden(name) && ENDINGS.stream().anyMatch(lower::endsWith);
  }

  static boolean hidden(String name) {
    return name.startsWith(".") || name.startsWith("_");
  }

  /** A path in {@code root}, whose colons are no end of a scheme. */
  static Path within(Path root, String name) {
    return new Path(root, new Path(null, null, name));
  }

  /** Paths of the images in {@code root}. */
  List<String> names() {
    return names;
  }

  /** Sorts the names from {@code first} on. */
  void sortFrom(int first) {
    names.subList(first, names.size()).sort(null);
  }

  /**
   * Adds the images in a folder.
   *
   * @param prefix the folder's path in {@code root}: empty, or with a slash at its end
   * @param depth of folders within it to look into
   * @throws DataException if folders lie too deep, or there are too many images
   */
  void add(String prefix, int depth) throws IOException {
    Path folder = prefix.isEmpty() ? root : within(root, prefix);
    Set<String> listed = new HashSet<>();
    for (FileStatus status : files.listStatus(folder)) {
      String name = status.getPath().getName();
      listed.add(name);
      if (hidden(name)) {
        continue;
      }
      if (status.isDirectory()) {
        folder(prefix + name, depth);
      } else if (isImage(name)) {
        names.add(prefix + name);
      } else {
        other(kind(name), prefix + name);
      }
    }
    addUnlisted(folder, prefix, listed);
    if (names.size() > MOST_FILES) {
      throw new DataException(
          root + ": got more than " + MOST_FILES + " images, expected a table of so many");
    }
  }

  private void folder(String name, int depth) throws IOException {
    if (depth == 1) {
      throw new DataException(
          within(root, name).getParent()
              + ": got folders in more than "
              + (MOST_DEPTH - 1)
              + " folders, expected fewer; does a link lead back?");
    }
    if (depth > 1) {
      add(name + "/", depth - 1);
    } else if (name.contains("/")) {
      other("folders within classes", name);
    }
  }

  /** Hadoop does not list what leads nowhere, nor names that are not text. */
  private void addUnlisted(Path folder, String prefix, Set<String> listed) throws IOException {
    if (!files.getScheme().equals("file")) {
      return;
    }
    java.nio.file.Path here = java.nio.file.Path.of(folder.toUri().getPath());
    try (DirectoryStream<java.nio.file.Path> all = Files.newDirectoryStream(here)) {
      for (java.nio.file.Path entry : all) {
        String name = entry.getFileName().toString();
        if (!hidden(name) && !listed.contains(name)) {
          other("links that lead nowhere or names that are not text", prefix + name);
        }
      }
    }
  }

  private static String kind(String name) {
    int dot = name.lastIndexOf('.');
    return dot < 1 ? "files without an ending" : name.substring(dot).toLowerCase(Locale.ROOT);
  }

  private void other(String kind, String name) {
    others.merge(kind, new Found(1, name), (old, one) -> old.and(one.first()));
  }

  /** What a user should know, a sentence each. */
  List<String> notes() {
    return others.isEmpty() ? List.of() : List.of(leftOut());
  }

  /** What was left out, in words; empty if nothing was. */
  String leftOut() {
    if (others.isEmpty()) {
      return "";
    }
    List<String> kinds = new ArrayList<>();
    int count = 0;
    for (Map.Entry<String, Found> kind : others.entrySet()) {
      Found found = kind.getValue();
      count += found.count();
      if (kinds.size() < MOST_KINDS) {
        kinds.add(found.count() + " " + kind.getKey() + " (" + found.first() + ")");
      }
    }
    return root
        + ": left out "
        + count
        + " that are no images to read: "
        + String.join(", ", kinds)
        + (others.size() > MOST_KINDS ? ", ..." : "")
        + "; images end in "
        + String.join(", ", ENDINGS);
  }
}
