package dev.convoy.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.data.DataLocation;
import dev.convoy.spark.data.IdxWriter;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.data.source.DataPart;
import dev.convoy.spark.data.source.EmbeddedMnist;
import dev.convoy.spark.train.event.Evaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training a network of several inputs and outputs. */
class GraphTrainingTest {
  private static final int EXAMPLES = 400;
  @TempDir static Path folder;
  private static SparkContext spark;

  @BeforeAll
  static void start() {
    IdxWriter.twoEnds(folder, "train", EXAMPLES, false);
    spark = SparkForTests.local("local[2]");
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static TrainResult train(Path data, int partitions) {
    Jobs job =
        Jobs.on(data).withModel(IdxWriter.TWO_ENDS).withPartitions(partitions).withSteps(6, 0);
    return new Trainer(spark, job.config(), List.of()).train(false);
  }

  @Test
  void learnsWithTheSameBitsForAnyPartitions(@TempDir Path packed) {
    TrainResult first = train(folder, 1);
    assertThat(first.validation().orElseThrow().accuracy()).isGreaterThan(0.9);
    for (int partitions : new int[] {2, 3, 8}) {
      assertThat(train(folder, partitions).weightsSha256()).isEqualTo(first.weightsSha256());
    }
    IdxWriter.twoEnds(packed, "train", EXAMPLES, true);
    assertThat(train(packed, 3).weightsSha256()).as("gzip").isEqualTo(first.weightsSha256());
  }

  @Test
  void eachOutputIsJudged() {
    TrainResult trained = train(folder, 2);
    ModelSpec model = ModelSpec.parse(IdxWriter.TWO_ENDS);
    String path = folder.toString();
    try (TrainingData data =
        TrainingData.openForEvaluation(spark, DataLocation.of(path, model), DataPart.TRAIN, 2)) {
      Evaluation all = Evaluator.evaluate(spark, data, model, trained.weights(), 16);
      assertThat(all.outputs()).extracting(Evaluation.Output::name).containsExactly("digit", "odd");
      assertThat(all.outputs()).allMatch(output -> output.accuracy() > 0.9);
      assertThat(all.accuracy()).isEqualTo(all.outputs().get(0).accuracy());
      assertThat(all.loss())
          .isCloseTo(
              all.outputs().get(0).loss() + 0.5 * all.outputs().get(1).loss(),
              org.assertj.core.data.Offset.offset(1e-5));
    }
  }

  @Test
  void missingAndWrongFilesAreNamed(@TempDir Path other) throws IOException {
    IdxWriter.twoEnds(other, "train", 60, false);
    Files.delete(other.resolve("train-odd-labels-idx1-ubyte"));
    refused(
        other,
        "data.path: got no labels file for the model's 'odd' in ",
        "expected one of train-odd-labels-idx1-ubyte, ");
    IdxWriter.write(
        other.resolve("train-odd-labels-idx1-ubyte"), IdxWriter.head(0x801, 59), new byte[59]);
    refused(other, "train-odd-labels-idx1-ubyte: ", "59", "60");
    byte[] labels = new byte[60];
    labels[41] = 2;
    IdxWriter.write(
        other.resolve("train-odd-labels-idx1-ubyte"), IdxWriter.head(0x801, 60), labels);
    refused(
        other,
        "train-odd-labels-idx1-ubyte: offset 49: label out of range: got 2, expected 0 to 1 as the"
            + " model has 2 values in its output 2");
    IdxWriter.twoEnds(other, "train", 60, false);
    IdxWriter.write(
        other.resolve("train-right-images-idx3-ubyte"),
        IdxWriter.head(0x803, 60, 5, 4),
        new byte[1200]);
    refused(
        other,
        "train-right-images-idx3-ubyte: got images of 5x4x1, expected 4x5x1 as the model's input"
            + " 'right' says");
    refused(
        Path.of(EmbeddedMnist.PATH),
        "data.path: got embedded:mnist, which has one image and one label an example, expected 2"
            + " and 2");
  }

  private static void refused(Path data, String... parts) {
    assertThatThrownBy(() -> train(data, 2))
        .isInstanceOf(DataException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }
}
