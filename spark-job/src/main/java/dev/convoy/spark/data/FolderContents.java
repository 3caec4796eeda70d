package dev.convoy.spark.data;

import dev.convoy.spark.data.source.CifarSource;
import dev.convoy.spark.data.source.DataPart;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;

/**
 * What the files in a folder are, by their names.
 *
 * @param all files and folders in it
 */
record FolderContents(List<FileStatus> all) {
  private static final Pattern IDX = Pattern.compile("[^.]*-images([-.]idx.*|(\\.gz)?)");
  private static final Pattern EMNIST =
      Pattern.compile("emnist-.*-(train|test)-(images|labels)-idx.*");
  private static final Pattern INTEGERS = Pattern.compile(".*-idx[0-9]-int(\\.gz)?");
  private static final Pattern PACKED = Pattern.compile(".*\\.(zip|tar|tgz|tar\\.gz|7z|rar)");
  private static final Pattern TEXT =
      Pattern.compile(".*\\.(csv|json|jsonl|npy|npz|arrow|orc|avro)");

  private boolean holds(Predicate<String> wanted) {
    return !names(wanted).isEmpty();
  }

  /** Names of files, sorted. */
  private List<String> names(Predicate<String> wanted) {
    return all.stream()
        .filter(FileStatus::isFile)
        .map(file -> file.getPath().getName())
        .filter(wanted)
        .sorted()
        .toList();
  }

  /** True if files of images in the IDX format are there. */
  boolean isIdx() {
    return holds(name -> IDX.matcher(name).matches());
  }

  /** True if there are CIFAR-10's files of a part. */
  boolean isCifar(DataPart part) {
    return holds(name -> CifarSource.isPart(name, part));
  }

  /** What could be made of files that are not read, in words; empty without such. */
  String nearest() {
    List<String> hints = new ArrayList<>();
    if (holds(name -> EMNIST.matcher(name).matches())) {
      hints.add(
          "EMNIST's files are IDX: call those of one split train-images-idx3-ubyte,"
              + " train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte; its"
              + " images lie transposed, and its letters' labels begin at 1");
    }
    if (holds(name -> INTEGERS.matcher(name).matches())) {
      hints.add(
          "QMNIST's idx2-int has eight numbers a label: write the first of them as idx1-ubyte");
    }
    if (holds("train.bin"::equals)) {
      hints.add(
          "CIFAR-100's train.bin has two labels a record: write it as a folder of images for each"
              + " class, or as Parquet");
    }
    List<String> packed = names(name -> PACKED.matcher(name).matches());
    if (!packed.isEmpty()) {
      hints.add("unpack " + String.join(", ", packed));
    }
    List<String> text = names(name -> TEXT.matcher(name).matches());
    if (!text.isEmpty()) {
      hints.add(
          text.get(0) + " is read as a table of Spark SQL: table:NAME, or write it as Parquet");
    }
    return hints.isEmpty() ? "" : "; " + String.join("; ", hints);
  }
}
