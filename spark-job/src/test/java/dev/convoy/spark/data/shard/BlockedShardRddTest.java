package dev.convoy.spark.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.data.source.ExampleSource;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import org.apache.spark.Partition;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import scala.collection.Iterator;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;

class BlockedShardRddTest {
  private static final int SHARDS = 12;
  private static final int EXAMPLE_BYTES = 4;
  private static final ShardLayout LAYOUT = new ShardLayout(SHARDS, SHARDS, 0, 0);

  /** Indexes that were read from the source. */
  private static final Set<Long> READ = new ConcurrentSkipListSet<>();

  private static SparkContext spark;

  @BeforeAll
  static void start() {
    spark = SparkForTests.local("local[2]", Map.of("spark.convoy.blockSize", "16"));
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** One example a shard, of four pixels. */
  private record Counted() implements ExampleSource {
    @Override
    public Shape shape() {
      return new Shape(2, 2, 1);
    }

    @Override
    public long examples() {
      return SHARDS;
    }

    @Override
    public String labelPlace(long index) {
      return "example " + index;
    }

    @Override
    public Reader open() {
      return (first, count, pixels, labels, at) -> {
        for (int i = 0; i < count; i++) {
          READ.add(first + i);
          pixels[(at + i) * EXAMPLE_BYTES] = (byte) (first + i);
        }
      };
    }
  }

  private static final class Numbers
      extends AbstractFunction2<TaskContext, Iterator<PackedShard>, int[]> implements Serializable {
    private static final long serialVersionUID = 1L;
    private final Set<Integer> wanted;

    Numbers(Set<Integer> wanted) {
      this.wanted = wanted;
    }

    @Override
    public int[] apply(TaskContext context, Iterator<PackedShard> shards) {
      if (wanted != null) {
        ((ShardIterator) shards).want(wanted::contains);
      }
      List<Integer> numbers = new ArrayList<>();
      while (shards.hasNext()) {
        PackedShard shard = shards.next();
        assertThat((long) shard.pixels()[0]).isEqualTo(LAYOUT.indexesOf(shard.shard())[0]);
        numbers.add(shard.shard());
      }
      return numbers.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  private static int[][] numbers(TrainingData data, Set<Integer> wanted) {
    Object found =
        spark.runJob(data.shards(), new Numbers(wanted), ClassTag$.MODULE$.apply(int[].class));
    return (int[][]) found;
  }

  @Test
  void aPartitionOwnsTheShardsItWouldOwnAsOneBlock() {
    for (int partitions : new int[] {1, 2, 3, 4}) {
      try (TrainingData data =
          TrainingData.of(spark, new Counted(), DataCut.shards(SHARDS).partitions(partitions))) {
        int[][] numbers = numbers(data, null);
        assertThat(numbers).hasNumberOfRows(partitions);
        for (int p = 0; p < partitions; p++) {
          int remainder = p;
          assertThat(numbers[p])
              .hasSize(SHARDS / partitions)
              .doesNotHaveDuplicates()
              .matches(
                  all -> java.util.Arrays.stream(all).allMatch(n -> n % partitions == remainder));
        }
      }
    }
  }

  @Test
  void onlyBlocksThatHoldWantedShardsAreOpened() {
    try (TrainingData data =
        TrainingData.of(spark, new Counted(), DataCut.shards(SHARDS).partitions(2))) {
      assertThat(data.cut().placement().blocksInPartition()).isEqualTo(2);
      data.cut().held().unpersist(true);
      READ.clear();
      int[][] numbers = numbers(data, Set.of(3, 6));
      assertThat(numbers[0]).containsExactly(6, 8, 10);
      assertThat(numbers[1]).containsExactly(1, 3, 5);
      assertThat(READ)
          .containsExactlyInAnyOrderElementsOf(
              Stream.of(1, 3, 5, 6, 8, 10).map(s -> LAYOUT.indexesOf(s)[0]).toList());
    }
  }

  @Test
  void aPartitionIsWantedWhereItsBlocksAreHeld() {
    try (TrainingData data =
        TrainingData.of(spark, new Counted(), DataCut.shards(SHARDS).partitions(2))) {
      // Spark looks for blocks anew with each job.
      numbers(data, null);
      Partition[] partitions = data.shards().partitions();
      assertThat(data.shards().preferredLocations(partitions[1]).mkString())
          .startsWith("executor_")
          .endsWith("_driver");
    }
  }

  @Test
  void aBlockSizeThatIsNoneIsRefused() {
    spark.conf().set("spark.convoy.blockSize", "many");
    try {
      assertThatThrownBy(
              () -> TrainingData.of(spark, new Counted(), DataCut.shards(SHARDS).partitions(2)))
          .isInstanceOf(DataException.class)
          .hasMessage("spark.convoy.blockSize: got 'many', expected a size, for example 32m");
    } finally {
      spark.conf().set("spark.convoy.blockSize", "16");
    }
  }
}
