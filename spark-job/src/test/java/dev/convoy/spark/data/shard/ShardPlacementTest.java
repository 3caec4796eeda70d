package dev.convoy.spark.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardPlacementTest {
  @ParameterizedTest
  @CsvSource({"64, 2, 1", "64, 2, 2", "64, 3, 5", "5, 8, 1", "7, 3, 2", "12, 1, 12", "10, 2, 4"})
  void everyShardLiesInOneBlockOfItsPartition(int shards, int partitions, int blocks) {
    ShardPlacement deal = new ShardPlacement(shards, partitions, blocks);
    int seen = 0;
    for (int block = 0; block < deal.blocks(); block++) {
      for (int shard : deal.shardsOf(block).toArray()) {
        assertThat(deal.blockOf(shard)).as("block of %d", shard).isEqualTo(block);
        assertThat(shard % partitions).isEqualTo(block % partitions);
        seen++;
      }
    }
    assertThat(seen).isEqualTo(shards);
  }
}
