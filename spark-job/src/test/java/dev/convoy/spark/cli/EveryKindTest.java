package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.data.IdxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every sort of layer, loss, optimizer and schedule, and networks that branch, from the command
 * line.
 */
class EveryKindTest {
  @TempDir static Path folder;
  private static Path data;
  private static Path ends;

  @BeforeAll
  static void writeData() throws IOException {
    data = Cli.data(folder.resolve("data"));
    ends = Files.createDirectory(folder.resolve("ends"));
    IdxWriter.twoEnds(ends, "train", 160, false);
    IdxWriter.twoEnds(ends, "t10k", 50, true);
  }

  private static JsonNode train(Path output, int partitions, List<String> more) throws IOException {
    List<String> command = new ArrayList<>(List.of("train", "--output", output.toString()));
    command.addAll(List.of("--overwrite", "--master", "local[2]", "--quiet"));
    command.addAll(List.of("--set", "data.partitions=" + partitions));
    command.addAll(more);
    Cli.run(command.toArray(String[]::new)).succeeds();
    return new ObjectMapper().readTree(output.resolve("result.json").toFile());
  }

  /** What is drawn for an image follows from seed, epoch and image, whoever draws it. */
  @Test
  void augmentedImagesAreTheSameForAnyPartitionsAndAfterAResume() throws IOException {
    List<String> sets = new ArrayList<>(List.of("--config", Cli.job(folder, data).toString()));
    for (String set :
        List.of(
            "augment.flip=both", "augment.zoom=0.2", "augment={crop: 1, rotate: 10, cutout: 2}")) {
      sets.addAll(List.of("--set", set));
    }
    String plain =
        train(folder.resolve("plain"), 1, sets.subList(0, 2)).get("weightsSha256").asText();
    String one = train(folder.resolve("aug1"), 1, sets).get("weightsSha256").asText();
    assertThat(one).isNotEqualTo(plain);
    assertThat(train(folder.resolve("aug3"), 3, sets).get("weightsSha256").asText()).isEqualTo(one);

    Path half = folder.resolve("half");
    List<String> some = new ArrayList<>(sets);
    some.addAll(List.of("--set", "training.maxSteps=7"));
    train(half, 2, some);
    Cli.run("train", "--resume", "--output", half.toString(), "--set", "augment.crop=0")
        .isMistake("augment: it holds Augmentation[crop=1, flip=BOTH");
    Cli.run("train", "--resume", "--output", half.toString(), "--set", "training.maxSteps=0")
        .succeeds();
    assertThat(half.resolve("result.json")).content().contains(one);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "avgpool: {window: 2} | softmax | sgd      | {type: constant, warmup: 1}",
        "tanh                 | softmax | momentum | {type: step, every: 1}",
        "sigmoid              | sigmoid | nesterov | {type: cosine, final: 0.001}",
        "dropout: {rate: 0.3} | squared | adam     | {type: polynomial, power: 2}",
        "gelu                 | sigmoid | adam     | {type: constant}",
        "leakyRelu: {negativeSlope: 0.2} | softmax | sgd | {type: cosine}",
        "maxpool: {window: 2} | sigmoid | adamw    | {type: onecycle}",
        "relu                 | squared | momentum | {type: step, unit: steps, every: 3}",
        "groupNorm: {groups: 3} | softmax | adamw  | {type: constant}",
        "batchNorm: {momentum: 0.3} | softmax | nesterov | {type: cosine}",
        "layerNorm: {epsilon: 1e-3} | softmax | momentum | {type: cosine}",
        "globalMaxPool        | softmax | momentum | {type: constant}",
        "globalAveragePool    | softmax | adam     | {type: constant}",
      })
  void trainsWithTheSameHashForAnyPartitions(
      String layer, String loss, String optimizer, String schedule) throws IOException {
    String rate = optimizer.startsWith("adam") ? "0.01" : "0.1";
    List<String> sets = new ArrayList<>(List.of("--config", Cli.job(folder, data).toString()));
    for (String set :
        Arrays.asList(
            "model.layers=[{conv2d: {filters: 3, kernel: 3}}, {%s}, flatten, {dense: {units: 3}}]"
                .formatted(layer.contains(":") ? layer : layer + ": "),
            "model.loss=" + loss,
            "optimizer.type=" + optimizer,
            "optimizer.learningRate=" + rate,
            "optimizer.weightDecay=0.001",
            "schedule=" + schedule,
            "training.epochs=3")) {
      sets.add("--set");
      sets.add(set);
    }
    JsonNode one = train(folder.resolve("one"), 1, sets);
    JsonNode three = train(folder.resolve("three"), 3, sets);
    assertThat(three.get("weightsSha256")).isEqualTo(one.get("weightsSha256"));
    assertThat(one.get("testAccuracy").asDouble()).as("better than guessing").isGreaterThan(0.5);
  }

  /** The prediction of output {@code odd} for an example. */
  private static int odd(Path parquet, int index) {
    SparkSession session = SparkForTests.session("local[1]");
    try {
      Dataset<Row> rows = session.read().parquet(parquet.toString()).where("index = " + index);
      return rows.select("odd.prediction").first().getInt(0);
    } finally {
      session.stop();
    }
  }

  @Test
  void networksOfSeveralEndsTrainEvaluateAndPredict() throws IOException {
    String yaml =
        """
        data: {path: "%s", shards: 4, validationFraction: 0.2}
        model:
          inputs: {left: 6x6x1, right: 4x5x1}
          outputs: {digit: {loss: softmax}, odd: {loss: sigmoid, weight: 0.5}}
          normalize: {mean: 0.3, deviation: 0.3}
          layers:
            - conv2d: {filters: 4, kernel: 3, padding: 1, from: left}
            - relu: {name: eye}
            - conv2d: {filters: 4, kernel: 3, padding: 1, name: deep}
            - add: {from: [eye, deep]}
            - flatten: {name: seen}
            - flatten: {name: told, from: right}
            - concat: {from: [seen, told], name: all}
            - dense: {units: 5, name: digit}
            - dense: {units: 2, name: odd, from: all}
        training: {epochs: 6, batchSize: 16, microBatch: 8, seed: 3}
        optimizer: {type: momentum, learningRate: 0.05}
        """;
    Path job = Files.writeString(folder.resolve("ends.yaml"), yaml.formatted(ends));
    Path run = folder.resolve("ends-run");
    JsonNode one = train(run, 1, List.of("--config", job.toString()));
    JsonNode three = train(folder.resolve("ends-3"), 3, List.of("--config", job.toString()));
    assertThat(three.get("weightsSha256")).isEqualTo(one.get("weightsSha256"));
    assertThat(one.get("testAccuracy").asDouble()).isGreaterThan(0.9);

    String text =
        Cli.run("evaluate", "--model", run.toString(), "--output", run.toString()).succeeds().out();
    assertThat(text).containsPattern("output digit +accuracy [0-9.]+ %, loss [0-9.]+");
    assertThat(text).containsPattern("output odd +accuracy [0-9.]+ %, loss [0-9.]+");
    JsonNode found = new ObjectMapper().readTree(run.resolve("evaluation.json").toFile());
    assertThat(found.get("outputs")).hasSize(2);
    assertThat(found.get("outputs").get(1).get("name").asText()).isEqualTo("odd");
    assertThat(found.get("accuracy")).isEqualTo(found.get("outputs").get(0).get("accuracy"));

    Path csv = folder.resolve("p.csv");
    Cli.run("predict", "--model", run.toString(), "--output", csv.toString()).succeeds();
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines).hasSize(51);
    assertThat(lines.get(0))
        .isEqualTo(
            "index,name,digit.label,digit.prediction,digit.p0,digit.p1,digit.p2,digit.p3,digit.p4,"
                + "odd.label,odd.prediction,odd.p0,odd.p1");
    assertThat(lines.get(4))
        .matches("3,t10k-(left-)?images-idx3-ubyte.gz#3,3,3,.*")
        .contains(",1,1,");
    Path json = folder.resolve("p.json");
    Cli.run("predict", "--model", run.toString(), "--output", json.toString()).succeeds();
    JsonNode line = new ObjectMapper().readTree(Files.readAllLines(json).get(3));
    assertThat(line.get("odd").get("prediction").asInt()).isEqualTo(1);
    assertThat(line.get("digit").get("probabilities")).hasSize(5);

    Path parquet = folder.resolve("p.parquet");
    Cli.run("predict", "--model", run.toString(), "--output", parquet.toString()).succeeds();
    assertThat(odd(parquet, 3)).isEqualTo(1);

    Cli.run("predict", "--model", run.toString(), "picture.png")
        .isMistake("got IMAGE files for a model of 2 inputs");
    assertThat(Cli.run("summary", "--model", run.toString()).succeeds().out())
        .contains("input 'left'", "add from eye, deep", "output odd: layer 9, sigmoid, weight 0.5");
  }
}
