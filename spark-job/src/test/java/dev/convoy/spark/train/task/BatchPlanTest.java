package dev.convoy.spark.train.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.tensor.CounterRandom;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchPlanTest {
  /** Sizes of {@code shards} shards that add up to {@code examples}, some of them empty. */
  private static int[] sizes(int examples, int shards, long key) {
    int[] sizes = new int[shards];
    for (int i = 0; i < examples; i++) {
      int shard = CounterRandom.below(key, i, shards);
      sizes[shard % 5 == 3 && shards > 4 ? 0 : shard]++;
    }
    return sizes;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1",
    "1, 8, 64, 32",
    "7, 3, 2, 5",
    "100, 8, 7, 3",
    "100, 8, 100, 32",
    "100, 8, 1000, 32",
    "1000, 64, 96, 32",
    "1000, 7, 33, 16",
    "999, 10, 64, 1",
    "513, 64, 50, 64",
    "5, 64, 2, 2"
  })
  void everyExampleStandsInOneBatchOfAnEpoch(int examples, int shards, int batch, int micro) {
    int[] sizes = sizes(examples, shards, 11);
    BatchPlan plan = new BatchPlan(5, sizes, batch, micro);
    assertThat(plan.examples()).isEqualTo(examples);
    assertThat(plan.stepsPerEpoch()).isEqualTo((examples + batch - 1) / batch);
    for (int epoch = 1; epoch <= 2; epoch++) {
      BitSet[] seen = new BitSet[shards];
      Arrays.setAll(seen, s -> new BitSet());
      for (long b = 1; b <= plan.stepsPerEpoch(); b++) {
        long step = (epoch - 1) * plan.stepsPerEpoch() + b;
        assertThat(plan.epochOf(step)).isEqualTo(epoch);
        assertThat(plan.endsEpoch(step)).isEqualTo(b == plan.stepsPerEpoch());
        int count = 0;
        for (BatchPlan.Piece piece : plan.pieces(step)) {
          assertThat(piece.size()).isBetween(1, micro);
          count += piece.size();
          for (int place = piece.from(); place < piece.to(); place++) {
            assertThat(seen[piece.shard()].get(place)).isFalse();
            seen[piece.shard()].set(place);
          }
        }
        assertThat(count).isEqualTo(plan.batchExamples(step));
        assertThat(count).isEqualTo(b < plan.stepsPerEpoch() ? batch : (examples - 1) % batch + 1);
      }
      for (int s = 0; s < shards; s++) {
        assertThat(seen[s].cardinality()).isEqualTo(sizes[s]);
        assertThat(seen[s].length()).isEqualTo(sizes[s]);
      }
    }
  }

  @Test
  void followsTheDefinitionWrittenAsLoops() {
    int[] sizes = {9, 0, 4, 17, 1};
    int micro = 4;
    long epochKey = CounterRandom.key(CounterRandom.key(1, 0x524F554E44L), 1);
    List<int[]> stream = new java.util.ArrayList<>();
    for (int round = 0; round < 5; round++) {
      int first = CounterRandom.below(epochKey, round, sizes.length);
      for (int n = 0; n < sizes.length; n++) {
        int shard = (first + n) % sizes.length;
        for (int i = round * micro; i < Math.min(sizes[shard], (round + 1) * micro); i++) {
          stream.add(new int[] {shard, i});
        }
      }
    }
    BatchPlan plan = new BatchPlan(1, sizes, 7, micro);
    int at = 0;
    for (long step = 1; step <= plan.stepsPerEpoch(); step++) {
      for (BatchPlan.Piece piece : plan.pieces(step)) {
        for (int i = piece.from(); i < piece.to(); i++) {
          assertThat(stream.get(at++)).containsExactly(piece.shard(), i);
        }
      }
    }
    assertThat(at).isEqualTo(31);
  }

  @Test
  void laterStepsAreFoundWithoutWalkingThroughEarlierOnes() {
    int[] sizes = new int[64];
    Arrays.fill(sizes, 30_000_000);
    BatchPlan plan = new BatchPlan(1, sizes, 512, 32);
    long step = plan.stepsPerEpoch() * 1000 - 1;
    assertThat(plan.epochOf(step)).isEqualTo(1000);
    assertThat(plan.pieces(step).stream().mapToInt(BatchPlan.Piece::size).sum()).isEqualTo(512);
  }

  @Test
  void theLoadIsEven() {
    int[] sizes = new int[64];
    Arrays.fill(sizes, 937);
    for (int partitions : new int[] {1, 2, 3, 7, 8, 16}) {
      BatchPlan plan = new BatchPlan(1, sizes, 512, 32);
      for (long step = 1; step <= plan.stepsPerEpoch(); step++) {
        int[] load = new int[partitions];
        plan.pieces(step).forEach(p -> load[p.shard() % partitions] += p.size());
        int most = IntStream.of(load).max().orElseThrow();
        assertThat(most).isLessThanOrEqualTo(512 / partitions + 3 * 32);
      }
    }
  }

  @Test
  void otherShardsMeetInEachEpoch() {
    int[] sizes = new int[64];
    Arrays.fill(sizes, 320);
    BatchPlan plan = new BatchPlan(1, sizes, 256, 32);
    List<Set<Integer>> met = new java.util.ArrayList<>();
    for (long epoch = 0; epoch < 20; epoch++) {
      met.add(
          plan.pieces(epoch * plan.stepsPerEpoch() + 1).stream()
              .map(BatchPlan.Piece::shard)
              .collect(Collectors.toSet()));
    }
    assertThat(met).allMatch(shards -> shards.size() == 8);
    assertThat(Set.copyOf(met)).hasSizeGreaterThan(12);
    assertThat(plan.pieces(1)).isEqualTo(new BatchPlan(1, sizes, 256, 32).pieces(1));
  }

  @Test
  void ordersDifferByEpochShardAndSeedOnly() {
    BatchPlan plan = new BatchPlan(1, new int[] {10, 10}, 10, 4);
    assertThat(plan.orderKey(1, 0)).isEqualTo(plan.orderKey(2, 0));
    assertThat(plan.orderKey(3, 0)).isNotEqualTo(plan.orderKey(2, 0));
    assertThat(plan.orderKey(1, 1)).isNotEqualTo(plan.orderKey(1, 0));
    BatchPlan other = new BatchPlan(2, new int[] {10, 10}, 10, 4);
    assertThat(other.orderKey(1, 0)).isNotEqualTo(plan.orderKey(1, 0));
  }

  @Test
  void impossibleSizesAreRefused() {
    assertThatThrownBy(() -> new BatchPlan(1, new int[] {5}, 0, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("training.batchSize: got 0");
    assertThatThrownBy(() -> new BatchPlan(1, new int[] {5}, 4, 0))
        .hasMessageContaining("training.microBatch: got 0");
    assertThatThrownBy(() -> new BatchPlan(1, new int[] {0, 0}, 4, 4))
        .hasMessageContaining("no examples for training");
  }
}
