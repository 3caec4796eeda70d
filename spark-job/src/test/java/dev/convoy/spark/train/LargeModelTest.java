package dev.convoy.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.network.Network;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.data.shard.DataCut;
import dev.convoy.spark.train.event.TrainEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.StageInfo;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

/** Ten million parameters in many partitions: few gradients may reach the driver. */
class LargeModelTest {
  private static final String TEN_MILLION =
      """
      input 28x28x1
      flatten
      dense units=3072
      relu
      dense units=2432
      relu
      dense units=10
      loss softmax
      """;

  private static final int PARTITIONS = 16;
  private static final int STEPS = 2;

  @Test
  void fewGradientsReachTheDriver() {
    ModelSpec model = ModelSpec.parse(TEN_MILLION);
    int parameters = new Network(model).parameterCount();
    assertThat(parameters).isGreaterThan(9_900_000);
    SparkContext spark = SparkForTests.local("local[2]");
    Results results = new Results();
    spark.addSparkListener(results);
    try {
      List<TrainEvent> heard = new ArrayList<>();
      TrainConfig config =
          Jobs.on("made up")
              .withModel(TEN_MILLION)
              .withHeldOut(0)
              .withPartitions(PARTITIONS)
              .withBatch(PARTITIONS * 16)
              .withSteps(2, STEPS)
              .config();
      HostileSource source = new HostileSource(PARTITIONS * 16, 28, 10, 0);
      TrainResult result =
          new Trainer(
                  spark,
                  config,
                  List.of(heard::add),
                  () ->
                      TrainingData.of(
                          spark,
                          source,
                          DataCut.shards(PARTITIONS).partitions(PARTITIONS).seed(42)))
              .train(false);
      assertThat(result.steps()).isEqualTo(STEPS);
    } finally {
      // The bus is drained before this returns.
      spark.stop();
    }
    List<List<Long>> steps = results.largeByJob(parameters);
    // The steps, and those that were tried before them to foretell their speed.
    assertThat(steps).hasSizeGreaterThanOrEqualTo(STEPS);
    // A task's sum is 2 to 8 bytes a parameter; 16 of them would be here without the tree.
    for (List<Long> parts : steps) {
      assertThat(parts).hasSizeBetween(1, 4);
      assertThat(parts.stream().mapToLong(Long::longValue).sum()).isLessThan(256L << 20);
    }
  }

  /** Sizes of the task results that came to the driver, by job. */
  private static final class Results extends SparkListener {
    private final Map<Integer, Integer> jobs = new ConcurrentHashMap<>();
    private final Map<Integer, List<Long>> sizes = new ConcurrentHashMap<>();

    @Override
    public void onJobStart(SparkListenerJobStart start) {
      for (StageInfo stage : CollectionConverters.asJava(start.stageInfos())) {
        jobs.put(stage.stageId(), start.jobId());
      }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      sizes
          .computeIfAbsent(jobs.get(end.stageId()), job -> new ArrayList<>())
          .add(end.taskMetrics().resultSize());
    }

    /** Of the jobs with any, those results that hold a gradient: a byte a parameter and more. */
    List<List<Long>> largeByJob(int parameters) {
      return sizes.values().stream()
          .map(all -> all.stream().filter(size -> size > parameters).toList())
          .filter(large -> !large.isEmpty())
          .toList();
    }
  }
}
