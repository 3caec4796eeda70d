package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.convoy.spark.run.RunFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** A run's files from training to prediction, and to the end of a run that was stopped. */
class RunReaderTest extends RunCase {
  @Test
  void aRunLeavesAModelThatEvaluatesAndPredictsAsItSaid() throws IOException {
    Cli trained = trainJob("--set", "training.epochs=8").succeeds();
    assertThat(trained.out())
        .contains(
            "job on ", "an epoch; 1 partition on 1 task slot", "step 48/48", "validation loss")
        .contains(
            "done: 48 steps (all epochs)", "test accuracy", "sha256 ", " evaluate --model " + run);
    try (Stream<Path> files = Files.list(run)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "model.convoy",
              "report.html",
              "evaluation.json",
              "metrics.jsonl",
              "validations.jsonl",
              "job.yaml",
              "result.json",
              "checkpoints");
    }
    JsonNode result = json("result.json");
    assertThat(result.get("steps").asLong()).isEqualTo(48);
    assertThat(result.get("testExamples").asLong()).isEqualTo(40);
    assertThat(result.get("testAccuracy").asDouble()).isGreaterThan(0.8);
    assertThat(result.get("examplesPerSecond").asDouble()).isPositive();
    assertThat(Files.readAllLines(run.resolve("metrics.jsonl"))).hasSize(48);
    assertThat(Files.readAllLines(run.resolve("validations.jsonl"))).hasSize(8);
    String sha = result.get("weightsSha256").asText();
    assertThat(trained.out()).contains(sha);

    String model = run.toString();
    Cli.run("evaluate", "--model", model, "--output", model, "--master", "local[2]").succeeds();
    JsonNode evaluation = json("evaluation.json");
    assertThat(evaluation.get("accuracy")).isEqualTo(result.get("testAccuracy"));
    assertThat(evaluation.get("loss").asDouble())
        .isCloseTo(result.get("testLoss").asDouble(), within(1e-6));
    assertThat(evaluation.get("weightsSha256").asText()).isEqualTo(sha);
    assertThat(evaluation.get("confusion")).hasSize(3);

    Path csv = folder.resolve("predictions.csv");
    Cli.run("predict", "--model", model, "--output", csv.toString(), "--master", "local[2]")
        .succeeds();
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines).hasSize(41).first().isEqualTo("index,name,label,prediction,p0,p1,p2");
    long right =
        lines.stream().skip(1).map(l -> l.split(",")).filter(l -> l[2].equals(l[3])).count();
    assertThat(right / 40.0).isEqualTo(result.get("testAccuracy").asDouble());

    Path jsonl = folder.resolve("predictions.jsonl");
    Cli.run("predict", "--model", model, "--output", jsonl.toString(), "--master", "local[1]")
        .succeeds();
    JsonNode first = new ObjectMapper().readTree(Files.readAllLines(jsonl).get(0));
    assertThat(first.get("index").asLong()).isZero();
    assertThat(first.get("probabilities")).hasSize(3);

    Path images = folder.resolve("data/t10k-images-idx3-ubyte");
    Cli bare =
        Cli.run("predict", "--model", model, "--data", images.toString(), "--master", "local[1]")
            .succeeds();
    List<String> unlabelled =
        lines.stream().map(l -> l.replaceFirst("(,[^,]*),[^,]*", "$1")).toList();
    assertThat(bare.out().lines()).containsExactlyElementsOf(unlabelled);
    Path packed = folder.resolve("images.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      Files.copy(images, out);
    }
    Cli gzip =
        Cli.run("predict", "--model", model, "--data", packed.toString(), "--master", "local[1]")
            .succeeds();
    assertThat(gzip.out().lines().map(l -> l.replaceFirst(",[^,]*", "")))
        .containsExactlyElementsOf(
            unlabelled.stream().map(l -> l.replaceFirst(",[^,]*", "")).toList());
    assertThat(gzip.out()).contains("\n7,images.gz#7,");
    Path labels = folder.resolve("data/t10k-labels-idx1-ubyte");
    Cli.run("predict", "--model", model, "--data", labels.toString())
        .isMistake("t10k-labels-idx1-ubyte: ", "expected");

    assertThat(Cli.run("summary", "--model", model).succeeds().out())
        .contains("conv2d 2 of 3x3", "dense 3", "119");
  }

  @Test
  void theJobAsRunRunsToTheSameWeights() throws IOException {
    trainJob("--set", "training.batchSize=20", "--quiet").succeeds();
    String sha = json("result.json").get("weightsSha256").asText();
    Path asRun = Files.move(run.resolve("job.yaml"), folder.resolve("as-run.yaml"));
    run = folder.resolve("again");
    Cli again = train("--config", asRun.toString(), "--quiet").succeeds();
    assertThat(again.out().lines()).hasSize(1).first().asString().contains(sha);
    assertThat(run.resolve("job.yaml")).hasSameTextualContentAs(asRun);
  }

  @Test
  void aResumedRunEndsAsIfItHadNeverStopped() throws IOException {
    trainJob("--quiet").succeeds();
    String whole = json("result.json").get("weightsSha256").asText();

    run = folder.resolve("stopped");
    trainJob("--set", "training.maxSteps=7", "--set", "checkpoint.everySteps=2", "--quiet")
        .succeeds();
    Files.delete(run.resolve("result.json"));
    Files.writeString(
        run.resolve("metrics.jsonl"),
        Files.readString(run.resolve("metrics.jsonl")) + "{\"step\":8,\"epoch\":2,\"cut");

    trainJob("--quiet").isMistake("holds the checkpoints of a run that did not finish", "--resume");

    Cli resumed = trainJob("--resume").succeeds();
    assertThat(resumed.out()).contains("going on from step 8");
    assertThat(json("result.json").get("weightsSha256").asText()).isEqualTo(whole);
    List<String> lines = Files.readAllLines(run.resolve("metrics.jsonl"));
    assertThat(lines).hasSize(12);
    for (int i = 0; i < 12; i++) {
      assertThat(new ObjectMapper().readTree(lines.get(i)).get("step").asInt()).isEqualTo(i + 1);
    }
  }

  @Test
  void aRunThatWasStoppedCountsAsUnfinished() throws IOException {
    trainJob("--quiet").succeeds();
    Path result = run.resolve("result.json");
    Files.writeString(result, Files.readString(result).replace("\"epochs\"", "\"stopped\""));
    trainJob("--quiet").isMistake("holds the checkpoints of a run that did not finish");
    trainJob("--quiet", "--overwrite").succeeds();
  }

  @Test
  void resumeAloneTakesTheJobThatTheFolderHolds() throws IOException {
    trainJob("--set", "training.seed=9", "--quiet").succeeds();
    String sha = json("result.json").get("weightsSha256").asText();
    train("--resume", "--quiet").succeeds();
    assertThat(json("result.json").get("weightsSha256").asText()).isEqualTo(sha);
  }

  @Test
  void aResumeThatWasKilledWhileItCopiedLinesLosesNone() throws IOException {
    trainJob("--quiet", "--set", "training.maxSteps=7").succeeds();
    List<String> all = Files.readAllLines(run.resolve("metrics.jsonl"));
    Files.move(run.resolve("metrics.jsonl"), run.resolve(".metrics.jsonl.old"));
    Files.writeString(run.resolve("metrics.jsonl"), all.get(0) + "\n" + all.get(1).substring(9));
    trainJob("--quiet", "--resume").succeeds();
    List<String> lines = Files.readAllLines(run.resolve("metrics.jsonl"));
    assertThat(lines).hasSize(12).startsWith(all.toArray(new String[0]));
    assertThat(run.resolve(".metrics.jsonl.old")).doesNotExist();

    Files.writeString(run.resolve(".metrics.jsonl.old"), all.get(0) + "\n");
    try (RunFolder again = new RunFolder(run.toString())) {
      again.lines("metrics.jsonl", 1).close();
    }
    assertThat(run.resolve("metrics.jsonl")).isEmptyFile();
    assertThat(run.resolve(".metrics.jsonl.old")).doesNotExist();
  }

  @Test
  void anUntrainedNetworkCanBeEvaluated() {
    Cli evaluated =
        Cli.run("evaluate", "--config", job.toString(), "--master", "local[1]").succeeds();
    assertThat(evaluated.out()).contains("job, untrained", "40 examples", "columns: prediction");
  }

  @Test
  void dataWithoutATestSetTrainsWithAWarning() throws IOException {
    Path data = Cli.data(folder.resolve("notest"));
    Files.delete(data.resolve("t10k-images-idx3-ubyte"));
    Files.delete(data.resolve("t10k-labels-idx1-ubyte"));
    Cli trained = trainJob("--data", data.toString()).succeeds();
    assertThat(trained.err()).contains("warning: no test set in ");
    assertThat(json("result.json").has("testAccuracy")).isFalse();
  }
}
