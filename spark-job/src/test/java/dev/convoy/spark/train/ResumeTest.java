package dev.convoy.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.optimizer.Adam;
import dev.convoy.engine.optimizer.LearningRate;
import dev.convoy.engine.optimizer.Sgd;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.checkpoint.CheckpointException;
import dev.convoy.spark.data.IdxWriter;
import dev.convoy.spark.train.event.StopReason;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ResumeTest {
  @TempDir static Path folder;
  @TempDir Path saved;
  private static SparkContext spark;

  @BeforeAll
  static void start() {
    IdxWriter.pair(folder, "train", 200, 12, 5, false);
    spark = SparkForTests.local("local[2]");
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  static Stream<Jobs> updates() {
    LearningRate constant = new LearningRate.Constant(0.02f);
    LearningRate cosine = new LearningRate.Cosine(0.02f, 0.001f);
    Jobs job = Jobs.on(folder).withSteps(3, 0);
    return Stream.of(
        job.withUpdate(new Sgd(0f, false), constant, 0f),
        job.withUpdate(Jobs.MOMENTUM, cosine, 0f),
        job.withUpdate(
            new Sgd(0.9f, true),
            new LearningRate.Step(0.02f, 0.5f, 1, LearningRate.Unit.EPOCHS),
            1f),
        job.withUpdate(
            Jobs.ADAM,
            new LearningRate.Warmup(
                4, LearningRate.Unit.STEPS, new LearningRate.Polynomial(0.01f, 0f, 2f)),
            0f),
        job.withUpdate(
            new Adam(0.9f, 0.99f, 1e-8f, true), new LearningRate.OneCycle(0.02f, 0.3f), 0f),
        job.withPatience(5),
        job.withModel(Jobs.BATCH_NORM),
        job.withModel(Jobs.BATCH_NORM).withUpdate(Jobs.ADAM, cosine, 1f));
  }

  /** Trains until {@code stop} steps were taken, then saves and ends. */
  private TrainResult trainUntil(long stop, Jobs job, boolean resume, List<TrainEvent> heard) {
    Trainer[] trainer = new Trainer[1];
    TrainListener listener =
        event -> {
          heard.add(event);
        };
    trainer[0] = new Trainer(spark, job.config(), List.of(listener));
    trainer[0].stopAfter(stop);
    return trainer[0].train(resume);
  }

  @ParameterizedTest
  @MethodSource("updates")
  void stoppingAndResumingLeavesNoTrace(Jobs job) {
    TrainResult whole = new Trainer(spark, job.config(), List.of()).train(false);
    Jobs kept = job.withCheckpoints(saved, 2);
    // Stops in the middle of an epoch, again at the end of one, each time with other partitions.
    List<TrainEvent> heard = new ArrayList<>();
    assertThat(trainUntil(3, kept, false, heard).reason()).isEqualTo(StopReason.STOPPED);
    assertThat(trainUntil(8, kept.withPartitions(3), true, heard).steps()).isEqualTo(8);
    TrainResult last =
        new Trainer(spark, kept.withPartitions(1).config(), List.of(heard::add)).train(true);
    assertThat(last.weightsSha256()).isEqualTo(whole.weightsSha256());
    assertThat(last.steps()).isEqualTo(whole.steps());
    assertThat(
            heard.stream()
                .filter(TrainEvent.Step.class::isInstance)
                .map(e -> ((TrainEvent.Step) e).step()))
        .hasSize((int) whole.steps())
        .doesNotHaveDuplicates();
    assertThat(
            heard.stream()
                .filter(TrainEvent.Resumed.class::isInstance)
                .map(e -> ((TrainEvent.Resumed) e).step()))
        .containsExactly(3L, 8L);
    // Resuming a finished run changes nothing.
    TrainResult again = new Trainer(spark, kept.config(), List.of()).train(true);
    assertThat(again.weightsSha256()).isEqualTo(whole.weightsSha256());
    assertThat(again.examples()).isZero();
  }

  @Test
  void aDamagedNewestIsSkippedAndNamed() throws IOException {
    Jobs job = Jobs.on(folder).withSteps(3, 0).withCheckpoints(saved, 1);
    String whole =
        new Trainer(spark, job.withCheckpoints("", 0).config(), List.of())
            .train(false)
            .weightsSha256();
    trainUntil(3, job, false, new ArrayList<>());
    trainUntil(5, job, true, new ArrayList<>());
    trainUntil(6, job, true, new ArrayList<>());
    flip(saved.resolve("checkpoint-000000000006.convoy"));
    Path five = saved.resolve("checkpoint-000000000005.convoy");
    byte[] bytes = Files.readAllBytes(five);
    Files.write(five, java.util.Arrays.copyOf(bytes, bytes.length - 10));
    try (Stream<Path> files = Files.list(saved)) {
      for (Path best : files.filter(f -> f.getFileName().toString().startsWith("best")).toList()) {
        Files.delete(best);
      }
    }
    List<TrainEvent> heard = new ArrayList<>();
    TrainResult result = new Trainer(spark, job.config(), List.of(heard::add)).train(true);
    assertThat(result.weightsSha256()).isEqualTo(whole);
    List<String> warnings =
        heard.stream()
            .filter(TrainEvent.Warned.class::isInstance)
            .map(e -> ((TrainEvent.Warned) e).message())
            .toList();
    assertThat(warnings).hasSize(2);
    assertThat(warnings.get(0)).contains("skipped").contains("000006.convoy: checksum differs");
    assertThat(warnings.get(1)).contains("skipped").contains("000005.convoy: checksum differs");
  }

  @Test
  void aResumeFromBelowADamagedOneLosesNothingMore() throws IOException {
    Jobs job = Jobs.on(folder).withSteps(3, 0).withCheckpoints(saved, 1);
    String whole =
        new Trainer(spark, job.withCheckpoints("", 0).config(), List.of())
            .train(false)
            .weightsSha256();
    for (long step = 6; step <= 8; step++) {
      trainUntil(step, job, step > 6, new ArrayList<>());
    }
    try (Stream<Path> files = Files.list(saved)) {
      for (Path best : files.filter(f -> f.getFileName().toString().startsWith("best")).toList()) {
        Files.delete(best);
      }
    }
    // Three are kept, 8 the newest; the run goes on from 6 and is stopped again at once.
    flip(saved.resolve("checkpoint-000000000007.convoy"));
    flip(saved.resolve("checkpoint-000000000008.convoy"));
    trainUntil(6, job, true, new ArrayList<>());
    assertThat(saved.resolve("checkpoint-000000000006.convoy")).exists();
    List<TrainEvent> heard = new ArrayList<>();
    trainUntil(7, job, true, heard);
    assertThat(heard).noneMatch(TrainEvent.Warned.class::isInstance);
    assertThat(new Trainer(spark, job.config(), List.of()).train(true).weightsSha256())
        .isEqualTo(whole);
  }

  @Test
  void aNewRunDoesNotMixWithAnOldOne() {
    Jobs job = Jobs.on(folder).withSteps(3, 0).withCheckpoints(saved, 1);
    trainUntil(3, job, false, new ArrayList<>());
    assertThatThrownBy(() -> new Trainer(spark, job.config(), List.of()).train(false))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(saved.getFileName().toString())
        .hasMessageContaining("checkpoint-000000000003.convoy")
        .hasMessageContaining("--resume")
        .hasMessageContaining("another directory");
  }

  @Test
  void whatDoesNotFitIsRefusedByName() {
    Jobs job = Jobs.on(folder).withSteps(3, 0).withCheckpoints(saved, 1);
    trainUntil(3, job, false, new ArrayList<>());
    refused(job.withBatch(49), "training.batchSize: it holds 50, the job asks for 49");
    refused(
        job.withModel(Jobs.SMALL.replace("filters=4", "filters=5")), "model: it holds input 12x12");
    refused(
        job.withUpdate(Jobs.ADAM, new LearningRate.Constant(0.05f), 0f),
        "optimizer.type: it holds Sgd");
    refused(job.withHeldOut(0.2), "data.validationFraction: it holds 0.1, the job asks for 0.2");
    Path other = saved.resolve("other");
    other.toFile().mkdir();
    IdxWriter.pair(other, "train", 199, 12, 5, false);
    refused(job.withData(other, 2, 0.1), "data.examples: it holds 200, the job asks for 199");
    assertThatThrownBy(
            () -> new Trainer(spark, job.withCheckpoints("", 1).config(), List.of()).train(true))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("checkpoint.directory");
    // More epochs at a constant rate are fine; with a schedule they would change the past.
    assertThat(new Trainer(spark, job.withSteps(4, 0).config(), List.of()).train(true).reason())
        .isEqualTo(StopReason.EPOCHS);
  }

  @Test
  void aScheduleThatWouldHaveBeenAnotherIsRefused() {
    Jobs job =
        Jobs.on(folder)
            .withSteps(3, 0)
            .withUpdate(Jobs.MOMENTUM, new LearningRate.Cosine(0.02f, 0f), 0f)
            .withCheckpoints(saved, 1);
    trainUntil(3, job, false, new ArrayList<>());
    refused(job.withSteps(4, 0), "training.epochs or training.maxSteps");
  }

  @Test
  void aRunThatHasTakenMoreStepsThanAreAskedForSaysSo() {
    Jobs job = Jobs.on(folder).withSteps(3, 0).withCheckpoints(saved, 1);
    String sha = trainUntil(Long.MAX_VALUE, job, false, new ArrayList<>()).weightsSha256();
    List<TrainEvent> heard = new ArrayList<>();
    TrainResult again =
        new Trainer(spark, job.withSteps(2, 0).config(), List.of(heard::add)).train(true);
    assertThat(again.weightsSha256()).isEqualTo(sha);
    assertThat(heard)
        .anyMatch(
            event ->
                event instanceof TrainEvent.Warned warned
                    && warned.message().contains("nothing is left to do"));
    // What such a resume saved can be gone on with, too.
    assertThat(new Trainer(spark, job.withSteps(4, 0).config(), List.of()).train(true).reason())
        .isEqualTo(StopReason.EPOCHS);
  }

  private void refused(Jobs job, String part) {
    assertThatThrownBy(() -> new Trainer(spark, job.config(), List.of()).train(true))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(part);
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }
}
