package dev.convoy.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.engine.tensor.CounterRandom;
import dev.convoy.spark.data.shard.ShardLayout;
import dev.convoy.spark.train.task.BatchPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Batches of any source, sorted ones too, are as mixed as those of a full shuffle. */
class MixingTest {
  private static final int CLASSES = 10;
  private static final int EPOCHS = 4;

  private enum Source {
    SORTED,
    RUNS_OF_64,
    ALTERNATING;

    int labelOf(int index, int examples) {
      return switch (this) {
        case SORTED -> (int) ((long) index * CLASSES / examples);
        case RUNS_OF_64 -> index / 64 % CLASSES;
        case ALTERNATING -> index % CLASSES;
      };
    }
  }

  /** Mean and variance over batches of the chi-square of their class counts. */
  private record Mixed(double mean, double variance) {
    static Mixed of(List<Double> all) {
      double mean = all.stream().mapToDouble(x -> x).average().orElseThrow();
      double square = all.stream().mapToDouble(x -> (x - mean) * (x - mean)).sum();
      return new Mixed(mean, square / (all.size() - 1));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "SORTED, 50000, 64, 256, 32",
    "RUNS_OF_64, 50000, 64, 256, 32",
    "ALTERNATING, 50000, 64, 256, 32",
    "SORTED, 50000, 7, 64, 64",
    "SORTED, 50000, 1, 256, 32",
    "SORTED, 50000, 640, 128, 8",
    "ALTERNATING, 6000, 64, 64, 32",
    "SORTED, 6000, 64, 64, 32"
  })
  void batchesAreAsMixedAsThoseOfAFullShuffle(
      Source source, int examples, int shards, int batch, int micro) {
    Mixed ours = Mixed.of(batches(source, examples, shards, batch, micro));
    Mixed full = Mixed.of(shuffled(source, examples, batch));
    // Chi-square of 9 degrees of freedom: a mean of 9 and a variance of 18. Over n batches means
    // scatter by sqrt(18 / n).
    double scatter = Math.sqrt(18.0 * batch / examples / EPOCHS);
    assertThat(full.mean()).isBetween(9 - 5 * scatter, 9 + 5 * scatter);
    assertThat(ours.mean()).isBetween(9 - 5 * scatter, 9 + 5 * scatter);
    assertThat(ours.variance()).isBetween(full.variance() * 0.7, full.variance() * 1.4);
  }

  private static List<Double> batches(
      Source source, int examples, int shards, int batch, int micro) {
    ShardLayout layout = new ShardLayout(examples, shards, 42, 0);
    long[][] held = IntStream.range(0, shards).mapToObj(layout::indexesOf).toArray(long[][]::new);
    int[] sizes = Arrays.stream(held).mapToInt(indexes -> indexes.length).toArray();
    BatchPlan plan = new BatchPlan(42, sizes, batch, micro);
    List<Double> found = new ArrayList<>();
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      int[][] orders = new int[shards][];
      for (long b = 1; b <= examples / batch; b++) {
        long step = epoch * plan.stepsPerEpoch() + b;
        int[] counts = new int[CLASSES];
        for (BatchPlan.Piece piece : plan.pieces(step)) {
          int shard = piece.shard();
          if (orders[shard] == null) {
            orders[shard] = CounterRandom.permutation(sizes[shard], plan.orderKey(step, shard));
          }
          for (int i = piece.from(); i < piece.to(); i++) {
            counts[source.labelOf((int) held[shard][orders[shard][i]], examples)]++;
          }
        }
        found.add(chiSquare(counts, batch));
      }
    }
    return found;
  }

  private static List<Double> shuffled(Source source, int examples, int batch) {
    List<Double> found = new ArrayList<>();
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      int[] order = CounterRandom.permutation(examples, CounterRandom.key(42, epoch));
      for (int from = 0; from + batch <= examples; from += batch) {
        int[] counts = new int[CLASSES];
        IntUnaryOperator label = i -> source.labelOf(order[i], examples);
        IntStream.range(from, from + batch).map(label).forEach(c -> counts[c]++);
        found.add(chiSquare(counts, batch));
      }
    }
    return found;
  }

  private static double chiSquare(int[] counts, int batch) {
    double expected = batch / (double) CLASSES;
    return Arrays.stream(counts)
        .mapToDouble(count -> (count - expected) * (count - expected) / expected)
        .sum();
  }
}
