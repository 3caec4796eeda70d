package dev.convoy.spark.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.optimizer.LearningRate;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.data.IdxWriter;
import dev.convoy.spark.train.Jobs;
import dev.convoy.spark.train.event.TrainingException;
import java.nio.file.Path;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainBenchTest {
  @TempDir Path folder;

  @Test
  void aJobThatDivergesIsToldAsOne() {
    IdxWriter.pair(folder, "train", 200, 12, 5, false);
    Jobs job = Jobs.on(folder).withUpdate(Jobs.MOMENTUM, new LearningRate.Constant(1e30f), 0f);
    SparkContext spark = SparkForTests.local("local[2]");
    try {
      assertThatThrownBy(() -> new TrainBench(spark, job.config()).run(1, 0.01))
          .isInstanceOf(TrainingException.class)
          .hasMessageContaining("diverged at step ");
      assertThat(spark.isStopped()).isFalse();
    } finally {
      spark.stop();
    }
  }
}
