package dev.convoy.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.engine.optimizer.LearningRate;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.data.IdxWriter;
import dev.convoy.spark.train.event.StopReason;
import dev.convoy.spark.train.event.TrainEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Early stopping must come out the same, wherever the run was stopped and resumed. */
class PatienceTest {
  @TempDir static Path folder;
  @TempDir Path saved;
  private static SparkContext spark;
  private static Jobs job;
  private static TrainResult whole;
  private static TrainEvent.Evaluated best;

  @BeforeAll
  static void trainWithoutStop() {
    IdxWriter.pair(folder, "train", 200, 12, 5, false);
    spark = SparkForTests.local("local[2]");
    job =
        Jobs.on(folder)
            .withSteps(30, 0)
            .withPatience(2)
            .withUpdate(Jobs.MOMENTUM, new LearningRate.Constant(0.3f), 1f);
    List<TrainEvent> heard = new ArrayList<>();
    whole = new Trainer(spark, job.config(), List.of(heard::add)).train(false);
    best =
        heard.stream()
            .filter(TrainEvent.Evaluated.class::isInstance)
            .map(TrainEvent.Evaluated.class::cast)
            .min(Comparator.comparingDouble(TrainEvent.Evaluated::loss))
            .orElseThrow();
    assertThat(whole.reason()).isEqualTo(StopReason.PATIENCE);
    assertThat(whole.steps()).isBetween(12L, 119L);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static TrainResult trainUntil(long step, Jobs job, boolean resume) {
    Trainer trainer = new Trainer(spark, job.config(), List.of());
    trainer.stopAfter(step);
    return trainer.train(resume);
  }

  private static void assertAsIfNeverStopped(TrainResult found) {
    assertThat(found.reason()).isEqualTo(StopReason.PATIENCE);
    assertThat(found.steps()).isEqualTo(whole.steps());
    assertThat(found.weightsSha256()).isEqualTo(whole.weightsSha256());
    assertThat(found.validation().orElseThrow().loss()).isEqualTo(best.loss());
  }

  @Test
  void theFiguresAreThoseOfTheWeightsThatComeBack() {
    assertThat(best.step()).isLessThan(whole.steps());
    assertThat(whole.validation().orElseThrow().loss()).isEqualTo(best.loss());
    assertThat(whole.validation().orElseThrow().accuracy()).isEqualTo(best.accuracy());
  }

  @Test
  void aStopAfterAnyStepLeavesNoTrace() {
    for (long step = 1; step < whole.steps(); step++) {
      Jobs kept = job.withCheckpoints(saved.resolve("at" + step), 0);
      assertThat(trainUntil(step, kept, false).reason()).isEqualTo(StopReason.STOPPED);
      assertAsIfNeverStopped(trainUntil(Long.MAX_VALUE, kept, true));
      if (step % 10 == 1) {
        // Resuming a run that is over changes nothing either.
        assertAsIfNeverStopped(trainUntil(Long.MAX_VALUE, kept, true));
      }
    }
  }

  @Test
  void theBestFileAloneIsAsGoodAsAnyOther() throws IOException {
    Jobs kept = job.withCheckpoints(saved, 0);
    trainUntil(best.step() + 1, kept, false);
    List<Path> files;
    try (Stream<Path> all = Files.list(saved)) {
      files = all.toList();
    }
    for (Path file : files) {
      if (!file.getFileName().toString().startsWith("best-")) {
        Files.delete(file);
      }
    }
    assertAsIfNeverStopped(trainUntil(Long.MAX_VALUE, kept, true));
  }

  @Test
  void patienceMayBeginOnResuming() {
    Jobs kept = job.withCheckpoints(saved, 0);
    trainUntil(whole.steps(), kept.withPatience(0), false);
    TrainResult resumed = trainUntil(Long.MAX_VALUE, kept, true);
    assertThat(resumed.steps()).isGreaterThan(whole.steps());
    assertThat(resumed.weights()).hasSameSizeAs(whole.weights());
  }
}
