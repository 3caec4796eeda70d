package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.convoy.engine.network.ModelFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run's folder from training to prediction, and what may be done to one that is there. */
class RunFilesTest {
  @TempDir Path folder;
  private Path job;
  private Path run;

  @BeforeEach
  void writeData() throws IOException {
    job = Cli.job(folder, Cli.data(folder.resolve("data")));
    run = folder.resolve("run");
  }

  private Cli train(String... more) {
    List<String> args = new ArrayList<>(List.of("train", "--master", "local[1]"));
    args.addAll(List.of("--output", run.toString()));
    args.addAll(List.of(more));
    return Cli.run(args.toArray(new String[0]));
  }

  private Cli trainJob(String... more) {
    return train(
        Stream.concat(Stream.of("--config", job.toString()), Stream.of(more))
            .toArray(String[]::new));
  }

  private JsonNode json(String name) throws IOException {
    return new ObjectMapper().readTree(run.resolve(name).toFile());
  }

  @Test
  void aTrainedBodyTakesANewHead() throws IOException {
    trainJob().succeeds();
    float[] before = weights(run);
    Path tuned = folder.resolve("tuned");
    Path other = folder.resolve("other.yaml");
    Files.writeString(
        other,
        Files.readString(job)
            .replace("{filters: 2, kernel: 3}", "{filters: 2, kernel: 3, frozen: true}")
            .replace(
                "- dense: {units: 3}", "- dense: {units: 4}\n    - tanh\n    - dense: {units: 3}"));
    String from = "model.startFrom=" + run;
    String config = other.toString();
    Cli second =
        Cli.run(
                "train",
                "--master",
                "local[1]",
                "--config",
                config,
                "--set",
                from,
                "--output",
                tuned.toString())
            .succeeds();
    assertThat(second.out() + second.err()).contains("the first 3 layers start from " + run);
    int body = 2 * 9 + 2;
    assertThat(java.util.Arrays.copyOf(weights(tuned), body))
        .containsExactly(java.util.Arrays.copyOf(before, body));
    assertThat(weights(tuned)).hasSizeGreaterThan(before.length);
  }

  @Test
  void aTrainedBodyIsTakenOnResumingToo() throws IOException {
    trainJob().succeeds();
    String from = "model.startFrom=" + run;
    Path once = folder.resolve("once");
    tune(once, "--set", from).succeeds();
    Path again = folder.resolve("again");
    Cli second = tune(again, "--set", from, "--resume").succeeds();
    assertThat(second.out() + second.err()).contains("layers start from " + run);
    assertThat(weights(again)).containsExactly(weights(once));
    // With a checkpoint the model is needed no more.
    Files.delete(run.resolve("model.convoy"));
    Files.delete(again.resolve("model.convoy"));
    tune(again, "--set", from, "--resume").succeeds();
    assertThat(weights(again)).containsExactly(weights(once));
    tune(folder.resolve("new"), "--set", from, "--resume")
        .isMistake("model.startFrom", run.toString());
  }

  private Cli tune(Path output, String... more) {
    List<String> args = new ArrayList<>(List.of("train", "--master", "local[1]"));
    args.addAll(List.of("--config", job.toString(), "--output", output.toString()));
    args.addAll(List.of(more));
    return Cli.run(args.toArray(new String[0]));
  }

  @Test
  void aJobThatCannotRunLeavesAFinishedRunAlone() throws IOException {
    trainJob().succeeds();
    float[] before = weights(run);
    trainJob("--set", "training.patience=2", "--set", "data.validationFraction=0.0001")
        .isMistake(
            "training.patience: got 2 with 0 of 100 examples held out",
            "raise data.validationFraction");
    assertThat(weights(run)).containsExactly(before);
    assertThat(run.resolve("result.json")).exists();
    assertThat(run.resolve("report.html")).exists();
  }

  private static float[] weights(Path folder) throws IOException {
    try (InputStream in = Files.newInputStream(folder.resolve("model.convoy"))) {
      return ModelFile.read(in, "model.convoy").weights();
    }
  }

  @Test
  void aRunLeavesAModelThatEvaluatesAndPredictsAsItSaid() throws IOException {
    Cli trained = trainJob("--set", "training.epochs=8").succeeds();
    assertThat(trained.out())
        .contains(
            "job on ", "an epoch; 1 partition on 1 task slot", "step 48/48", "validation loss")
        .contains(
            "done: 48 steps (epochs)", "test accuracy", "sha256 ", " evaluate --model " + run);
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
  void aFinishedRunIsReplaced() throws IOException {
    trainJob("--set", "training.epochs=3", "--quiet").succeeds();
    trainJob("--quiet").succeeds();
    assertThat(json("result.json").get("steps").asLong()).isEqualTo(12);
    assertThat(Files.readAllLines(run.resolve("metrics.jsonl"))).hasSize(12);
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
  void foreignFoldersAndFilesAreLeftAlone() throws IOException {
    Files.createDirectories(run);
    Files.writeString(run.resolve("thesis.tex"), "years of work");
    trainJob().isMistake("holds something other than a run of ours (for example thesis.tex)");
    assertThat(run.resolve("thesis.tex")).hasContent("years of work");

    run = run.resolve("thesis.tex");
    trainJob().isMistake("thesis.tex is a file, expected a folder");
  }

  @Test
  void aFolderWithFilesThatOnlyAreNamedAsOursIsLeftAlone() throws IOException {
    Files.createDirectories(run.resolve("checkpoints"));
    Files.writeString(run.resolve("job.yaml"), "# years of work\n" + Files.readString(job));
    Files.writeString(run.resolve("result.json"), "{}");
    Files.writeString(run.resolve("evaluation.json"), "{}");
    Path mine = Files.writeString(run.resolve("checkpoints/mine.pt"), "mine");
    Map<String, byte[]> before = contents(run);
    for (String more : List.of("--quiet", "--overwrite")) {
      trainJob(more).isMistake("something other than a run of ours", "checkpoints/mine.pt");
    }
    trainJob("--resume").isMistake("with a job.yaml that no run wrote");
    assertThat(contents(run)).usingRecursiveComparison().isEqualTo(before);

    Files.delete(mine);
    before = contents(run);
    for (String more : List.of("--quiet", "--overwrite", "--resume")) {
      trainJob(more).isMistake("with a job.yaml that no run wrote", "name another folder");
    }
    Cli.run("evaluate", "--config", job.toString(), "--output", run.toString())
        .isMistake("with a job.yaml that no run wrote");
    assertThat(contents(run)).usingRecursiveComparison().isEqualTo(before);
  }

  @Test
  void whatWasAddedToARunIsNotReplacedWithIt() throws IOException {
    trainJob("--quiet").succeeds();
    for (String added : List.of("notes.txt", "checkpoints/mine.pt", "checkpoints/best-of.convoy")) {
      Path file = Files.writeString(run.resolve(added), "mine");
      Map<String, byte[]> before = contents(run);
      for (String more : List.of("--quiet", "--overwrite")) {
        trainJob(more).isMistake("something other than a run of ours (for example " + added);
      }
      assertThat(contents(run)).usingRecursiveComparison().isEqualTo(before);
      trainJob("--resume", "--quiet").succeeds();
      assertThat(file).hasContent("mine");
      Files.delete(file);
    }
    Files.move(run.resolve("model.convoy"), folder.resolve("kept.convoy"));
    Path own = Files.createDirectories(run.resolve("model.convoy"));
    trainJob().isMistake("something other than a run of ours (for example model.convoy)");
    assertThat(own).isDirectory();
  }

  @Test
  void onlyFilesOfTheEarlierRunAreRemoved() throws IOException {
    trainJob("--quiet", "--tensorboard", run.toString()).succeeds();
    Path checkpoints = run.resolve("checkpoints");
    Files.writeString(checkpoints.resolve(".unfinished-1"), "cut");
    Files.writeString(run.resolve(".metrics.jsonl.old"), "{\"step\":1}");
    try (OutputFolder earlier = new OutputFolder(run.toString())) {
      earlier.check(false, false);
      Files.writeString(checkpoints.resolve("mine.pt"), "added meanwhile");
      earlier.begin(false, "");
    }
    assertThat(contents(run).keySet())
        .hasSize(3)
        .contains("checkpoints/mine.pt", "job.yaml")
        .anyMatch(name -> name.startsWith("events.out.tfevents."));
  }

  @Test
  void aRunOfAnEarlierVersionIsKnownByWhatItLeft() throws IOException {
    trainJob("--quiet", "--set", "training.maxSteps=7").succeeds();
    Path asRun = run.resolve("job.yaml");
    String unmarked = Files.readString(asRun).replaceFirst("#.*\n", "");
    Files.writeString(asRun, unmarked);
    train("--resume", "--quiet").succeeds();
    assertThat(Files.readString(asRun)).startsWith("# Written by convoy train").endsWith(unmarked);

    Files.writeString(asRun, unmarked);
    for (Path saved : inside(run.resolve("checkpoints"))) {
      Files.delete(saved);
    }
    trainJob("--quiet").succeeds();
    Files.writeString(asRun, unmarked);
    Files.delete(run.resolve("metrics.jsonl"));
    trainJob("--quiet").succeeds();
  }

  private static List<Path> inside(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void aJobInTheFolderToTrainIntoIsNotReplacedByItsOwnRun() throws IOException {
    String source = "# years of work\n" + Files.readString(job);
    Files.createDirectories(run);
    Path own = Files.writeString(run.resolve("job.yaml"), source);
    Path link = Files.createSymbolicLink(folder.resolve("link"), run);
    for (String config : List.of(own.toString(), own.toUri().toString(), link + "/job.yaml")) {
      train("--config", config)
          .isMistake("--config: got ", "which lies in --output " + run, "copy it out of there");
    }
    assertThat(own).hasContent(source);

    Files.delete(own);
    trainJob("--quiet").succeeds();
    train("--config", own.toString(), "--resume").isMistake("by --resume without --config");
  }

  @Test
  void aModelToStartFromIsNotRemovedByTheRunThatStartsFromIt() throws IOException {
    trainJob("--quiet").succeeds();
    Map<String, byte[]> before = contents(run);
    String file = run.resolve("model.convoy").toUri().toString();
    Path link = Files.createSymbolicLink(folder.resolve("link"), run);
    for (String from : List.of(run.toString(), file, link.toString())) {
      for (String more : List.of("--quiet", "--overwrite")) {
        Cli refused = trainJob("--set", "model.startFrom=" + from, more);
        refused.isMistake("model.startFrom: got ", "which lies in --output " + run);
        assertThat(refused.out()).doesNotContain("Spark starts");
      }
    }
    assertThat(contents(run)).usingRecursiveComparison().isEqualTo(before);
    trainJob("--set", "model.startFrom=" + run, "--resume", "--quiet").succeeds();
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
    try (OutputFolder again = new OutputFolder(run.toString())) {
      again.lines("metrics.jsonl", 1).close();
    }
    assertThat(run.resolve("metrics.jsonl")).isEmptyFile();
    assertThat(run.resolve(".metrics.jsonl.old")).doesNotExist();
  }

  @Test
  void aRefusedRunLeavesTheEarlierOneAsItWas() throws IOException {
    trainJob("--quiet").succeeds();
    Map<String, byte[]> before = contents(run);

    trainJob("--resume", "--set", "training.seed=4").isMistake("resume");
    assertThat(contents(run)).usingRecursiveComparison().isEqualTo(before);

    Path images = folder.resolve("data/train-images-idx3-ubyte");
    byte[] whole = Files.readAllBytes(images);
    Files.write(images, Arrays.copyOf(whole, whole.length - 5));
    trainJob().isMistake("truncated");
    assertThat(contents(run)).usingRecursiveComparison().isEqualTo(before);
  }

  private static Map<String, byte[]> contents(Path folder) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(folder.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return contents;
  }

  @Test
  void aRunKilledBeforeItWroteItsJobIsNoObstacle() throws IOException {
    Files.createDirectories(run.resolve("checkpoints"));
    Files.writeString(run.resolve(".job.yaml.tmp"), "data: {pa");
    trainJob("--quiet").succeeds();
  }

  @Test
  void foldersThatCannotBeWrittenAreRefusedBeforeSparkStarts() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    String below = file.resolve("x").toString();
    Cli curves = trainJob("--tensorboard", below);
    curves.isMistake("--tensorboard: cannot write into", below);
    assertThat(curves.out()).doesNotContain("Spark starts");

    run = file.resolve("x");
    Cli output = trainJob();
    output.isMistake("--output: cannot ", below);
    assertThat(output.out()).doesNotContain("Spark starts");

    Path pseudo = Path.of("/proc");
    assumeThat(pseudo).isDirectory();
    run = pseudo.resolve("x");
    trainJob().isMistake("--output: cannot write into /proc/x");
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
