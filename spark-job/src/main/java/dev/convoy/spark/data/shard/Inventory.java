package dev.convoy.spark.data.shard;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.model.InputRange;
import dev.convoy.spark.data.source.DataFailures;
import dev.convoy.spark.interop.ScalaTypes;
import dev.convoy.spark.interop.TaskFunction;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;

/** What a look at every example of a data set found. */
public final class Inventory {
  private final int[] training;
  private final int[] heldOut;
  private Fingerprint fingerprint;
  private Optional<InputRange> range = Optional.empty();

  /** Index of the first example of each class up to the largest, or -1; see {@link ShardStats}. */
  private long[] firstOfClass = new long[0];

  private Inventory(int shards) {
    this.training = new int[shards];
    this.heldOut = new int[shards];
  }

  /** Reads all of {@code shards}, which caches them. */
  public static Inventory take(
      SparkContext spark, RDD<PackedShard> shards, ShardSource source, ShardLayout layout) {
    Inventory inventory = new Inventory(layout.shards());
    spark.setJobDescription("read and check " + layout.examples() + " examples");
    Object results;
    try {
      results =
          spark.runJob(
              shards,
              new Look(source.shape().size(), source.marksHeldOut()),
              ScalaTypes.tag(ShardStats[].class));
    } catch (Exception e) {
      throw DataFailures.within(e);
    } finally {
      spark.setJobDescription(null);
    }
    inventory.add((ShardStats[][]) results, source, layout);
    return inventory;
  }

  private void add(ShardStats[][] partitions, ShardSource source, ShardLayout layout) {
    long low = 0;
    long high = 0;
    float scale = Fingerprint.BYTES;
    for (ShardStats[] partition : partitions) {
      for (ShardStats stats : partition) {
        training[stats.shard] = stats.training;
        heldOut[stats.shard] = stats.heldOut;
        low += stats.low;
        high += stats.high;
        scale = stats.scale == Fingerprint.BYTES ? scale : stats.scale;
        note(stats.first);
        note(stats.least, stats.most);
      }
    }
    fingerprint =
        new Fingerprint(
            layout.examples(),
            firstOfClass.length / source.labels(),
            source.shape().toString(),
            String.format(Locale.ROOT, "%016x%016x", high, low),
            scale);
  }

  private void note(float least, float most) {
    if (least <= most) {
      InputRange found = new InputRange(least, most);
      range = Optional.of(range.map(found::plus).orElse(found));
    }
  }

  private void note(long[] first) {
    int known = firstOfClass.length;
    if (first.length > known) {
      firstOfClass = Arrays.copyOf(firstOfClass, first.length);
      Arrays.fill(firstOfClass, known, first.length, -1);
    }
    for (int label = 0; label < first.length; label++) {
      if (first[label] >= 0 && (firstOfClass[label] < 0 || first[label] < firstOfClass[label])) {
        firstOfClass[label] = first[label];
      }
    }
  }

  /** Examples for training in each shard. */
  public int[] training() {
    return training;
  }

  /** Examples held out in each shard. */
  public int[] heldOut() {
    return heldOut;
  }

  /** Smallest and largest value, held-out examples included; empty without any example. */
  public Optional<InputRange> range() {
    return range;
  }

  /** What identifies the data. */
  public Fingerprint fingerprint() {
    return fingerprint;
  }

  /**
   * Refuses labels that a model does not know.
   *
   * @param source of the examples, for messages
   * @param outputs for each output, classes that it tells apart
   */
  public void expectWithin(ShardSource source, int... outputs) {
    int each = outputs.length;
    for (int number = 0; number < firstOfClass.length; number++) {
      int classes = outputs[number % each];
      if (firstOfClass[number] >= 0 && number / each >= classes) {
        throw new DataException(
            source.labelPlace(firstOfClass[number] * each + number % each)
                + ": label out of range: got "
                + number / each
                + ", expected 0 to "
                + (classes - 1)
                + " as the model has "
                + classes
                + (each == 1 ? " outputs" : " values in its output " + (number % each + 1))
                + (beginAtOne(number % each, each, classes)
                    ? "; labels begin at 1, expected 0: subtract 1"
                    : ""));
      }
    }
  }

  /** True if the labels of an output are 1 to {@code classes}. */
  private boolean beginAtOne(int output, int each, int classes) {
    int last = classes * each + output;
    return firstOfClass.length <= last + each
        && firstOfClass[output] < 0
        && firstOfClass[last] >= 0;
  }

  /** Looks at every example of a partition. */
  private static final class Look extends TaskFunction<PackedShard, ShardStats[]> {
    private static final long serialVersionUID = 1L;
    private final int example;
    private final boolean marked;

    Look(int example, boolean marked) {
      this.example = example;
      this.marked = marked;
    }

    @Override
    public ShardStats[] apply(TaskContext context, Iterator<PackedShard> shards) {
      java.util.ArrayList<ShardStats> found = new java.util.ArrayList<>();
      while (shards.hasNext()) {
        found.add(new ShardStats(shards.next(), example, marked));
      }
      return found.toArray(new ShardStats[0]);
    }
  }
}
