package dev.convoy.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.convoy.engine.optimizer.LearningRate;
import dev.convoy.engine.optimizer.Sgd;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.cluster.Await;
import dev.convoy.spark.data.DataLocation;
import dev.convoy.spark.data.IdxWriter;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.data.shard.DataCut;
import dev.convoy.spark.data.source.DataPart;
import dev.convoy.spark.train.event.Evaluation;
import dev.convoy.spark.train.event.StopReason;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainListener;
import dev.convoy.spark.train.event.TrainingException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  @TempDir static Path folder;
  private static SparkContext spark;

  @BeforeAll
  static void start() {
    IdxWriter.pair(folder, "train", 400, 12, 5, false);
    spark = SparkForTests.local("local[2]");
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static TrainResult train(Jobs job, List<TrainEvent> heard) {
    return new Trainer(spark, job.config(), List.of(heard::add)).train(false);
  }

  private static <T> List<T> of(Class<T> kind, List<TrainEvent> heard) {
    return heard.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  @Test
  void learnsAndTellsEverythingInOrder() {
    List<TrainEvent> heard = new ArrayList<>();
    Jobs job = Jobs.on(folder).withSteps(6, 0);
    TrainResult result = train(job, heard);

    TrainEvent.Started started = of(TrainEvent.Started.class, heard).get(0);
    assertThat(heard.get(0)).isSameAs(started);
    assertThat(started.trainingExamples() + started.validationExamples()).isEqualTo(400);
    assertThat(started.cut().partitions()).isEqualTo(2);
    assertThat(started.course().firstStep()).isEqualTo(1);
    assertThat(started.course().totalSteps()).isEqualTo(6 * started.course().stepsPerEpoch());

    List<TrainEvent.Step> steps = of(TrainEvent.Step.class, heard);
    assertThat(steps).hasSize((int) started.course().totalSteps());
    for (int i = 0; i < steps.size(); i++) {
      assertThat(steps.get(i).step()).isEqualTo(i + 1);
    }
    assertThat(steps.get(0).loss()).isBetween(1.0, 3.0);
    assertThat(steps.get(steps.size() - 1).loss()).isLessThan(0.3);
    assertThat(steps.stream().mapToLong(TrainEvent.Step::examples).sum())
        .isEqualTo(6 * started.trainingExamples());

    List<TrainEvent.Evaluated> validations = of(TrainEvent.Evaluated.class, heard);
    assertThat(validations).hasSize(6);
    assertThat(validations.get(5).accuracy()).isGreaterThan(0.95);
    assertThat(validations.get(0).best()).isTrue();
    assertThat(result.validation().orElseThrow().loss()).isEqualTo(validations.get(5).loss());

    TrainEvent.Finished finished = of(TrainEvent.Finished.class, heard).get(0);
    assertThat(heard.get(heard.size() - 1)).isSameAs(finished);
    assertThat(finished.reason()).isEqualTo(StopReason.EPOCHS);
    assertThat(finished.weightsSha256()).isEqualTo(result.weightsSha256()).hasSize(64);
    assertThat(finished.examples()).isEqualTo(6 * started.trainingExamples());
  }

  @Test
  void aStepTellsItsPartsItsNormsAndWhoDidIt() {
    List<TrainEvent> heard = new ArrayList<>();
    train(Jobs.on(folder).withSteps(1, 3), heard);
    TrainEvent.Started started = of(TrainEvent.Started.class, heard).get(0);
    assertThat(started.data().examples()).isEqualTo(400);
    assertThat(started.layers()).isNotEmpty().allMatch(name -> name.matches("[0-9]+\\.[a-z0-9]+"));
    for (TrainEvent.Step step : of(TrainEvent.Step.class, heard)) {
      double parts =
          step.times().broadcastSeconds()
              + step.computeSeconds()
              + step.times().resultSeconds()
              + step.times().mergeSeconds()
              + step.times().updateSeconds();
      assertThat(parts).isCloseTo(step.seconds(), within(1e-6 + 0.01 * step.seconds()));
      assertThat(step.norms().weights()).hasSameSizeAs(started.layers()).allMatch(norm -> norm > 0);
      double all = step.norms().gradients().stream().mapToDouble(norm -> norm * norm).sum();
      assertThat(Math.sqrt(all)).isCloseTo(step.norms().gradient(), withinPercentage(0.01));
      assertThat(step.executors()).hasSize(1);
      assertThat(step.executors().get(0).examples()).isEqualTo(step.examples());
      assertThat(step.executors().get(0).tasks()).isEqualTo(2);
    }
  }

  @Test
  void jobsAreCalledAfterTheirStep() throws Exception {
    List<String> names = Collections.synchronizedList(new ArrayList<>());
    SparkListener jobs =
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart start) {
            names.add(start.properties().getProperty("spark.job.description"));
          }
        };
    spark.addSparkListener(jobs);
    try {
      train(Jobs.on(folder).withSteps(1, 2), new ArrayList<>());
      Await.until(
          "the jobs",
          Duration.ofSeconds(60),
          () -> names.stream().anyMatch(name -> name != null && name.contains("step 2 loss")));
      assertThat(names).anyMatch(name -> name != null && name.matches("epoch 1/1 step 1"));
      assertThat(names)
          .anyMatch(name -> name != null && name.matches("epoch 1/1 step 2 loss [0-9.]+"));
    } finally {
      spark.removeSparkListener(jobs);
    }
  }

  @Test
  void aSlowListenerDoesNotHoldUpTheSteps() {
    CountDownLatch taken = new CountDownLatch(20);
    SparkListener jobs =
        new SparkListener() {
          @Override
          public void onJobEnd(SparkListenerJobEnd end) {
            taken.countDown();
          }
        };
    List<Boolean> waited = new ArrayList<>();
    TrainListener slow =
        event -> {
          if (event instanceof TrainEvent.Started) {
            waited.add(awaits(taken));
          }
        };
    spark.addSparkListener(jobs);
    try {
      TrainResult result =
          new Trainer(spark, Jobs.on(folder).withSteps(6, 0).config(), List.of(slow)).train(false);
      assertThat(result.steps()).isGreaterThan(20);
    } finally {
      spark.removeSparkListener(jobs);
    }
    assertThat(waited).as("steps went on while the listener waited for them").containsExactly(true);
  }

  private static boolean awaits(CountDownLatch latch) {
    try {
      return latch.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aFailingListenerHarmsNobody() {
    List<TrainEvent> heard = new ArrayList<>();
    TrainListener failing =
        event -> {
          throw new IllegalStateException("on purpose");
        };
    TrainResult result =
        new Trainer(spark, Jobs.on(folder).config(), List.of(failing, heard::add)).train(false);
    assertThat(of(TrainEvent.Finished.class, heard).get(0).weightsSha256())
        .isEqualTo(result.weightsSha256());
  }

  @Test
  void stopsAfterMaxStepsInTheMiddleOfAnEpoch() {
    TrainResult result = train(Jobs.on(folder).withSteps(2, 3), new ArrayList<>());
    assertThat(result.steps()).isEqualTo(3);
    assertThat(result.reason()).isEqualTo(StopReason.MAX_STEPS);
  }

  @Test
  void patienceEndsTrainingAndBringsTheBestWeightsBack() {
    // With a rate of nearly nothing the loss still falls; with a huge one it soon gets no better.
    Jobs job =
        Jobs.on(folder)
            .withSteps(30, 0)
            .withPatience(2)
            .withUpdate(Jobs.MOMENTUM, new LearningRate.Constant(0.3f), 1f);
    List<TrainEvent> heard = new ArrayList<>();
    TrainResult result = train(job, heard);
    assertThat(result.reason()).isEqualTo(StopReason.PATIENCE);
    List<TrainEvent.Evaluated> validations = of(TrainEvent.Evaluated.class, heard);
    int best = -1;
    for (int i = 0; i < validations.size(); i++) {
      best = validations.get(i).best() ? i : best;
    }
    assertThat(validations).hasSize(best + 3);
    try (TrainingData data =
        TrainingData.open(
            spark,
            DataLocation.of(folder.toString()),
            DataPart.TRAIN,
            DataCut.shards(9).partitions(3).seed(42).heldOut(0.1))) {
      Evaluation again =
          Evaluator.evaluate(spark, data, job.config().model(), result.weights(), 16);
      assertThat(again.loss()).isEqualTo(validations.get(best).loss());
      assertThat(again.accuracy()).isEqualTo(validations.get(best).accuracy());
      Evaluation sliced =
          Evaluator.evaluate(spark, data, job.config().model(), result.weights(), 16, 3);
      assertThat(sliced.loss()).isEqualTo(again.loss());
      assertThat(sliced.accuracy()).isEqualTo(again.accuracy());
    }
  }

  @Test
  void divergenceNamesStepLayerValueAndCure() {
    Jobs job = Jobs.on(folder).withUpdate(Jobs.MOMENTUM, new LearningRate.Constant(1e30f), 0f);
    List<TrainEvent> heard = new ArrayList<>();
    assertThatThrownBy(() -> train(job, heard))
        .isInstanceOf(TrainingException.class)
        .hasMessageMatching("(?s)diverged at step [1-9]\\d*: layer \\d+ \\(.*\\): .*")
        .hasMessageContaining("optimizer.learningRate")
        .hasMessageContaining("clipNorm");
    assertThat(of(TrainEvent.Finished.class, heard)).isEmpty();
  }

  @Test
  void aLastUpdateThatLeadsToNoNumbersIsDivergenceToo() {
    Jobs job =
        Jobs.on(folder)
            .withSteps(1, 1)
            .withUpdate(new Sgd(0f, false), new LearningRate.Constant(3e38f), 0f);
    List<TrainEvent> heard = new ArrayList<>();
    assertThatThrownBy(() -> train(job, heard))
        .isInstanceOf(TrainingException.class)
        .hasMessageMatching("diverged at step 1: the validation loss became (NaN|Infinity), .*")
        .hasMessageContaining("optimizer.learningRate");
    assertThat(of(TrainEvent.Finished.class, heard)).isEmpty();
  }

  @Test
  void clippingBoundsTheStep() {
    List<TrainEvent> free = new ArrayList<>();
    List<TrainEvent> clipped = new ArrayList<>();
    LearningRate rate = new LearningRate.Constant(0.05f);
    TrainResult a = train(Jobs.on(folder).withUpdate(Jobs.MOMENTUM, rate, 0f), free);
    TrainResult b = train(Jobs.on(folder).withUpdate(Jobs.MOMENTUM, rate, 0.1f), clipped);
    assertThat(a.weightsSha256()).isNotEqualTo(b.weightsSha256());
    assertThat(of(TrainEvent.Step.class, clipped).get(0).norms().gradient())
        .isEqualTo(of(TrainEvent.Step.class, free).get(0).norms().gradient())
        .isGreaterThan(0.1);
  }

  @Test
  void mistakesAreRefusedBeforeTraining() {
    refused(Jobs.on(folder).withBatch(0), "training.batchSize: got 0");
    refused(Jobs.on(folder).withSteps(0, 0), "got 0 epochs");
    refused(Jobs.on(folder).withHeldOut(0).withPatience(1), "training.patience: got 1");
    refused(Jobs.on(folder).withHeldOut(1), "no examples for training");
    refused(Jobs.on(folder + "/absent"), "data.path: got");
    refused(
        Jobs.on(folder).withModel(Jobs.SMALL.replace("units=5", "units=4")),
        "label out of range: got 4, expected 0 to 3");
    refused(
        Jobs.on(folder).withModel(Jobs.SMALL.replace("12x12x1", "13x13x1")),
        "got examples of 12x12x1, expected 13x13x1");
  }

  private static void refused(Jobs job, String part) {
    List<TrainEvent> heard = new ArrayList<>();
    assertThatThrownBy(() -> train(job, heard))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(part);
    assertThat(of(TrainEvent.Step.class, heard)).isEmpty();
  }
}
