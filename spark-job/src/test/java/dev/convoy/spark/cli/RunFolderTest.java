package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.convoy.spark.cluster.Await;
import dev.convoy.spark.run.RunFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a run does to what it finds in its folder. */
class RunFolderTest extends RunCase {
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

  @Test
  void aFinishedRunIsReplaced() throws IOException {
    trainJob("--set", "training.epochs=3", "--quiet").succeeds();
    trainJob("--quiet").succeeds();
    assertThat(json("result.json").get("steps").asLong()).isEqualTo(12);
    assertThat(Files.readAllLines(run.resolve("metrics.jsonl"))).hasSize(12);
  }

  /** What a run leaves that is killed while it writes its first checkpoint. */
  @Test
  void aFolderWithAHalfWrittenCheckpointIsTakenUpAgain() throws IOException {
    for (String more : List.of("--quiet", "--resume", "--overwrite")) {
      run = folder.resolve("half" + more);
      Path checkpoints = Files.createDirectories(run.resolve("checkpoints"));
      Files.writeString(checkpoints.resolve(".unfinished-1234"), "half");
      trainJob(more).succeeds();
      assertThat(run.resolve("result.json")).exists();
    }
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
    try (RunFolder earlier = new RunFolder(run.toString())) {
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

  @Test
  void aRunKilledBeforeItWroteItsJobIsNoObstacle() throws IOException {
    Files.createDirectories(run.resolve("checkpoints"));
    Files.writeString(run.resolve(".job.yaml.tmp"), "data: {pa");
    trainJob("--quiet").succeeds();
  }

  /** The second of two runs in one folder wins: it has removed what the first wrote. */
  @Test
  void aRunWhoseFolderAnotherTakesEndsAndLeavesItAlone() throws Exception {
    CompletableFuture<Cli> first =
        CompletableFuture.supplyAsync(
            () -> trainJob("--set", "training.epochs=3000", "--set", "checkpoint.everySteps=1"));
    Await.until(
        "a checkpoint",
        Duration.ofMinutes(1),
        () -> first.isDone() || holdsACheckpoint(run.resolve("checkpoints")),
        () -> "");
    try (RunFolder second = new RunFolder(run.toString())) {
      second.begin(false, "data: {path: elsewhere}\n");
      Cli ended = first.get(1, TimeUnit.MINUTES);
      assertThat(ended.status()).isEqualTo(1);
      assertThat(ended.err()).contains("error: --output: another run has begun in " + run);
      assertThat(run.resolve("job.yaml")).content().contains("elsewhere");
      for (String name : List.of("result.json", "model.convoy", "report.html")) {
        assertThat(run.resolve(name)).doesNotExist();
      }
      second.write("model.convoy", "its own".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(run.resolve("model.convoy")).hasContent("its own");
  }

  private static boolean holdsACheckpoint(Path folder) {
    String[] names = folder.toFile().list();
    return names != null && Arrays.stream(names).anyMatch(n -> n.startsWith("checkpoint-"));
  }

  @Test
  void theBestWeightsAreKeptBesideTheLast() throws IOException {
    trainJob("--quiet").succeeds();
    Path good = Files.move(run, folder.resolve("good"));
    // A good network whose weights then decay.
    Cli worse =
        trainJob(
                "--set",
                "model.startFrom=" + good,
                "--set",
                "optimizer.weightDecay=2",
                "--set",
                "optimizer.learningRate=0.005",
                "--set",
                "training.epochs=4")
            .succeeds();
    double best = Double.POSITIVE_INFINITY;
    double last = 0;
    for (String line : Files.readAllLines(run.resolve("validations.jsonl"))) {
      last = new ObjectMapper().readTree(line).get("loss").asDouble();
      best = Math.min(best, last);
    }
    assertThat(best).as("the job must end worse than it was").isLessThan(last);
    assertThat(worse.out()).contains("had a better validation than the last", "best.convoy");
    Cli.run("evaluate", "--model", run.resolve("best.convoy").toString()).succeeds();
    trainJob("--quiet", "--set", "training.epochs=1").succeeds();
    assertThat(run.resolve("best.convoy")).doesNotExist();
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
}
