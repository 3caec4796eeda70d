package dev.convoy.spark.data.table;

import dev.convoy.spark.data.shard.ExampleChunk;
import dev.convoy.spark.data.shard.PackedShard;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/** Packs the rows of a partition, in their order, to be predicted. */
final class RowChunks implements Iterator<ExampleChunk> {
  private static final int ROWS = 256;

  private final Iterator<Tuple2<Long, Named>> rows;
  private final int example;
  private final float scale;

  private RowChunks(Iterator<Tuple2<Long, Named>> rows, int example, float scale) {
    this.rows = rows;
    this.example = example;
    this.scale = scale;
  }

  /**
   * The runs of {@code sorted} rows, partition by partition.
   *
   * @param example values of each
   * @param scale the number that stands for a full pixel
   */
  static RDD<ExampleChunk> of(JavaRDD<Row> sorted, Naming naming, int example, float scale) {
    return sorted
        .mapPartitionsWithIndex(naming, true)
        .mapPartitions(rows -> new RowChunks(rows, example, scale), true)
        .rdd();
  }

  /** The same, in partitions of {@code most} rows; the last may have fewer. */
  static RDD<ExampleChunk> ofAtMost(
      JavaRDD<Row> sorted, Naming naming, int example, float scale, int most) {
    return sorted
        .mapPartitionsWithIndex(naming, true)
        .mapToPair(pair -> pair)
        .repartitionAndSortWithinPartitions(
            new Pieces(naming.examples(), most), Comparator.<Long>naturalOrder())
        .mapPartitions(rows -> new RowChunks(rows, example, scale))
        .rdd();
  }

  /** A packed row and what to call it. It is shuffled, and Spark's Kryo cannot read records. */
  static final class Named implements Serializable {
    private static final long serialVersionUID = 1L;
    private final String name;
    private final RowPacker.Packed row;

    private Named(String name, RowPacker.Packed row) {
      this.name = name;
      this.row = row;
    }
  }

  /**
   * Puts its index before each row.
   *
   * @param firsts index of the first row of each partition, and last the number of rows
   * @param keyed true if rows are called by their key, false if by their index
   */
  record Naming(long[] firsts, boolean keyed)
      implements Function2<Integer, Iterator<Row>, Iterator<Tuple2<Long, Named>>> {
    long examples() {
      return firsts[firsts.length - 1];
    }

    @Override
    public Iterator<Tuple2<Long, Named>> call(Integer partition, Iterator<Row> rows) {
      return new IndexedRows<>(
          firsts[partition],
          rows,
          (index, row) ->
              new Named(
                  keyed ? RowPacker.key(row) : Long.toString(index), RowPacker.Packed.of(row)));
    }
  }

  /** Sends {@code most} rows whose indexes follow one another to each partition. */
  private static final class Pieces extends Partitioner {
    private static final long serialVersionUID = 1L;
    private final int pieces;
    private final int most;

    Pieces(long examples, int most) {
      this.pieces = Math.toIntExact((examples + most - 1) / most);
      this.most = most;
    }

    @Override
    public int numPartitions() {
      return pieces;
    }

    @Override
    public int getPartition(Object index) {
      return (int) ((Long) index / most);
    }
  }

  @Override
  public boolean hasNext() {
    return rows.hasNext();
  }

  @Override
  public ExampleChunk next() {
    if (!rows.hasNext()) {
      throw new NoSuchElementException();
    }
    List<Tuple2<Long, RowPacker.Packed>> packed = new ArrayList<>(ROWS);
    List<String> names = new ArrayList<>(ROWS);
    boolean bytes = true;
    while (packed.size() < ROWS && rows.hasNext()) {
      Tuple2<Long, Named> next = rows.next();
      RowPacker.Packed row = next._2().row;
      bytes &= row.data().length == example;
      names.add(next._2().name);
      packed.add(new Tuple2<>(next._1(), row));
    }
    PackedShard run = RowShards.pack(0, 0, packed, example, scale, bytes);
    return new ExampleChunk(run, names.toArray(new String[0]));
  }
}
