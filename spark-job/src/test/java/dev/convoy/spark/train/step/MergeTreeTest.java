package dev.convoy.spark.train.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.engine.data.Augmentation;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.sum.GradientSum;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.data.shard.DataCut;
import dev.convoy.spark.train.HostileSource;
import dev.convoy.spark.train.Jobs;
import dev.convoy.spark.train.task.BatchPlan;
import dev.convoy.spark.train.task.GradientWork;
import dev.convoy.spark.train.task.TaskBuffers;
import dev.convoy.spark.train.task.TaskResult;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import org.junit.jupiter.api.Test;
import scala.reflect.ClassTag$;

class MergeTreeTest {
  @Test
  void paysForManyPartsOrLargeOnesOnly() {
    assertThat(MergeTree.pays(2, 500_000_000)).isFalse();
    assertThat(MergeTree.pays(8, 250_000)).isFalse();
    assertThat(MergeTree.pays(8, 40_000_000)).isTrue();
    assertThat(MergeTree.pays(64, 80_000_000)).isTrue();
    assertThat(MergeTree.pays(64, 5_000)).isFalse();
    assertThat(MergeTree.pays(1000, 250_000)).isTrue();
  }

  @Test
  void theDriverNeverTakesInMoreThanAFewLargeParts() {
    long bytes = 50_000_000;
    int parts = 64;
    while (MergeTree.pays(parts, bytes)) {
      parts = MergeTree.width(parts);
    }
    assertThat(parts * bytes).isLessThan(256L << 20);
  }

  @Test
  void levelsChangeNoBit() {
    SparkContext spark = SparkForTests.local("local[2]");
    try (TrainingData data =
        TrainingData.of(
            spark,
            new HostileSource(300, 12, 5, 0),
            DataCut.shards(17).partitions(17).seed(42).heldOut(0.1))) {
      Network network = new Network(ModelSpec.parse(Jobs.SMALL));
      float[] weights = network.initialWeights(3);
      BatchPlan plan = new BatchPlan(1, data.trainingSizes(), 200, 8);
      GradientWork work = new GradientWork(network.spec().toText(), plan, 8, 1, Augmentation.NONE);
      StepResult direct = TrainStep.perPartition(spark, data, work, weights.length).run(1, weights);

      Broadcast<byte[]> broadcast =
          spark.broadcast(TaskBuffers.encode(weights), ClassTag$.MODULE$.apply(byte[].class));
      RDD<TaskResult> tree =
          MergeTree.over(
              new StepRdd(data.shards(), work, 1, 1, new StepWeights.Sent(broadcast)),
              weights.length,
              1L << 30);
      List<TaskResult> parts = tree.toJavaRDD().collect();
      assertThat(parts).hasSize(2);
      GradientSum sum = new GradientSum(weights.length);
      TaskResult counts = new TaskResult();
      for (TaskResult part : parts) {
        counts.addCounts(part);
        sum.decodeAndMerge(part.gradient());
      }
      float[] expected = new float[weights.length];
      float[] found = new float[weights.length];
      direct.sum().mean(expected);
      sum.mean(found);
      assertThat(found).isEqualTo(expected);
      assertThat(counts.examples()).isEqualTo(200);
      assertThat(counts.lossSum()).isEqualTo(direct.counts().lossSum());
      assertThat(counts.runs().stream().map(TaskResult.TaskRun::partition))
          .hasSize(17)
          .doesNotHaveDuplicates();
    } finally {
      spark.stop();
    }
  }
}
