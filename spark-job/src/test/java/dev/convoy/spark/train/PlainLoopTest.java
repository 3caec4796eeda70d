package dev.convoy.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.model.ParameterLayout;
import dev.convoy.engine.model.WeightsHash;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.network.Workspace;
import dev.convoy.engine.sum.GradientSum;
import dev.convoy.engine.tensor.CounterRandom;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.data.IdxWriter;
import dev.convoy.spark.data.shard.ShardLayout;
import dev.convoy.spark.train.task.BatchPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training on Spark gives the bits of the same loop written down in one thread, without Spark. */
class PlainLoopTest {
  private static final int SIDE = 12;
  private static final int EXAMPLES = 400;

  @TempDir static Path folder;
  private static SparkContext spark;

  @BeforeAll
  static void start() {
    IdxWriter.pair(folder, "train", EXAMPLES, SIDE, 5, false);
    spark = SparkForTests.local("local[2]");
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void sparkChangesNothing() throws Exception {
    Jobs job = Jobs.on(folder).withPartitions(3);
    TrainResult result = new Trainer(spark, job.config(), List.of()).train(false);
    assertThat(result.weightsSha256()).isEqualTo(WeightsHash.sha256(plain(job.config())));
  }

  private static float[] plain(TrainConfig config) throws Exception {
    byte[] images = Files.readAllBytes(folder.resolve("train-images-idx3-ubyte"));
    byte[] labels = Files.readAllBytes(folder.resolve("train-labels-idx1-ubyte"));
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

    Network network = new Network(config.model());
    float[] table = config.model().normalization().table();
    float[] weights = network.initialWeights(loop.seed());
    float[] state = config.update().optimizer().newState(weights.length);
    float[] gradient = new float[weights.length];
    Workspace workspace = network.newWorkspace(loop.microBatch(), true);
    Batch batch = new Batch(config.model().input(), loop.microBatch());
    GradientSum sum = new GradientSum(weights.length);
    long steps = loop.epochs() * plan.stepsPerEpoch();
    for (long step = 1; step <= steps; step++) {
      network.load(weights, workspace);
      sum.clear();
      for (BatchPlan.Piece piece : plan.pieces(step)) {
        List<Integer> shard = shards.get(piece.shard());
        int[] order = CounterRandom.permutation(shard.size(), plan.orderKey(step, piece.shard()));
        batch.clear();
        for (int i = piece.from(); i < piece.to(); i++) {
          int example = shard.get(order[i]);
          batch.add(images, 16 + example * SIDE * SIDE, table, labels[8 + example], example);
        }
        network.gradient(batch, loop.seed(), step, workspace, gradient);
        sum.add(gradient, piece.size(), plan.batchExamples(step));
      }
      sum.mean(gradient);
      for (ParameterLayout.Entry entry : network.parameters().entries()) {
        float decay = entry.decays() ? config.update().weightDecay() : 0f;
        int to = entry.offset() + entry.length();
        float rate = config.update().learningRate().at(step, steps);
        config
            .update()
            .optimizer()
            .update(weights, gradient, state, entry.offset(), to, decay, rate, step);
      }
    }
    return weights;
  }
}
