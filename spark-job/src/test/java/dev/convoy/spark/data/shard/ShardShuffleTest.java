package dev.convoy.spark.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.engine.tensor.CounterRandom;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.data.source.ExampleSource;
import java.io.File;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

/** Files of many examples are read in ranges, and become the shards that single reads make. */
class ShardShuffleTest {
  private static final int EXAMPLES = 1001;
  private static final int EXAMPLE_BYTES = 6;
  private static final DataCut CUT = DataCut.shards(9).partitions(4).seed(3).heldOut(0.2);

  /** How often each example was read. */
  private static final AtomicIntegerArray READS = new AtomicIntegerArray(EXAMPLES);

  private static SparkContext spark;

  @BeforeAll
  static void start() {
    spark = SparkForTests.local("local[2]");
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @BeforeEach
  void forgetReads() {
    for (int i = 0; i < EXAMPLES; i++) {
      READS.set(i, 0);
    }
  }

  /** Examples of six random pixels and two labels. */
  private record Pixels(boolean isReadInRuns) implements ExampleSource {
    @Override
    public Shape shape() {
      return new Shape(2, 3, 1);
    }

    @Override
    public long examples() {
      return EXAMPLES;
    }

    @Override
    public int labels() {
      return 2;
    }

    @Override
    public String labelPlace(long index) {
      return "label " + index;
    }

    @Override
    public Reader open() {
      return (first, count, pixels, labels, at) -> {
        for (int i = 0; i < count; i++) {
          int index = (int) first + i;
          READS.incrementAndGet(index);
          for (int p = 0; p < EXAMPLE_BYTES; p++) {
            pixels[(at + i) * EXAMPLE_BYTES + p] = (byte) CounterRandom.bits(index, p);
          }
          labels[2 * (at + i)] = index % 5;
          labels[2 * (at + i) + 1] = index % 3;
        }
      };
    }
  }

  private static List<String> contents(TrainingData data) {
    List<String> found = new ArrayList<>();
    data.shards().toJavaRDD().collect().stream()
        .sorted(Comparator.comparing(PackedShard::shard))
        .forEach(
            shard -> {
              found.add(shard.shard() + ": " + shard.training() + " of " + shard.size());
              found.add(Arrays.toString(shard.indexes()));
              found.add(Arrays.toString(shard.labels()));
              found.add(Arrays.toString(shard.pixels()));
            });
    return found;
  }

  @Test
  void rangesBecomeTheShardsThatSingleReadsMake() {
    List<String> expected;
    try (TrainingData data = TrainingData.of(spark, new Pixels(false), CUT)) {
      expected = contents(data);
    }
    forgetReads();
    try (TrainingData data = TrainingData.of(spark, new Pixels(true), CUT)) {
      assertThat(contents(data)).isEqualTo(expected);
    }
    for (int i = 0; i < EXAMPLES; i++) {
      assertThat(READS.get(i)).as("reads of example %d", i).isEqualTo(1);
    }
  }

  @Test
  void whatIsLostIsReadAgainFromTheSource() throws Exception {
    try (TrainingData data = TrainingData.of(spark, new Pixels(true), CUT)) {
      List<String> expected = contents(data);
      data.cut().held().unpersist(true);
      for (File file :
          CollectionConverters.asJava(
              SparkEnv.get().blockManager().diskBlockManager().getAllFiles())) {
        if (file.getName().startsWith("shuffle_")) {
          // Those of the test before may be on their way out already.
          Files.deleteIfExists(file.toPath());
        }
      }
      assertThat(contents(data)).isEqualTo(expected);
      assertThat(READS.get(0)).isEqualTo(2);
    }
  }
}
