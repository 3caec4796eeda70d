package dev.convoy.spark.cli;

import dev.convoy.spark.cli.PredictionFormat.Kind;
import dev.convoy.spark.data.Failures;
import dev.convoy.spark.data.OrderedExamples;
import dev.convoy.spark.job.Texts;
import dev.convoy.spark.job.UserError;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * Where predictions go. Lines of CSV and JSON pass through the driver, a wave of partitions at a
 * time; Parquet is written by the executors.
 */
final class PredictionOutput {
  /** What Hadoop's committer puts into a folder at last, and what it removes then. */
  private static final String FINISHED = "_SUCCESS";

  private static final String UNFINISHED = "_temporary";

  private final String output;
  private final Kind kind;

  /**
   * @param output file or, for Parquet, folder; null for CSV on the console
   * @throws UserError if it does not say which format, or cannot be written
   */
  PredictionOutput(String output) {
    this.output = output;
    this.kind = output == null ? Kind.CSV : kind(output);
  }

  private static Kind kind(String output) {
    String name = output.toLowerCase(Locale.ROOT);
    if (name.endsWith(".csv")) {
      return Kind.CSV;
    }
    if (name.endsWith(".json") || name.endsWith(".jsonl")) {
      return Kind.JSON;
    }
    if (name.endsWith(".parquet")) {
      return Kind.PARQUET;
    }
    throw new UserError(
        "--output: got '" + output + "', expected a name in .csv, .json, .jsonl or .parquet");
  }

  Kind kind() {
    return kind;
  }

  /** Refuses what cannot be written, before anything is computed. */
  void check() {
    if (output == null) {
      return;
    }
    Path path = HadoopFiles.path("--output", output);
    try (FileSystem files = HadoopFiles.open("--output", path)) {
      if (kind == Kind.PARQUET) {
        expectNew(files, path);
      } else if (files.exists(path) && files.getFileStatus(path).isDirectory()) {
        throw new UserError("--output: " + output + " is a folder, expected a file");
      }
      HadoopFiles.expectWritable("--output", files, hidden(path, ".probe"));
    } catch (IOException e) {
      throw new UserError("--output: cannot write " + output + ": " + Texts.firstLine(e), e);
    }
  }

  private void expectNew(FileSystem files, Path path) throws IOException {
    if (files.exists(path) && !isLeftover(files, path)) {
      throw new UserError(
          "--output: "
              + output
              + " is there already, expected a new name: folders are not replaced");
    }
  }

  /** True for a folder that holds no more than what a killed job leaves behind. */
  private static boolean isLeftover(FileSystem files, Path path) throws IOException {
    return files.getFileStatus(path).isDirectory()
        && Arrays.stream(files.listStatus(path))
            .allMatch(file -> file.getPath().getName().equals(UNFINISHED));
  }

  private static Path hidden(Path path, String ending) {
    return new Path(path.getParent(), "." + path.getName() + ending);
  }

  /**
   * Predicts all of {@code examples}.
   *
   * @throws OutputException if writing fails
   */
  void write(
      SparkContext spark,
      OrderedExamples examples,
      ForwardPass.Recipe recipe,
      PredictionFormat format,
      PrintStream console) {
    try {
      if (output == null) {
        lines(examples, recipe, format, bytes -> print(bytes, console));
        return;
      }
      Path path = HadoopFiles.path("--output", output);
      try (FileSystem files = HadoopFiles.open("--output", path)) {
        if (kind == Kind.PARQUET) {
          table(spark, files, path, examples, new PredictTask.Rows(recipe, format));
        } else {
          file(files, path, examples, recipe, format);
        }
      }
    } catch (IOException e) {
      throw OutputException.writing(output, e);
    }
  }

  private static void lines(
      OrderedExamples examples,
      ForwardPass.Recipe recipe,
      PredictionFormat format,
      OrderedExamples.Sink sink)
      throws IOException {
    sink.take(format.header().getBytes(StandardCharsets.UTF_8));
    examples.inOrder(new PredictTask(recipe, format), sink);
  }

  /** A print stream throws nothing: whoever does not ask never hears that nobody listens. */
  private static void print(byte[] bytes, PrintStream console) {
    console.write(bytes, 0, bytes.length);
    if (console.checkError()) {
      throw new OutputException(
          "standard output: the predictions cannot be written, those so far are cut short; is its"
              + " disk full, or did its reader end?",
          null);
    }
  }

  /** Under a temporary name first: what has the right name is whole. */
  private static void file(
      FileSystem files,
      Path path,
      OrderedExamples examples,
      ForwardPass.Recipe recipe,
      PredictionFormat format)
      throws IOException {
    Path growing = hidden(path, ".tmp");
    boolean whole = false;
    try {
      try (OutputStream out = files.create(growing, true)) {
        lines(examples, recipe, format, out::write);
      }
      whole = true;
    } finally {
      if (!whole) {
        files.delete(growing, false);
      }
    }
    try {
      HadoopFiles.replace(files, growing, path);
    } catch (IOException e) {
      // From here on the temporary file may be all there is.
      throw new OutputException(
          "--output: the predictions are complete in "
              + growing
              + ", which cannot be renamed to "
              + path
              + ": "
              + Texts.firstLine(e)
              + "; rename it by hand",
          e);
    }
  }

  private void table(
      SparkContext spark,
      FileSystem files,
      Path path,
      OrderedExamples examples,
      PredictTask.Rows rows)
      throws IOException {
    expectNew(files, path);
    files.delete(path, true);
    boolean whole = false;
    try {
      // Takes the context that is there.
      SparkSession.builder()
          .getOrCreate()
          .createDataFrame(examples.runs().toJavaRDD().mapPartitions(rows), rows.format().schema())
          .write()
          .mode(SaveMode.ErrorIfExists)
          .parquet(output);
      whole = true;
    } catch (Exception e) {
      // Scala throws checked exceptions that no signature mentions.
      throw Failures.data(e)
          .<RuntimeException>map(data -> data)
          .orElseGet(() -> OutputException.writing(output, e));
    } finally {
      if (!whole && !files.exists(new Path(path, FINISHED))) {
        files.delete(path, true);
      }
    }
  }
}
