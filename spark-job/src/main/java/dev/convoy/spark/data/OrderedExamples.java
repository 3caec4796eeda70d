package dev.convoy.spark.data;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.spark.data.shard.ExampleChunk;
import dev.convoy.spark.data.shard.ExampleRdd;
import dev.convoy.spark.data.source.DataFailures;
import dev.convoy.spark.data.source.DataPart;
import dev.convoy.spark.data.source.ExampleSource;
import dev.convoy.spark.data.table.LabelNames;
import dev.convoy.spark.data.table.TableSource;
import dev.convoy.spark.interop.ScalaTypes;
import dev.convoy.spark.interop.TaskFunction;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.spark.SparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Row;

/**
 * Data to be predicted: its examples in the order of their indexes, partition after partition, each
 * read where it is predicted, with its name and, if the data has them, its labels. What is brought
 * back to the driver comes from partitions of a bounded size: files are cut into such; rows, whose
 * sorted partitions are as large as Spark makes them, are partitioned anew where that is too large.
 */
public final class OrderedExamples implements AutoCloseable {
  private static final int LEAST_A_PARTITION = 64;

  private final SparkContext spark;
  private final RDD<ExampleChunk> runs;
  private final Supplier<RDD<ExampleChunk>> bounded;
  private final boolean labelled;
  private final String nameColumn;
  private final List<String> notes;
  private final UnaryOperator<RuntimeException> explain;
  private final Runnable close;

  private OrderedExamples(
      SparkContext spark,
      RDD<ExampleChunk> runs,
      Supplier<RDD<ExampleChunk>> bounded,
      boolean labelled,
      String nameColumn,
      List<String> notes,
      UnaryOperator<RuntimeException> explain,
      Runnable close) {
    this.spark = spark;
    this.runs = runs;
    this.bounded = bounded;
    this.labelled = labelled;
    this.nameColumn = nameColumn;
    this.notes = notes;
    this.explain = explain;
    this.close = close;
  }

  /**
   * Opens one part of the data that {@code location} tells of, with a model to read it for.
   *
   * @param labelsExpected false if a table may lack the column of labels; images never need them
   * @param mostAPartition examples that {@link #inOrder} takes together
   * @throws DataException if there is no such data, or it does not fit the model
   */
  public static OrderedExamples open(
      SparkContext spark,
      DataLocation location,
      DataPart part,
      boolean labelsExpected,
      int mostAPartition) {
    ModelSpec model = location.model().orElseThrow();
    Optional<org.apache.spark.sql.Dataset<Row>> table = table(spark, location, part);
    if (table.isPresent()) {
      location.expectOneImageAndLabel();
      boolean has = List.of(table.get().schema().fieldNames()).contains(location.columns().label());
      DataLocation read = has || labelsExpected ? location : location.withoutLabels();
      org.apache.spark.sql.Dataset<Row> numbered =
          LabelNames.numbered(table.get(), read.columns().label(), read.classes());
      TableSource rows = new TableSource(numbered, read.columns(), read.shape(), read.scale());
      expectSome(rows.examples());
      boolean labelled = !read.columns().label().isEmpty();
      return new OrderedExamples(
          spark,
          rows.runs(),
          () -> rows.runs(mostAPartition),
          labelled,
          read.columns().key(),
          List.of(),
          failure -> failure,
          () -> {});
    }
    ExampleSource source = DataSources.examples(spark, location, part, false);
    try {
      expectSome(source.examples());
      int outputs = model.outputs().size();
      int labels = source.labelled() ? source.labels() : outputs;
      TrainingData.expect(source.shape(), labels, model.input(), outputs);
      int partitions = partitions(source.examples(), TaskSlots.count(spark), mostAPartition);
      RDD<ExampleChunk> runs = new ExampleRdd(spark, source, partitions);
      return new OrderedExamples(
          spark,
          runs,
          () -> runs,
          source.labelled(),
          "",
          source.notes(),
          failure -> source.explain(spark, failure),
          source::close);
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private static Optional<org.apache.spark.sql.Dataset<Row>> table(
      SparkContext spark, DataLocation location, DataPart part) {
    try {
      return DataSources.isFile(spark, location.path())
          ? Optional.empty()
          : DataSources.table(spark, location, part);
    } catch (IOException e) {
      throw new DataException(
          "data.path: cannot read " + location.path() + ": " + e.getMessage(), e);
    }
  }

  private static void expectSome(long examples) {
    if (examples < 1) {
      throw new DataException("data: got " + examples + " examples, expected at least 1");
    }
  }

  /** One a slot unless there are very few examples or very many. */
  static int partitions(long examples, int slots, int mostAPartition) {
    long least = (examples + mostAPartition - 1) / mostAPartition;
    long most = Math.max(1, examples / LEAST_A_PARTITION);
    return Math.toIntExact(Math.max(least, Math.min(slots, most)));
  }

  /** The examples, for whoever takes them one by one: partitions of a table may be large. */
  public RDD<ExampleChunk> runs() {
    return runs;
  }

  /** True if the labels mean something. */
  public boolean labelled() {
    return labelled;
  }

  /** The column that names come from: a table's key; empty if they come from elsewhere. */
  public String nameColumn() {
    return nameColumn;
  }

  /** What a user should know of the data, a sentence each. */
  public List<String> notes() {
    return notes;
  }

  /** Takes what a task has brought back. */
  @FunctionalInterface
  public interface Sink {
    /** Takes what one task found. */
    void take(byte[] found) throws IOException;
  }

  /**
   * Runs {@code task} over partitions of at most {@code mostAPartition} examples, as many at a time
   * as the cluster has slots, and hands {@code sink} what they bring back in their order: never
   * more than that is held here.
   *
   * @throws DataException if an example cannot be read
   */
  public void inOrder(TaskFunction<ExampleChunk, byte[]> task, Sink sink) throws IOException {
    RDD<ExampleChunk> pieces = bounded.get();
    int all = pieces.getNumPartitions();
    int slots = TaskSlots.count(spark);
    for (int first = 0; first < all; first += slots) {
      List<Object> wave =
          java.util.stream.IntStream.range(first, Math.min(all, first + slots))
              .<Object>mapToObj(Integer::valueOf)
              .toList();
      Object found;
      try {
        found = spark.runJob(pieces, task, ScalaTypes.seq(wave), ScalaTypes.tag(byte[].class));
      } catch (Exception e) {
        throw explain.apply(DataFailures.within(e));
      }
      for (byte[] part : (byte[][]) found) {
        sink.take(part);
      }
    }
  }

  /** The data is needed no more. */
  @Override
  public void close() {
    close.run();
  }
}
