package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.convoy.engine.data.IdxReader;
import dev.convoy.engine.data.ImageSet;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.ml.ConvoyClassificationModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Training and evaluating tables on the command line. */
class TableRunTest {
  @TempDir static Path folder;
  private static Path idx;
  private static Path tables;
  private static Path job;

  @BeforeAll
  static void writeTables() throws IOException {
    idx = Cli.data(folder.resolve("idx"));
    tables = folder.resolve("tables");
    job = Cli.job(folder, idx);
    SparkSession session = SparkForTests.session("local[2]");
    try {
      write(session, "train", "train");
      write(session, "t10k", "test");
    } finally {
      session.stop();
    }
  }

  private static void write(SparkSession session, String prefix, String part) throws IOException {
    ImageSet set;
    try (InputStream images = Files.newInputStream(idx.resolve(prefix + "-images-idx3-ubyte"));
        InputStream labels = Files.newInputStream(idx.resolve(prefix + "-labels-idx1-ubyte"))) {
      set = IdxReader.read("images", images, "labels", labels, 0);
    }
    List<Row> rows = new ArrayList<>();
    for (int i = set.size() - 1; i >= 0; i--) {
      byte[] pixels = Arrays.copyOfRange(set.pixels(), i * 36, (i + 1) * 36);
      rows.add(RowFactory.create("no, " + (char) ('!' + i), pixels, set.labels()[i]));
    }
    StructType schema =
        new StructType()
            .add("code", DataTypes.StringType)
            .add("pixels", DataTypes.BinaryType)
            .add("digit", DataTypes.IntegerType);
    session.createDataFrame(rows, schema).repartition(3).write().parquet(tables + "/" + part);
  }

  private static String sha(Path run) throws IOException {
    JsonNode result = new ObjectMapper().readTree(run.resolve("result.json").toFile());
    assertThat(result.get("testAccuracy").isNumber()).isTrue();
    return result.get("weightsSha256").asText();
  }

  @Test
  void tablesTrainToTheSameWeights() throws IOException {
    Path one = folder.resolve("one");
    Cli.run("train", "--config", job.toString(), "--output", one.toString(), "--quiet").succeeds();
    String run = folder.resolve("two").toString();
    // Rows are shuffled, and Kryo knows no records.
    System.setProperty("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
    try {
      Cli.run(
              "train",
              "--config",
              job.toString(),
              "--output",
              run,
              "--data",
              tables.toString(),
              "--set",
              "data.columns={features: pixels, label: digit, key: code}",
              "--master",
              "local[2]")
          .succeeds();
    } finally {
      System.clearProperty("spark.serializer");
    }
    assertThat(sha(Path.of(run))).isEqualTo(sha(one));
    Cli evaluated = Cli.run("evaluate", "--model", run, "--master", "local[2]").succeeds();
    assertThat(evaluated.out()).contains("40 examples", "precision", "tables", "no, ");
  }

  /** Names are numbered as folders are, so that the weights are those of the numbers. */
  @Test
  void labelsThatAreTextsAreNamesOfClasses() throws IOException {
    Path numbers = folder.resolve("numbers");
    Cli.run("train", "--config", job.toString(), "--output", numbers.toString(), "--quiet")
        .succeeds();
    String named = folder.resolve("named").toString();
    String other = folder.resolve("other").toString();
    SparkSession session = SparkForTests.session("local[2]");
    try {
      for (String part : List.of("train", "test")) {
        Dataset<Row> table = session.read().parquet(tables + "/" + part);
        Column name = functions.expr("array('ant', 'bee', 'cow')[digit]");
        table.withColumn("digit", name).write().parquet(named + "/" + part);
      }
      session
          .read()
          .parquet(named + "/test")
          .withColumn("digit", functions.lit("dog"))
          .write()
          .parquet(other);
    } finally {
      session.stop();
    }
    String run = folder.resolve("names").toString();
    String columns = "data.columns={features: pixels, label: digit, key: code}";
    List<String> train = List.of("--data", named, "--set", columns, "--output", run, "--quiet");
    List<String> command = new ArrayList<>(List.of("train", "--config", job.toString()));
    command.addAll(train);
    Cli.run(command.toArray(String[]::new)).succeeds();
    assertThat(sha(Path.of(run))).isEqualTo(sha(numbers));
    assertThat(Cli.run("evaluate", "--model", run).succeeds().out()).contains("ant", "bee", "cow");
    Cli.run("evaluate", "--model", run, "--data", other)
        .isMistake(
            "column 'digit': got the class 'dog', expected one of those that the model knows: ant,"
                + " bee, cow");

    // To predict, labels need not mean anything.
    for (String data : List.of(named, other)) {
      Path csv = folder.resolve("named.csv");
      Cli.run("predict", "--model", run, "--data", data, "--output", csv.toString()).succeeds();
      List<String> lines = Files.readAllLines(csv);
      assertThat(lines).hasSize(41);
      assertThat(lines.get(0)).startsWith("index,code,label,prediction,class,p0");
      assertThat(lines.get(1)).startsWith("0,\"no, !\"," + (data.equals(named) ? "0," : ","));
    }
  }

  private static JsonNode evaluated(String run, String data) throws IOException {
    String columns = "data.columns={features: pixels, label: digit, key: code}";
    Cli.run("evaluate", "--model", run, "--output", run, "--data", data, "--set", columns)
        .succeeds();
    return new ObjectMapper().readTree(Path.of(run, "evaluation.json").toFile());
  }

  /** Whoever reads the report must know whether training may have seen the examples. */
  @Test
  void anEvaluationTellsATestSetFromATable() throws IOException {
    String run = folder.resolve("seen").toString();
    Cli.run("train", "--config", job.toString(), "--output", run, "--quiet").succeeds();
    Path evaluation = Path.of(run, "evaluation.json");
    assertThat(new ObjectMapper().readTree(evaluation.toFile()).get("testSet").asBoolean())
        .isTrue();
    JsonNode table = evaluated(run, tables + "/train");
    assertThat(table.get("examples").asInt()).isEqualTo(100);
    assertThat(table.get("testSet").asBoolean(true)).isFalse();
    JsonNode parts = evaluated(run, tables.toString());
    assertThat(parts.get("examples").asInt()).isEqualTo(40);
    assertThat(parts.get("testSet").asBoolean()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"true, row code=b: column 'pixels': got ", "false, column 'pixels': got "})
  void aRowOfAnotherSizeIsOneMistakeToldOnce(boolean keyed, String message) {
    String table = folder.resolve("ragged-" + keyed).toString();
    SparkSession session = SparkForTests.session("local[2]");
    try {
      StructType schema =
          new StructType()
              .add("code", DataTypes.StringType)
              .add("pixels", DataTypes.BinaryType)
              .add("digit", DataTypes.IntegerType);
      session
          .createDataFrame(
              List.of(
                  RowFactory.create("a", new byte[36], 1),
                  RowFactory.create("b", new byte[35], 2),
                  RowFactory.create("c", new byte[36], 0)),
              schema)
          .write()
          .parquet(table);
    } finally {
      session.stop();
    }
    String columns = "data.columns={features: pixels, label: digit";
    Cli.run(
            "train",
            "--config",
            job.toString(),
            "--data",
            table,
            "--set",
            columns + (keyed ? ", key: code}" : "}"))
        .isMistake(message, "expected 36");
  }

  /** Writes the same images as numbers from 0 to 255. */
  private static String numbers() {
    String numbers = folder.resolve("numbers").toString();
    SparkSession session = SparkForTests.session("local[2]");
    try {
      for (String part : List.of("train", "test")) {
        session
            .read()
            .parquet(tables + "/" + part)
            .selectExpr(
                "code",
                "digit",
                "transform(sequence(1, 36), i -> conv(hex(substring(pixels, i, 1)), 16, 10)"
                    + " + 0.0D) pixels")
            .write()
            .mode("overwrite")
            .parquet(numbers + "/" + part);
      }
    } finally {
      session.stop();
    }
    return numbers;
  }

  /** With a key and without, where another scale also is another order. */
  @ParameterizedTest
  @CsvSource({"true", "false"})
  void anotherScaleIsNoWayToGoOn(boolean keyed) throws IOException {
    String run = folder.resolve("scaled-" + keyed).toString();
    List<String> command = new ArrayList<>(List.of("train", "--output", run));
    command.addAll(List.of("--master", "local[2]"));
    List<String> first = new ArrayList<>(command);
    first.addAll(List.of("--config", job.toString(), "--data", numbers(), "--set"));
    first.add(
        "data.columns={features: pixels, label: digit, scale: 128"
            + (keyed ? ", key: code}" : "}"));
    Cli.run(first.toArray(String[]::new)).succeeds();
    String before = sha(Path.of(run));
    command.addAll(List.of("--resume", "--set", "training.epochs=4", "--set"));
    List<String> other = new ArrayList<>(command);
    other.add("data.columns.scale=255");
    Cli.run(other.toArray(String[]::new))
        .isMistake("data.columns.scale: it holds 128.0, the job asks for 255.0");
    assertThat(sha(Path.of(run))).isEqualTo(before);
    command.add("data.columns.scale=128");
    Cli.run(command.toArray(String[]::new)).succeeds();
    assertThat(sha(Path.of(run))).isNotEqualTo(before);
  }

  @Test
  void aSavedStageIsReadInItsOwnScale() throws IOException {
    String run = folder.resolve("for-stage").toString();
    String stage = folder.resolve("stage").toString();
    String columns = "data.columns={features: pixels, label: digit, key: code";
    Cli.run(
            "train",
            "--config",
            job.toString(),
            "--data",
            numbers(),
            "--output",
            run,
            "--set",
            columns + ", scale: 128}",
            "--master",
            "local[2]")
        .succeeds();
    SparkSession session = SparkForTests.session("local[2]");
    try {
      ConvoyClassificationModel.fromRun(run).save(stage);
    } finally {
      session.stop();
    }
    String expected = figures(run, columns + "}");
    assertThat(figures(stage, columns + "}")).isEqualTo(expected);
    assertThat(figures(stage + "/data/model.convoy", columns + "}")).isEqualTo(expected);
    assertThat(figures(stage, columns + ", scale: 255}")).isNotEqualTo(expected);
  }

  /** Accuracy and loss. */
  private static String figures(String model, String columns) {
    String data = folder.resolve("numbers").toString();
    String[] args = {
      "evaluate", "--model", model, "--data", data, "--set", columns, "--master", "local[2]"
    };
    return Cli.run(args)
        .succeeds()
        .out()
        .lines()
        .filter(line -> line.contains("accuracy"))
        .findFirst()
        .orElseThrow();
  }

  private static String[] numbers(String command, String data, String... more) {
    List<String> args = new ArrayList<>(List.of(command, "--data", data, "--master", "local[2]"));
    args.addAll(List.of(more));
    return args.toArray(String[]::new);
  }

  /** Data of another scale trains to nothing and predicts nothing, without any error. */
  @Test
  void anotherScaleIsToldBeforeTrainingAndBeforePredictions() {
    String columns = "data.columns={features: pixels, label: digit, key: code%s}";
    String pixels = folder.resolve("pixels").toString();
    String shares = folder.resolve("shares").toString();
    SparkSession session = SparkForTests.session("local[2]");
    try {
      for (String part : List.of("/train", "/test")) {
        session.read().parquet(tables + part).createOrReplaceTempView("bytes");
        String bytes = "transform(sequence(1, 36), i -> conv(hex(substring(pixels, i, 1)), 16, 10)";
        session
            .sql("select code, digit, " + bytes + " + 0D) pixels from bytes")
            .write()
            .parquet(pixels + part);
        session
            .sql("select code, digit, " + bytes + " / 255D) pixels from bytes")
            .write()
            .parquet(shares + part);
      }
    } finally {
      session.stop();
    }
    String wrong = columns.formatted("");
    String right = columns.formatted(", scale: 1");
    String config = job.toString();
    Cli cold = Cli.run(numbers("train", shares, "--config", config, "--set", wrong)).succeeds();
    assertThat(cold.out())
        .containsPattern(
            "values of the examples: 0 to 0\\.9\\d*, by the scale of 255 and the normalisation inputs of"
                + " -1 to -0\\.99");
    assertThat(cold.err()).contains("warning: ", "hardly different", "set the scale to 1");
    String run = folder.resolve("scaled").toString();
    Cli warm =
        Cli.run(numbers("train", shares, "--config", config, "--set", right, "--output", run))
            .succeeds();
    assertThat(warm.out()).contains("by the scale of 1 and the normalisation inputs of -1 to 0.9");
    assertThat(warm.err()).doesNotContain("scale");
    String other = "the examples are not of the range that the model was trained on";
    for (String command : List.of("evaluate", "predict")) {
      assertThat(Cli.run(numbers(command, shares, "--model", run, "--set", right)).succeeds().err())
          .doesNotContain(other);
      assertThat(Cli.run(numbers(command, pixels, "--model", run, "--set", right)).succeeds().err())
          .containsOnlyOnce(other);
    }
  }
}
