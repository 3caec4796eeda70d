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
      boolean there = files.exists(path);
      if (kind == Kind.PARQUET && there) {
        throw new UserError(
            "--output: "
                + output
                + " is there already, expected a new name: folders are not replaced");
      }
      if (there && files.getFileStatus(path).isDirectory()) {
        throw new UserError("--output: " + output + " is a folder, expected a file");
      }
      if (kind != Kind.PARQUET) {
        HadoopFiles.expectWritable("--output", files, temporary(path));
      }
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private static Path temporary(Path path) {
    return new Path(path.getParent(), "." + path.getName() + ".tmp");
  }

  private UserError unusable(Exception e) {
    return new UserError("--output: cannot write " + output + ": " + Texts.firstLine(e), e);
  }

  /** Predicts all of {@code examples}. */
  void write(
      SparkContext spark,
      OrderedExamples examples,
      ForwardPass.Recipe recipe,
      PredictionFormat format,
      PrintStream console) {
    if (kind == Kind.PARQUET) {
      table(spark, examples, recipe, format);
      return;
    }
    try {
      if (output == null) {
        lines(examples, recipe, format, console);
        console.flush();
      } else {
        file(examples, recipe, format);
      }
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private static void lines(
      OrderedExamples examples, ForwardPass.Recipe recipe, PredictionFormat format, OutputStream to)
      throws IOException {
    to.write(format.header().getBytes(StandardCharsets.UTF_8));
    examples.inOrder(new PredictTask(recipe, format), to::write);
  }

  /** Under a temporary name first: what has the right name is whole. */
  private void file(OrderedExamples examples, ForwardPass.Recipe recipe, PredictionFormat format)
      throws IOException {
    Path path = HadoopFiles.path("--output", output);
    Path growing = temporary(path);
    try (FileSystem files = HadoopFiles.open("--output", path)) {
      boolean whole = false;
      try {
        try (OutputStream out = files.create(growing, true)) {
          lines(examples, recipe, format, out);
        }
        files.delete(path, false);
        whole = files.rename(growing, path);
      } finally {
        if (!whole) {
          files.delete(growing, false);
        }
      }
      if (!whole) {
        throw new IOException("cannot rename " + growing + " to " + path);
      }
    }
  }

  private void table(
      SparkContext spark,
      OrderedExamples examples,
      ForwardPass.Recipe recipe,
      PredictionFormat format) {
    try {
      // Takes the context that is there.
      SparkSession.builder()
          .getOrCreate()
          .createDataFrame(
              examples.runs().toJavaRDD().mapPartitions(new PredictTask.Rows(recipe, format)),
              format.schema())
          .write()
          .mode(SaveMode.ErrorIfExists)
          .parquet(output);
    } catch (Exception e) {
      throw Failures.within(e);
    }
  }
}
