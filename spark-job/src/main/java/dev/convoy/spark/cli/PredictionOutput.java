package dev.convoy.spark.cli;

import dev.convoy.spark.data.OrderedExamples;
import dev.convoy.spark.data.source.DataFailures;
import dev.convoy.spark.job.Texts;
import dev.convoy.spark.job.UserError;
import dev.convoy.spark.predict.ForwardPass;
import dev.convoy.spark.predict.PredictTask;
import dev.convoy.spark.predict.PredictionFormat;
import dev.convoy.spark.predict.PredictionFormat.Kind;
import dev.convoy.spark.run.HadoopFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * Where predictions go. Lines of CSV and JSON pass through the driver, a wave of partitions at a
 * time; Parquet is written by the executors.
 */
final class PredictionOutput {
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
      HadoopFiles.expectWritable("--output", files, hidden(path));
    } catch (IOException e) {
      throw new UserError("--output: cannot write " + output + ": " + Texts.firstLine(e), e);
    }
  }

  private void expectNew(FileSystem files, Path path) throws IOException {
    if (files.exists(path)) {
      throw new UserError(
          "--output: "
              + output
              + " is there already, expected a new name: folders are not replaced");
    }
  }

  /** A name beside {@code path} that no other command has: they may run at the same time. */
  private static Path hidden(Path path) {
    String unique = Long.toHexString(UUID.randomUUID().getMostSignificantBits());
    return new Path(path.getParent(), "." + path.getName() + "." + unique + ".tmp");
  }

  /**
   * Predicts all of {@code examples}.
   *
   * @throws OutputException if writing fails
   */
  void write(
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
          table(files, path, examples, new PredictTask.Rows(recipe, format));
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

  private static void file(
      FileSystem files,
      Path path,
      OrderedExamples examples,
      ForwardPass.Recipe recipe,
      PredictionFormat format)
      throws IOException {
    whole(
        files,
        path,
        growing -> {
          try (OutputStream out = files.create(growing, false)) {
            lines(examples, recipe, format, out::write);
          }
        },
        growing -> HadoopFiles.replace(files, growing, path));
  }

  private void table(FileSystem files, Path path, OrderedExamples examples, PredictTask.Rows rows)
      throws IOException {
    expectNew(files, path);
    whole(
        files,
        path,
        growing -> parquet(examples, rows, files.makeQualified(growing)),
        growing -> HadoopFiles.rename(files, growing, path));
  }

  private void parquet(OrderedExamples examples, PredictTask.Rows rows, Path folder) {
    try {
      // Takes the context that is there.
      SparkSession.builder()
          .getOrCreate()
          .createDataFrame(examples.runs().toJavaRDD().mapPartitions(rows), rows.format().schema())
          .write()
          .mode(SaveMode.ErrorIfExists)
          .parquet(folder.toString());
    } catch (Exception e) {
      // Scala throws checked exceptions that no signature mentions.
      throw DataFailures.data(e)
          .<RuntimeException>map(data -> data)
          .orElseGet(() -> OutputException.writing(output, e));
    }
  }

  /** Does something to a file or folder. */
  @FunctionalInterface
  private interface Action {
    void on(Path path) throws IOException;
  }

  /** Writes under a temporary name first: what has the right name is whole. */
  private static void whole(FileSystem files, Path path, Action write, Action rename)
      throws IOException {
    Path growing = hidden(path);
    try {
      write.on(growing);
    } catch (Throwable e) {
      discard(files, growing, e);
      throw e;
    }
    try {
      rename.on(growing);
    } catch (IOException | RuntimeException e) {
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

  private static void discard(FileSystem files, Path growing, Throwable why) {
    try {
      files.delete(growing, true);
    } catch (IOException | RuntimeException e) {
      why.addSuppressed(e);
    }
  }
}
