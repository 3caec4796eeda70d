package dev.convoy.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.model.ParameterLayout;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.optimizer.Clipping;
import dev.convoy.engine.sum.GradientSum;
import dev.convoy.engine.tensor.CounterRandom;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.data.IdxWriter;
import dev.convoy.spark.data.shard.ShardLayout;
import dev.convoy.spark.train.event.TrainingException;
import dev.convoy.spark.train.task.BatchPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What batch normalisation keeps of the data, from the micro-batches to the driver's weights. */
class RunningStatisticsTest {
  private static final int PIXELS = 12 * 12;
  private static final int EXAMPLES = 200;
  private static final double MOMENTUM = 0.3f;

  @TempDir static Path folder;
  private static SparkContext spark;

  @BeforeAll
  static void start() {
    IdxWriter.pair(folder, "train", EXAMPLES, 12, 5, false);
    spark = SparkForTests.local("local[2]");
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** The first layer normalises the data itself, by their mean and variance. */
  private static Jobs job(double deviation) {
    return Jobs.on(folder)
        .withModel(
            "input 12x12x1\nnormalize mean=0.5 deviation="
                + deviation
                + "\nbatchNorm momentum=0.3\ndense units=5");
  }

  /** Deviations of 1e-4 make variances of 1e7, which exact sums split. */
  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1e-4})
  void theyAreTheMeanOverAllMicroBatchesByTheirSizes(double deviation) throws IOException {
    Jobs job = job(deviation);
    float[] weights = new Trainer(spark, job.config(), List.of()).train(false).weights();
    double[] expected = running(job.config());
    for (int i = 0; i < 2; i++) {
      assertThat((double) weights[2 + i])
          .isCloseTo(expected[i], Offset.offset(1e-5 * Math.abs(expected[i])));
    }
    float[] three =
        new Trainer(spark, job.withPartitions(3).config(), List.of()).train(false).weights();
    assertThat(three).isEqualTo(weights);
  }

  /** In double: the running mean and variance at the end of the job. */
  private static double[] running(TrainConfig config) throws IOException {
    byte[] images = Files.readAllBytes(folder.resolve("train-images-idx3-ubyte"));
    float[] table = config.model().normalization().table();
    TrainConfig.Loop loop = config.loop();
    ShardLayout layout =
        new ShardLayout(
            EXAMPLES, config.data().shards(), loop.seed(), config.data().validationFraction());
    List<List<Integer>> shards = new ArrayList<>();
    for (int s = 0; s < layout.shards(); s++) {
      shards.add(new ArrayList<>());
    }
    for (int i = 0; i < EXAMPLES; i++) {
      if (!layout.heldOut(i)) {
        shards.get(layout.shardOf(i)).add(i);
      }
    }
    int[] sizes = shards.stream().mapToInt(List::size).toArray();
    BatchPlan plan = new BatchPlan(loop.seed(), sizes, loop.batchSize(), loop.microBatch());
    double[] running = {0, 1};
    int unequal = 0;
    for (long step = 1; step <= loop.epochs() * plan.stepsPerEpoch(); step++) {
      double[] mean = new double[2];
      for (BatchPlan.Piece piece : plan.pieces(step)) {
        List<Integer> shard = shards.get(piece.shard());
        int[] order = CounterRandom.permutation(shard.size(), plan.orderKey(step, piece.shard()));
        double[] values =
            Arrays.stream(order, piece.from(), piece.to())
                .map(i -> 16 + shard.get(i) * PIXELS)
                .flatMap(at -> IntStream.range(at, at + PIXELS))
                .mapToDouble(i -> table[images[i] & 0xff])
                .toArray();
        double own = Arrays.stream(values).average().orElseThrow();
        double squares = Arrays.stream(values).map(v -> (v - own) * (v - own)).sum();
        double share = (double) piece.size() / plan.batchExamples(step);
        mean[0] += share * own;
        mean[1] += share * squares / (values.length - 1);
        unequal += piece.size() < loop.microBatch() ? 1 : 0;
      }
      for (int i = 0; i < 2; i++) {
        running[i] = (1 - MOMENTUM) * running[i] + MOMENTUM * mean[i];
      }
    }
    assertThat(unequal).isPositive();
    return running;
  }

  @Test
  void aVarianceBeyondExactSumsIsDivergenceAndSaysOfWhat() {
    assertThatThrownBy(() -> new Trainer(spark, job(1e-6).config(), List.of()).train(false))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("diverged at step 1: layer 1 (batchNorm.variance): of a micro-batch ")
        .hasMessageContaining("expected a finite value below 1073741824; ")
        .hasMessageContaining("scale the features");
  }

  @Test
  void theOptimizerSeesNothingOfThem() {
    Jobs job = Jobs.on(folder).withModel(Jobs.BATCH_NORM);
    Jobs clipped = job.withUpdate(Jobs.ADAM, job.config().update().learningRate(), 1f);
    Network network = new Network(job.config().model());
    ParameterLayout layout = network.parameters();
    float[] gradient = new float[layout.size()];
    float[] trained = new float[layout.size()];
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = layout.at(i).isStatistic() ? 1000f : 0.125f * CounterRandom.gaussian(3, i);
      trained[i] = layout.at(i).isStatistic() ? 0f : gradient[i];
    }
    GradientSum sum = new GradientSum(gradient.length);
    sum.add(gradient, 1, 1);
    GradientSum without = new GradientSum(gradient.length);
    without.add(trained, 1, 1);
    WeightUpdate update = new WeightUpdate(clipped.config().update(), layout, 1, 1);
    float[] before = network.initialWeights(1);
    float[] weights = before.clone();
    float[] state = clipped.config().update().optimizer().newState(weights.length);
    double norm = update.apply(sum, weights, state, 1);
    assertThat(norm).isCloseTo(Clipping.norm(trained), Offset.offset(1e-6));
    assertThat(update.norms().weights()).allMatch(n -> n < 100);
    float[] other = before.clone();
    new WeightUpdate(clipped.config().update(), layout, 1, 1)
        .apply(without, other, new float[state.length], 1);
    for (int i = 0; i < weights.length; i++) {
      if (layout.at(i).isStatistic()) {
        float share = layout.at(i).momentum();
        assertThat(weights[i]).isEqualTo((1 - share) * before[i] + share * 1000f);
        assertThat(state[i]).isZero();
      } else {
        assertThat(weights[i]).isEqualTo(other[i]);
      }
    }
  }
}
