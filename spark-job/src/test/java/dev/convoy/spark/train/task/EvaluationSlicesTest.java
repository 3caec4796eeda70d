package dev.convoy.spark.train.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.spark.data.shard.ShardPlacement;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluationSlicesTest {
  @ParameterizedTest
  @CsvSource({
    "64, 2, 1, 5",
    "64, 2, 1, 32",
    "64, 3, 4, 4",
    "64, 3, 4, 3",
    "9, 2, 4, 4",
    "5, 5, 1, 1"
  })
  void everyShardStandsInOneSliceAndEveryBlockInOneOfSeveral(
      int shards, int partitions, int blocks, int slices) {
    ShardPlacement deal = new ShardPlacement(shards, partitions, blocks);
    assertThat(deal.parts()).isGreaterThanOrEqualTo(slices);
    Set<Integer> seen = new HashSet<>();
    Set<Integer> opened = new HashSet<>();
    for (int number = 0; number < slices; number++) {
      EvaluationTask.Slice slice = new EvaluationTask.Slice(number, slices, deal);
      Set<Integer> here = new HashSet<>();
      for (int shard = 0; shard < shards; shard++) {
        if (slice.has(shard)) {
          assertThat(seen.add(shard)).as("shard %d", shard).isTrue();
          here.add(shard % partitions + partitions * deal.partOf(shard));
        }
      }
      for (int block : here) {
        assertThat(opened.add(block)).as("block %d", block).isTrue();
      }
    }
    assertThat(seen).hasSize(shards);
  }
}
