package dev.convoy.spark.train.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.engine.data.Augmentation;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.network.Network;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.data.TaskSlots;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.data.shard.DataCut;
import dev.convoy.spark.train.HostileSource;
import dev.convoy.spark.train.Jobs;
import dev.convoy.spark.train.task.BatchPlan;
import dev.convoy.spark.train.task.GradientWork;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.Test;

/** In how many tasks a step is done, and how the weights get there. */
class TrainStepTest {
  private static final Map<String, String> LITTLE_MEMORY =
      Map.of("spark.memory.fraction", "0.00002", "spark.testing.memory", "600000000");

  private static void with(
      String master, Map<String, String> settings, int partitions, Consumer<TrainStep> test) {
    SparkContext spark = SparkForTests.local(master, settings);
    try (TrainingData data =
        TrainingData.of(
            spark,
            new HostileSource(300, 12, 5, 0),
            DataCut.shards(17).partitions(partitions).seed(42).heldOut(0.1))) {
      BatchPlan plan = new BatchPlan(1, data.trainingSizes(), 200, 8);
      GradientWork work =
          new GradientWork(network().spec().toText(), plan, 8, 1, Augmentation.NONE);
      test.accept(TrainStep.of(spark, data, partitions, work, network().parameterCount()));
    } finally {
      spark.stop();
    }
  }

  private static Network network() {
    return new Network(ModelSpec.parse(Jobs.SMALL));
  }

  private static StepResult first(TrainStep step) {
    StepResult result = step.run(1, network().initialWeights(3));
    assertThat(result.counts().examples()).isEqualTo(200);
    return result;
  }

  private static float[] mean(StepResult result) {
    float[] mean = new float[network().parameterCount()];
    result.sum().mean(mean);
    return mean;
  }

  @Test
  void oneTaskDoesAllInOneJvm() {
    float[][] found = new float[2][];
    with(
        "local[3]",
        Map.of(),
        0,
        step -> {
          assertThat(step.tasks()).isEqualTo(1);
          found[0] = mean(first(step));
        });
    with(
        "local[3]",
        Map.of(),
        3,
        step -> {
          assertThat(step.tasks()).isEqualTo(3);
          found[1] = mean(first(step));
        });
    assertThat(found[0]).isEqualTo(found[1]);
  }

  @Test
  void threadsAreAsManyAsSlotsWhateverSparksDefaultParallelism() {
    SparkContext spark = SparkForTests.local("local[3]", Map.of("spark.default.parallelism", "64"));
    try {
      assertThat(TaskSlots.now(spark)).isEqualTo(64);
      assertThat(TrainStep.threads(spark)).isEqualTo(3);
    } finally {
      spark.stop();
    }
  }

  @Test
  void aTaskReadsItsPartOfTheDataFromDisk() {
    with("local[3]", LITTLE_MEMORY, 0, step -> assertThat(step.tasks()).isEqualTo(3));
  }

  @Test
  void otherWorkIsDoneInTheSameTasks() {
    with(
        "local[3]",
        Map.of(),
        0,
        step -> {
          TrainStep empty = step.withoutWork();
          assertThat(empty.tasks()).isEqualTo(1);
          assertThat(empty.run(1, network().initialWeights(3)).counts().examples()).isEqualTo(1);
        });
  }

  @Test
  void weightsOfASmallModelTravelInItsTasks() {
    with(
        "local[2]", Map.of(), 2, step -> assertThat(first(step).times().broadcastNanos()).isZero());
  }

  @Test
  void weightsOfALargeModelAreBroadcastAndReleased() {
    int parameters = 300_000;
    SparkContext spark = SparkForTests.local("local[2]");
    try (TrainingData data =
        TrainingData.of(
            spark, new HostileSource(30, 12, 5, 0), DataCut.shards(2).partitions(2).seed(42))) {
      TrainStep step = TrainStep.empty(spark, data, parameters, 2);
      StepResult result = step.run(1, new float[parameters]);
      assertThat(result.counts().examples()).isEqualTo(2);
      assertThat(result.times().broadcastNanos()).isPositive();
      assertThat(result.times().releaseNanos()).isPositive();
    } finally {
      spark.stop();
    }
  }

  @Test
  void tasksAreNeverTooLargeForSpark() {
    SparkContext spark = SparkForTests.local("local[2]");
    try {
      assertThat(StepWeights.fitTasks(spark, 2, 250_000)).isTrue();
      assertThat(StepWeights.fitTasks(spark, 1, 1_000 * 1024)).isFalse();
      assertThat(StepWeights.fitTasks(spark, 16, 250_000)).isFalse();
    } finally {
      spark.stop();
    }
  }
}
