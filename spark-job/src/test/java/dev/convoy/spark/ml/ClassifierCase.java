package dev.convoy.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Digits in a table, and what the command line makes of them. */
abstract class ClassifierCase {
  @TempDir static Path folder;

  static Path data;

  static String job;

  static String commandLine;

  static SparkSession spark;

  /** The command line trains first: it starts a Spark of its own in this JVM. */
  @BeforeAll
  static void trainOnTheCommandLine() throws Exception {
    data = Digits.write(folder.resolve("data"), 90);
    job = Digits.JOB.formatted(data);
    Path file = Files.writeString(folder.resolve("job.yaml"), job);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    System.setProperty("spark.ui.enabled", "false");
    String[] args = {
      "train", "--config", file.toString(), "--output", folder + "/run", "--master", "local[2]"
    };
    assertThat(Main.run(args, out, out)).as(said.toString(StandardCharsets.UTF_8)).isZero();
    commandLine =
        new ObjectMapper()
            .readTree(folder.resolve("run/result.json").toFile())
            .get("weightsSha256")
            .asText();
    spark = SparkForTests.session("local[2]");
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  static ConvoyClassifier classifier() {
    return new ConvoyClassifier().setModel(job).setKeyCol("id");
  }

  static Dataset<Row> table(Digits.Form form, int seed) throws Exception {
    return Digits.table(spark, data, form, seed);
  }

  static void refused(ConvoyClassifier classifier, Dataset<Row> table, String... words) {
    assertThatThrownBy(() -> classifier.fit(table))
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(words));
  }
}
