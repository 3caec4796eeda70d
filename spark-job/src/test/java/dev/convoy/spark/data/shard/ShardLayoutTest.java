package dev.convoy.spark.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.data.DataException;
import java.util.BitSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardLayoutTest {
  @ParameterizedTest
  @CsvSource({"1,1", "1,64", "2,3", "63,64", "64,64", "65,64", "1000,7", "60000,64", "99991,100"})
  void everyExampleStandsInOneShardAndShardsAreOfEqualSize(int examples, int shards) {
    ShardLayout layout = new ShardLayout(examples, shards, 1, 0);
    BitSet seen = new BitSet();
    for (int s = 0; s < shards; s++) {
      long[] indexes = layout.indexesOf(s);
      assertThat(indexes).hasSize((int) layout.sizeOf(s)).isSorted();
      assertThat(indexes.length).isBetween(examples / shards, examples / shards + 1);
      for (long index : indexes) {
        assertThat(index).isBetween(0L, examples - 1L);
        assertThat(seen.get((int) index)).isFalse();
        seen.set((int) index);
        assertThat(layout.shardOf(index)).isEqualTo(s);
        assertThat(layout.indexAt(layout.placeOf(index))).isEqualTo(index);
      }
    }
    assertThat(seen.cardinality()).isEqualTo(examples);
  }

  /** Every index would have its own place, also where a table of them would not fit in memory. */
  @Test
  void placesOfHugeSourcesAreFoundWithoutATable() {
    ShardLayout layout = new ShardLayout(1L << 45, 1_000_000, 1, 0);
    for (long index = 0; index < 1000; index++) {
      long place = layout.placeOf(index << 34);
      assertThat(place).isBetween(0L, (1L << 45) - 1);
      assertThat(layout.indexAt(place)).isEqualTo(index << 34);
    }
  }

  /** Neighbours in the source, as of one class in sorted data, are spread as if drawn by lot. */
  @Test
  void neighboursGoToShardsAtRandom() {
    for (long seed = 1; seed <= 5; seed++) {
      ShardLayout layout = new ShardLayout(60_000, 64, seed, 0);
      double sum = 0;
      for (int part = 0; part < 10; part++) {
        int[] counts = new int[64];
        for (int i = 6_000 * part; i < 6_000 * (part + 1); i++) {
          counts[layout.shardOf(i)]++;
        }
        for (int count : counts) {
          sum += (count - 93.75) * (count - 93.75) / 93.75;
        }
      }
      // Chi-square of 9 times 63 degrees of freedom: 567, with a deviation of 34.
      assertThat(sum).isBetween(567 - 5 * 34.0, 567 + 5 * 34.0);
    }
  }

  @Test
  void anotherSeedIsAnotherOrder() {
    ShardLayout one = new ShardLayout(10_000, 64, 1, 0);
    ShardLayout other = new ShardLayout(10_000, 64, 2, 0);
    long same = LongStream.range(0, 10_000).filter(i -> one.shardOf(i) == other.shardOf(i)).count();
    assertThat(same).isBetween(90L, 230L);
  }

  @Test
  void holdsOutAboutTheShareAskedForAndTheSameOnesForAnyShards() {
    ShardLayout layout = new ShardLayout(60_000, 64, 3, 0.1);
    ShardLayout other = new ShardLayout(60_000, 5, 3, 0.1);
    int held = 0;
    for (int i = 0; i < 60_000; i++) {
      held += layout.heldOut(i) ? 1 : 0;
      assertThat(other.heldOut(i)).isEqualTo(layout.heldOut(i));
    }
    assertThat(held).isBetween(5_700, 6_300);
  }

  @Test
  void impossibleLayoutsAreRefused() {
    assertThatThrownBy(() -> new ShardLayout(10, 0, 1, 0))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("data.shards: got 0");
    assertThatThrownBy(() -> new ShardLayout(10, 1, 1, 1.5))
        .hasMessageContaining("data.validationFraction: got 1.5");
    assertThatThrownBy(() -> new ShardLayout(0, 1, 1, 0)).hasMessageContaining("0 examples");
  }
}
