package dev.convoy.spark.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.data.shard.DataCut;
import dev.convoy.spark.data.shard.Fingerprint;
import dev.convoy.spark.data.shard.PackedShard;
import dev.convoy.spark.data.source.DataPart;
import dev.convoy.spark.data.source.ExampleSource;
import dev.convoy.spark.data.source.IdxFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingDataTest {
  private static SparkContext spark;
  @TempDir Path folder;

  @BeforeAll
  static void start() {
    spark = SparkForTests.local("local[2]");
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private TrainingData train(int partitions, int shards, double heldOut) {
    return TrainingData.open(
        spark,
        DataLocation.of(folder.toString()),
        DataPart.TRAIN,
        DataCut.shards(shards).partitions(partitions).seed(5).heldOut(heldOut));
  }

  private static Map<Long, String> contents(TrainingData data) {
    Map<Long, String> found = new HashMap<>();
    for (PackedShard shard : data.shards().toJavaRDD().collect()) {
      int example = shard.size() == 0 ? 0 : shard.pixels().length / shard.size();
      for (int i = 0; i < shard.size(); i++) {
        byte[] pixels = Arrays.copyOfRange(shard.pixels(), i * example, (i + 1) * example);
        String was =
            found.put(
                shard.indexes()[i],
                shard.shard()
                    + (i < shard.training() ? " train " : " held out ")
                    + shard.labels()[i]
                    + Arrays.hashCode(pixels));
        assertThat(was).isNull();
      }
    }
    return found;
  }

  @Test
  void theSameExamplesWhateverTheFormAndThePartitions() throws IOException {
    IdxWriter.pair(folder, "train", 333, 4, 7, false);
    Map<Long, String> expected;
    Fingerprint fingerprint;
    try (TrainingData data = train(2, 10, 0.2)) {
      expected = contents(data);
      fingerprint = data.fingerprint();
      assertThat(expected).hasSize(333);
      assertThat(data.trainingExamples() + data.heldOutExamples()).isEqualTo(333);
      assertThat(data.heldOutExamples()).isBetween(30L, 110L);
      assertThat(fingerprint.examples()).isEqualTo(333);
      assertThat(fingerprint.classes()).isEqualTo(7);
      assertThat(fingerprint.shape()).isEqualTo("4x4x1");
      data.expect(new Shape(4, 4, 1), 7);
    }
    for (int partitions : new int[] {1, 3, 8, 13}) {
      try (TrainingData data = train(partitions, 10, 0.2)) {
        assertThat(data.partitions()).isEqualTo(partitions);
        assertThat(contents(data)).isEqualTo(expected);
        assertThat(data.fingerprint()).isEqualTo(fingerprint);
        data.recut(4);
        assertThat(data.partitions()).isEqualTo(4);
        assertThat(contents(data)).isEqualTo(expected);
      }
    }
    try (TrainingData data = train(2, 64, 0)) {
      assertThat(data.fingerprint()).isEqualTo(fingerprint);
      assertThat(data.heldOutExamples()).isZero();
    }
    Files.delete(folder.resolve("train-images-idx3-ubyte"));
    IdxWriter.pair(folder, "train", 333, 4, 7, true);
    Files.delete(folder.resolve("train-labels-idx1-ubyte"));
    try (TrainingData data = train(3, 10, 0.2)) {
      assertThat(contents(data)).isEqualTo(expected);
      assertThat(data.fingerprint()).isEqualTo(fingerprint);
    }
  }

  @Test
  void anotherLabelOrPixelIsAnotherFingerprint() {
    IdxWriter.pair(folder, "train", 50, 4, 7, false);
    Fingerprint before = train(1, 4, 0).fingerprint();
    byte[] labels = new byte[50];
    labels[10] = 6;
    IdxWriter.write(folder.resolve("train-labels-idx1-ubyte"), IdxWriter.head(0x801, 50), labels);
    assertThat(train(1, 4, 0).fingerprint().hash()).isNotEqualTo(before.hash());
  }

  @Test
  void shardsAreCachedAndSurviveTheirSource() throws IOException {
    IdxWriter.pair(folder, "train", 50, 4, 7, false);
    try (TrainingData data = train(2, 4, 0)) {
      Files.delete(folder.resolve("train-images-idx3-ubyte"));
      assertThat(contents(data)).hasSize(50);
    }
  }

  @Test
  void embeddedMnist() {
    try (TrainingData data =
        TrainingData.openForEvaluation(
            spark, DataLocation.of("embedded:mnist"), DataPart.TEST, 2)) {
      assertThat(data.heldOutExamples()).isEqualTo(10_000);
      assertThat(data.fingerprint().classes()).isEqualTo(10);
      assertThat(data.fingerprint().shape()).isEqualTo("28x28x1");
      assertThatThrownBy(() -> data.expect(new Shape(28, 28, 1), 9))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("t10k-labels-idx1-ubyte.gz: offset ")
          .hasMessageContaining("got 9, expected 0 to 8");
      assertThatThrownBy(() -> data.expect(new Shape(32, 32, 3), 10))
          .hasMessageContaining("got examples of 28x28x1, expected 32x32x3");
    }
  }

  @Test
  void truncatedFilesAreRefusedWithTheOffset() throws IOException {
    IdxWriter.pair(folder, "train", 50, 4, 7, false);
    Path images = folder.resolve("train-images-idx3-ubyte");
    byte[] whole = Files.readAllBytes(images);
    Files.write(images, Arrays.copyOf(whole, 500));
    refused("train-images-idx3-ubyte: truncated at offset 500", "expected 816");
    Files.write(images, Arrays.copyOf(whole, 10));
    refused("truncated at offset 10");
    Files.write(images, Arrays.copyOf(whole, whole.length + 1));
    refused("longer than its header says", "got 817 bytes, expected 816");
    Files.delete(images);
    IdxWriter.write(folder.resolve("train-images-idx3-ubyte.gz"), Arrays.copyOf(whole, 500));
    refused("train-images-idx3-ubyte.gz: truncated at offset 500");
    Files.write(folder.resolve("train-images-idx3-ubyte.gz"), new byte[] {1, 2, 3, 4});
    refused("wrong magic at offset 0: got 0x01020304");
  }

  @Test
  void gzipIsKnownByItsBytesNotByItsName() throws IOException {
    IdxWriter.pair(folder, "train", 50, 4, 7, false);
    Fingerprint plain = fingerprint();
    IdxWriter.pair(folder, "train", 50, 4, 7, true);
    for (String kind : new String[] {"images-idx3", "labels-idx1"}) {
      Path packed = folder.resolve("train-" + kind + "-ubyte.gz");
      Files.move(
          packed,
          folder.resolve("train-" + kind + "-ubyte"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      assertThat(fingerprint()).isEqualTo(plain);
    }
  }

  private Fingerprint fingerprint() {
    try (TrainingData data = train(2, 4, 0)) {
      return data.fingerprint();
    }
  }

  private static Set<Integer> cached() {
    return JavaSparkContext.fromSparkContext(spark).getPersistentRDDs().keySet();
  }

  @Test
  void whatCannotBeReadLeavesNothingBehind() throws IOException {
    IdxWriter.pair(folder, "train", 50, 4, 7, false);
    Set<Integer> before = Set.copyOf(cached());
    ExampleSource gone =
        IdxFiles.open(
            JavaSparkContext.fromSparkContext(spark),
            folder.toString(),
            DataPart.TRAIN,
            Optional.empty());
    Files.delete(folder.resolve("train-images-idx3-ubyte"));
    assertThatThrownBy(() -> TrainingData.of(spark, gone, DataCut.shards(4).partitions(2).seed(5)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("data.path: executor driver on ")
        .hasMessageContaining("cannot read " + folder)
        .hasMessageContaining("expected a path that every executor sees");
    assertThat(before).containsAll(cached());
    assertThatThrownBy(gone::open).hasMessageContaining("destroyed");
  }

  @Test
  void wrongMagicCountsAndSidesAreRefused() throws IOException {
    IdxWriter.pair(folder, "train", 50, 4, 7, false);
    Path labels = folder.resolve("train-labels-idx1-ubyte");
    IdxWriter.write(labels, IdxWriter.head(0x803, 50), new byte[50]);
    refused("wrong magic at offset 0", "got 0x00000803", "0x00000801");
    IdxWriter.write(labels, IdxWriter.head(0x801, 49), new byte[49]);
    refused("counts differ", "got 49 labels, expected 50");
    IdxWriter.write(labels, IdxWriter.head(0x801, 0));
    refused("empty at offset 4: got 0", "1 or more items");
    IdxWriter.write(folder.resolve("train-images-idx3-ubyte"), IdxWriter.head(0x803, 50, -1, 4));
    refused("bad side at offset 8: got -1");
    Files.delete(labels);
    IdxWriter.write(
        folder.resolve("train-images-idx3-ubyte"), IdxWriter.head(0x803, 1, 1, 1), new byte[1]);
    refused("got no labels file", "train-labels-idx1-ubyte");
  }

  @Test
  void missingFoldersAndNamesAreRefused() {
    assertThatThrownBy(
            () ->
                TrainingData.openForEvaluation(
                    spark, DataLocation.of(folder + "/absent"), DataPart.TRAIN, 1))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("data.path: got " + folder + "/absent");
    assertThatThrownBy(
            () ->
                TrainingData.openForEvaluation(
                    spark, DataLocation.of("embedded:cifar"), DataPart.TRAIN, 1))
        .hasMessageContaining("expected embedded:mnist");
    assertThatThrownBy(
            () ->
                TrainingData.openForEvaluation(
                    spark, DataLocation.of("nosuch://x/y"), DataPart.TRAIN, 1))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("nosuch");
  }

  private void refused(String... parts) {
    assertThatThrownBy(() -> train(2, 4, 0))
        .isInstanceOf(DataException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }
}
