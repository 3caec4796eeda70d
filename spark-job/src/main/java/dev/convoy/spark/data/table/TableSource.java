package dev.convoy.spark.data.table;

import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.data.shard.ExampleChunk;
import dev.convoy.spark.data.shard.PackedShard;
import dev.convoy.spark.data.shard.ShardLayout;
import dev.convoy.spark.data.shard.ShardPartitioner;
import dev.convoy.spark.data.shard.ShardPlacement;
import dev.convoy.spark.data.shard.ShardSource;
import dev.convoy.spark.data.source.DataFailures;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.Tuple2;

/**
 * The rows of a DataFrame as examples. Rows have no index, and Spark gives them back in any order.
 * So they are sorted: by the key column, or, without one, by a hash of label and pixels. Rows of
 * equal key are sorted by the hash, and rows of equal hash by their contents; rows that are still
 * equal are the same example. An example's index is its place in this order. Its shard, whether it
 * is held out and its batches follow from the index, as they do for a file. So the weights depend
 * on the rows alone, not on files, partitions or the order in which rows come. With a key that
 * counts 0, 1, 2 ... the weights equal, bit for bit, what the same data in an IDX file gives.
 *
 * <p>The driver sees counts only: two shuffles sort the rows and bring them to their shards.
 */
public final class TableSource implements ShardSource {
  private final Shape shape;
  private final float scale;
  private final String order;
  private final JavaRDD<Row> sorted;
  private final boolean keyed;
  private final boolean marked;
  private final long[] firsts;

  /**
   * Sorts and counts the rows.
   *
   * @param shape of an example
   * @param scale the number that stands for a full pixel, in columns of numbers
   * @throws IllegalArgumentException if a column is missing, or of a wrong type, or a row is bad
   */
  public TableSource(Dataset<Row> table, TableColumns columns, Shape shape, float scale) {
    this.shape = shape;
    this.scale = scale;
    this.keyed = !columns.key().isEmpty();
    this.marked = !columns.heldOut().isEmpty();
    this.order = keyed ? "of column '" + columns.key() + "'" : "of the contents' hash";
    this.sorted = sorted(table, columns, shape, scale);
    this.firsts = count();
  }

  /** Spark looks at rows here already, to find where to divide them. */
  private JavaRDD<Row> sorted(Dataset<Row> table, TableColumns columns, Shape shape, float scale) {
    SparkContext spark = table.sparkSession().sparkContext();
    spark.setJobDescription("sort rows by the order " + order);
    try {
      return sort(table, columns, shape, scale).toJavaRDD();
    } catch (Exception e) {
      throw DataFailures.within(e);
    } finally {
      spark.setJobDescription(null);
    }
  }

  private Dataset<Row> sort(Dataset<Row> table, TableColumns columns, Shape shape, float scale) {
    StructType schema = table.schema();
    columns.check(schema);
    FeatureReader reader = new FeatureReader(columns.features(), shape, scale);
    List<Column> read = new ArrayList<>();
    read.add(TableColumns.column(columns.features()));
    read.add(
        columns.label().isEmpty()
            ? functions.lit(0.0)
            : TableColumns.column(columns.label()).cast(DataTypes.DoubleType));
    StructType packed = RowPacker.SCHEMA;
    if (marked) {
      read.add(TableColumns.column(columns.heldOut()));
    } else {
      read.add(functions.lit(false));
    }
    List<Column> by = new ArrayList<>();
    if (keyed) {
      read.add(TableColumns.column(columns.key()).as("key"));
      packed = packed.add("key", TableColumns.type(schema, columns.key()));
      by.add(functions.col("key"));
    }
    for (String name : RowPacker.SCHEMA.fieldNames()) {
      by.add(functions.col(name));
    }
    return table
        .select(read.toArray(new Column[0]))
        .mapPartitions(new RowPacker(reader, columns), Encoders.row(packed))
        .sort(by.toArray(new Column[0]));
  }

  /** Index of the first row of each partition, and last the number of rows. */
  private long[] count() {
    sorted.context().setJobDescription("sort rows by the order " + order);
    try {
      List<Long> sizes = sorted.mapPartitions(new Size()).collect();
      long[] starts = new long[sizes.size() + 1];
      for (int i = 0; i < sizes.size(); i++) {
        starts[i + 1] = starts[i] + sizes.get(i);
      }
      return starts;
    } catch (Exception e) {
      throw DataFailures.within(e);
    } finally {
      sorted.context().setJobDescription(null);
    }
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public long examples() {
    return firsts[firsts.length - 1];
  }

  @Override
  public boolean marksHeldOut() {
    return marked;
  }

  @Override
  public String labelPlace(long index) {
    return "row " + index + " in the order " + order;
  }

  /** Of rows with a key that, else the index. */
  @Override
  public List<String> names(List<Long> indexes) {
    if (!keyed) {
      return indexes.stream().map(String::valueOf).toList();
    }
    Set<Long> wanted = new HashSet<>(indexes);
    Map<Long, String> found = new HashMap<>();
    try {
      sorted.mapPartitionsWithIndex(new KeysOf(firsts, wanted), true).collect().stream()
          .forEach(pair -> found.put(pair._1(), pair._2()));
    } catch (Exception e) {
      throw DataFailures.within(e);
    }
    return indexes.stream().map(found::get).toList();
  }

  /** The rows in the order of their indexes. */
  public RDD<ExampleChunk> runs() {
    return RowChunks.of(sorted, new RowChunks.Naming(firsts, keyed), shape.size(), scale);
  }

  /** The same in partitions of at most {@code most} rows, at the price of a shuffle if need be. */
  public RDD<ExampleChunk> runs(int most) {
    for (int p = 1; p < firsts.length; p++) {
      if (firsts[p] - firsts[p - 1] > most) {
        return RowChunks.ofAtMost(
            sorted, new RowChunks.Naming(firsts, keyed), shape.size(), scale, most);
      }
    }
    return runs();
  }

  @Override
  public RDD<PackedShard> cut(ShardLayout layout, ShardPlacement placement) {
    ShardPartitioner partitioner = new ShardPartitioner(layout, placement);
    // A lambda that names a field would take this source along.
    int example = shape.size();
    float fullPixel = scale;
    boolean said = marked;
    return sorted
        .mapPartitionsWithIndex(new Placed(firsts, layout), true)
        .mapToPair(pair -> pair)
        .repartitionAndSortWithinPartitions(partitioner, partitioner.order())
        .mapPartitions(rows -> new RowShards(rows, layout, example, fullPixel, said))
        .rdd();
  }

  private static final class Size
      implements org.apache.spark.api.java.function.FlatMapFunction<Iterator<Row>, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<Long> call(Iterator<Row> rows) {
      long size = 0;
      while (rows.hasNext()) {
        rows.next();
        size++;
      }
      return Collections.singleton(size).iterator();
    }
  }

  /** The keys of some rows. */
  private record KeysOf(long[] firsts, Set<Long> wanted)
      implements Function2<Integer, Iterator<Row>, Iterator<Tuple2<Long, String>>> {
    @Override
    public Iterator<Tuple2<Long, String>> call(Integer partition, Iterator<Row> rows) {
      List<Tuple2<Long, String>> found = new ArrayList<>();
      for (long index = firsts[partition]; rows.hasNext(); index++) {
        Row row = rows.next();
        if (wanted.contains(index)) {
          found.add(new Tuple2<>(index, RowPacker.key(row)));
        }
      }
      return found.iterator();
    }
  }

  /** Puts before each row its place in the order of the layout. */
  private record Placed(long[] firsts, ShardLayout layout)
      implements Function2<Integer, Iterator<Row>, Iterator<Tuple2<Long, RowPacker.Packed>>> {
    @Override
    public Iterator<Tuple2<Long, RowPacker.Packed>> call(Integer partition, Iterator<Row> rows) {
      Iterator<Tuple2<Long, RowPacker.Packed>> indexed =
          new IndexedRows<>(firsts[partition], rows, (index, row) -> RowPacker.Packed.of(row));
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return indexed.hasNext();
        }

        @Override
        public Tuple2<Long, RowPacker.Packed> next() {
          Tuple2<Long, RowPacker.Packed> row = indexed.next();
          return new Tuple2<>(layout.placeOf(row._1()), row._2());
        }
      };
    }
  }
}
