package dev.convoy.spark.data;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.model.InputRange;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.data.shard.CachedShards;
import dev.convoy.spark.data.shard.DataCut;
import dev.convoy.spark.data.shard.Fingerprint;
import dev.convoy.spark.data.shard.IndexedShardSource;
import dev.convoy.spark.data.shard.Inventory;
import dev.convoy.spark.data.shard.PackedShard;
import dev.convoy.spark.data.shard.ShardLayout;
import dev.convoy.spark.data.shard.ShardSource;
import dev.convoy.spark.data.source.DataPart;
import dev.convoy.spark.data.source.ExampleSource;
import dev.convoy.spark.data.table.LabelNames;
import dev.convoy.spark.data.table.TableColumns;
import dev.convoy.spark.data.table.TableSource;
import dev.convoy.spark.interop.KryoClasses;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Labelled examples cut into logical shards and cached in the cluster (memory first, then disk).
 * Every example was read and checked once. How many partitions there are, and where, can change at
 * any time without changing a shard.
 */
public final class TrainingData implements AutoCloseable {
  private static final int EVALUATION_SHARDS = 64;

  private final SparkContext spark;
  private final ShardSource source;
  private final ShardLayout layout;
  private final Inventory inventory;
  private final List<String> notes;
  private CachedShards cut;

  private TrainingData(SparkContext spark, ShardSource source, ShardLayout layout, int partitions) {
    this.spark = spark;
    this.source = source;
    this.layout = layout;
    this.notes = new ArrayList<>(source.notes());
    this.cut = CachedShards.of(spark, source, layout, partitions);
    boolean seen = false;
    try {
      this.inventory = Inventory.take(spark, cut.shards(), source, layout);
      seen = true;
    } finally {
      if (!seen) {
        cut.release();
      }
    }
    source.release();
  }

  /**
   * Reads and checks a whole data set, all of it for evaluation.
   *
   * @param partitions 0 for one a task slot
   * @throws DataException naming file, offset, got and expected
   */
  public static TrainingData openForEvaluation(
      SparkContext spark, DataLocation location, DataPart part, int partitions) {
    DataCut cut = DataCut.shards(EVALUATION_SHARDS).partitions(partitions).heldOut(1);
    TrainingData data = open(spark, location, part, cut);
    return location.model().isPresent() ? data.checked(location.model().get()) : data;
  }

  /**
   * Reads and checks a whole data set.
   *
   * @throws DataException naming file, offset, got and expected
   */
  public static TrainingData open(
      SparkContext spark, DataLocation location, DataPart part, DataCut cut) {
    KryoClasses.expectUsable(spark.getConf());
    Optional<Dataset<Row>> table = DataSources.table(spark, location, part);
    if (table.isPresent()) {
      location.expectOneImageAndLabel();
    }
    TrainingData data =
        table.isPresent()
            ? of(
                numbered(table.get(), location),
                location.columns(),
                location.shape(),
                location.scale(),
                cut)
            : of(spark, DataSources.examples(spark, location, part), cut);
    data.notes.addAll(DataSources.notes(spark, location, part));
    return data;
  }

  /** A table whose labels are texts has the numbers of classes in their stead. */
  private static Dataset<Row> numbered(Dataset<Row> table, DataLocation location) {
    String label = location.columns().label();
    List<String> known = location.classes();
    if (!known.isEmpty()) {
      LabelNames.expectKnown(table, label, known);
    }
    List<String> names = known.isEmpty() ? DataSources.classNames(table, location) : known;
    return LabelNames.numbered(table, label, names);
  }

  /**
   * Reads and checks all of {@code source}, which closes with the data set, or now if it cannot be
   * read.
   */
  public static TrainingData of(SparkContext spark, ExampleSource source, DataCut cut) {
    return of(spark, new IndexedShardSource(spark, source), cut);
  }

  /**
   * Reads and checks all rows of {@code table}. {@link TableSource} says which index a row has.
   *
   * @param shape of an example
   * @param scale the number that stands for a full pixel, in columns of numbers
   * @param cut what it holds out counts unless a column says what is held out
   */
  public static TrainingData of(
      Dataset<Row> table, TableColumns columns, Shape shape, float scale, DataCut cut) {
    if (columns.label().isEmpty()) {
      throw new DataException(
          "data.columns.label: got nothing, expected the column of class numbers; only predict"
              + " needs none");
    }
    KryoClasses.expectUsable(table.sparkSession().sparkContext().getConf());
    ShardSource source = new TableSource(table, columns, shape, scale);
    return of(table.sparkSession().sparkContext(), source, cut);
  }

  private static TrainingData of(SparkContext spark, ShardSource source, DataCut cut) {
    try {
      ShardLayout layout =
          new ShardLayout(source.examples(), cut.shards(), cut.seed(), cut.heldOut());
      int partitions =
          cut.partitions() == 0 ? Math.min(TaskSlots.count(spark), cut.shards()) : cut.partitions();
      if (partitions < 1) {
        throw new DataException(
            "data.partitions: got "
                + cut.partitions()
                + ", expected 1 or more, or 0 for one a task slot");
      }
      return new TrainingData(spark, source, layout, partitions);
    } catch (RuntimeException e) {
      RuntimeException told = source.explain(e);
      source.close();
      throw told;
    }
  }

  /** What identifies the data. */
  public Fingerprint fingerprint() {
    return inventory.fingerprint();
  }

  /** Smallest and largest value of all examples, held out or not; empty without any example. */
  public Optional<InputRange> range() {
    return inventory.range();
  }

  /** The shards, cached; partition p holds the shards {@code p, p + P ...}. */
  public RDD<PackedShard> shards() {
    return cut.shards();
  }

  /** True if all shards are cached in memory now. */
  public boolean isInMemory() {
    return cut.isInMemory();
  }

  /** How the shards are placed and cached now. */
  public CachedShards cut() {
    return cut;
  }

  /** Number of partitions now. */
  public int partitions() {
    return cut.shards().getNumPartitions();
  }

  /** Number of logical shards V. */
  public int shardCount() {
    return layout.shards();
  }

  /** Examples for training in each shard. */
  public int[] trainingSizes() {
    return inventory.training().clone();
  }

  /** Examples for training. */
  public long trainingExamples() {
    return IntStream.of(inventory.training()).asLongStream().sum();
  }

  /** Examples held out. */
  public long heldOutExamples() {
    return IntStream.of(inventory.heldOut()).asLongStream().sum();
  }

  /** This, or closed if it does not fit {@code model}. */
  private TrainingData checked(ModelSpec model) {
    try {
      expect(model);
      return this;
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Checks the data against a model.
   *
   * @throws DataException if examples have another shape or number of labels, or a label is out of
   *     an output's range
   */
  public void expect(ModelSpec model) {
    Network network = new Network(model);
    int[] outputs = IntStream.range(0, model.outputs().size()).map(network::outputs).toArray();
    expect(model.input(), outputs);
  }

  /**
   * Checks the data against a model.
   *
   * @param input shape of an example the model takes
   * @param outputs for each output, classes that it tells apart
   * @throws DataException as above
   */
  public void expect(Shape input, int... outputs) {
    expect(source.shape(), source.labels(), input, outputs.length);
    inventory.expectWithin(source, outputs);
  }

  /** Refuses examples of another shape or with another number of labels. */
  static void expect(Shape got, int labels, Shape input, int outputs) {
    if (!got.equals(input)) {
      throw new DataException(
          "data: got examples of " + got + ", expected " + input + " as the model's input says");
    }
    if (labels != outputs) {
      throw new DataException(
          "data: got "
              + labels
              + " labels an example, expected "
              + outputs
              + ", one for each output of the model");
    }
  }

  /** What a user should know of the data, a sentence each. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /** Examples that were left out because they cannot be used, each with the reason. */
  public List<String> leftOut() {
    return source.leftOut();
  }

  /** What to call the examples of these indexes: files' names, rows' keys, else their indexes. */
  public List<String> names(List<Long> indexes) {
    return indexes.isEmpty() ? List.of() : source.names(indexes);
  }

  /**
   * Cuts the data anew, into {@code partitions}, which go wherever a slot is free. Shards stay as
   * they are, so nothing that is computed from them changes.
   */
  public void recut(int partitions) {
    CachedShards old = cut;
    cut = CachedShards.of(spark, source, layout, partitions);
    old.release();
  }

  /** Frees the cluster's memory. */
  @Override
  public void close() {
    cut.release();
    source.close();
  }
}
