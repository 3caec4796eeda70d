package dev.convoy.spark.train.task;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.tensor.CounterRandom;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which examples stand in which step: a pure function of seed, step, batch size, micro-batch size
 * and the sizes of the shards. Neither partitions nor executors enter, so neither can change the
 * answer.
 *
 * <p>In every epoch each shard puts its examples into an order drawn from (seed, epoch, shard). The
 * stream of the epoch goes in rounds: round r takes places {@code r * micro} to {@code (r + 1) *
 * micro} of one shard, then of the next, and so on round all shards, as far as each reaches. The
 * shard that a round begins with is drawn from (seed, epoch, round), so other shards meet in a
 * batch in each round and each epoch. Batch b of the epoch is places {@code b * batch} to {@code (b
 * + 1) * batch} of the stream, the last one perhaps fewer; its micro-batches are the pieces of that
 * range by round and shard. Every example stands in exactly one batch of an epoch.
 *
 * <p>The shards of a batch are neighbours by number, because only neighbours lie in different
 * partitions however many partitions there are: the load is even. Neighbours have nothing in
 * common: each shard is a random sample of the data; see {@code ShardLayout}.
 *
 * <p>All in closed form: finding the pieces of a step takes time in proportion to their number and
 * to the number of shards, not to the examples before them.
 */
public final class BatchPlan implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final long ORDER = 0x4F52444552L;
  private static final long ROUND = 0x524F554E44L;

  private final long seed;
  private final int[] sizes;
  private final int batch;
  private final int micro;
  private final long examples;
  private final int largest;

  /**
   * A micro-batch: places {@code from} (inclusive) to {@code to} (exclusive) of the order of {@code
   * shard}.
   */
  public record Piece(int shard, int from, int to) {
    /** Examples of the micro-batch. */
    public int size() {
      return to - from;
    }
  }

  /**
   * @param sizes training examples in each shard
   * @param batch examples a step
   * @param micro most examples in a micro-batch
   */
  public BatchPlan(long seed, int[] sizes, int batch, int micro) {
    this.seed = seed;
    this.sizes = sizes.clone();
    this.batch = batch;
    this.micro = micro;
    this.examples = IntStream.of(sizes).asLongStream().sum();
    this.largest = IntStream.of(sizes).max().orElse(0);
    if (batch < 1) {
      throw new InvalidInputException(
          "training.batchSize: got " + batch + ", expected 1 or more, for example 64");
    }
    if (micro < 1) {
      throw new InvalidInputException(
          "training.microBatch: got " + micro + ", expected 1 or more, for example 32");
    }
    if (examples < 1) {
      throw new InvalidInputException(
          "data: got no examples for training, expected at least 1; hold out fewer with"
              + " data.validationFraction");
    }
  }

  /** Examples of an epoch. */
  public long examples() {
    return examples;
  }

  /** Steps of an epoch. */
  public long stepsPerEpoch() {
    return (examples + batch - 1) / batch;
  }

  /** The epoch, from 1, that {@code step}, from 1, belongs to. */
  public long epochOf(long step) {
    return (step - 1) / stepsPerEpoch() + 1;
  }

  /** True if the epoch ends with {@code step}. */
  public boolean endsEpoch(long step) {
    return step % stepsPerEpoch() == 0;
  }

  /** Examples in the batch of {@code step}. */
  public int batchExamples(long step) {
    return (int) (end(step) - begin(step));
  }

  /** Key of the order of {@code shard} in the epoch of {@code step}; see {@code CounterRandom}. */
  public long orderKey(long step, int shard) {
    return CounterRandom.key(CounterRandom.key(seed, ORDER), epochOf(step), shard);
  }

  /** The micro-batches of {@code step}. */
  public List<Piece> pieces(long step) {
    long begin = begin(step);
    long end = end(step);
    List<Piece> pieces = new ArrayList<>();
    int round = roundOf(begin);
    for (long at = beforeRound(round); at < end; round++) {
      int first = round * micro;
      int start = firstShard(step, round);
      for (int i = 0; i < sizes.length && at < end; i++) {
        int shard = (int) (((long) start + i) % sizes.length);
        int length = Math.max(0, Math.min(micro, sizes[shard] - first));
        int from = (int) Math.max(0, begin - at);
        int to = (int) Math.min(length, end - at);
        if (from < to) {
          pieces.add(new Piece(shard, first + from, first + to));
        }
        at += length;
      }
    }
    return pieces;
  }

  /** The shard that {@code round} begins with in the epoch of {@code step}. */
  private int firstShard(long step, int round) {
    return CounterRandom.below(
        CounterRandom.key(CounterRandom.key(seed, ROUND), epochOf(step)), round, sizes.length);
  }

  private long begin(long step) {
    return (step - 1) % stepsPerEpoch() * batch;
  }

  private long end(long step) {
    return Math.min(examples, begin(step) + batch);
  }

  /** Examples of the stream before {@code round}. */
  private long beforeRound(int round) {
    long reach = (long) round * micro;
    long before = 0;
    for (int size : sizes) {
      before += Math.min(size, reach);
    }
    return before;
  }

  /** The round in which place {@code at} of the stream lies. */
  private int roundOf(long at) {
    int low = 0;
    int high = (largest + micro - 1) / micro;
    while (low + 1 < high) {
      int middle = (low + high) >>> 1;
      if (beforeRound(middle) <= at) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
