package dev.convoy.spark.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.data.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardLayoutTest {
  @ParameterizedTest
  @CsvSource({"1,1", "1,64", "63,64", "64,64", "65,64", "1000,7", "60000,64", "99991,100"})
  void sizesAgreeWithTheShardOfEveryExample(int examples, int shards) {
    ShardLayout layout = new ShardLayout(examples, shards, 1, 0);
    long[] counted = new long[shards];
    for (int i = 0; i < examples; i++) {
      counted[layout.shardOf(i)]++;
    }
    for (int s = 0; s < shards; s++) {
      assertThat(layout.sizeOf(s)).isEqualTo(counted[s]);
      assertThat(Math.abs(counted[s] - examples / (double) shards))
          .isLessThanOrEqualTo(layout.stripe());
    }
  }

  @Test
  void aShardSeesEveryPartOfASourceSortedByClass() {
    ShardLayout layout = new ShardLayout(60_000, 64, 1, 0);
    for (int s = 0; s < 64; s++) {
      boolean[] tenths = new boolean[10];
      for (int i = 0; i < 60_000; i++) {
        tenths[i / 6000] |= layout.shardOf(i) == s;
      }
      assertThat(tenths).containsOnly(true);
    }
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
