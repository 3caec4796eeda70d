package dev.convoy.spark.data;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/** Packs the rows of a partition, in their order, to be predicted. */
final class RowRuns implements Iterator<ExampleRun> {
  private static final int ROWS = 256;

  private final Iterator<Row> rows;
  private final Packing how;
  private long next;

  private RowRuns(Iterator<Row> rows, long first, Packing how) {
    this.rows = rows;
    this.next = first;
    this.how = how;
  }

  /**
   * What a task needs to know.
   *
   * @param firsts index of the first row of each partition
   * @param example values of each
   * @param full the number that stands for a full pixel
   * @param keyed true if rows are called by their key, false if by their index
   */
  record Packing(long[] firsts, int example, float full, boolean keyed)
      implements Function2<Integer, Iterator<Row>, Iterator<ExampleRun>> {
    @Override
    public Iterator<ExampleRun> call(Integer partition, Iterator<Row> rows) {
      return new RowRuns(rows, firsts[partition], this);
    }
  }

  @Override
  public boolean hasNext() {
    return rows.hasNext();
  }

  @Override
  public ExampleRun next() {
    if (!rows.hasNext()) {
      throw new NoSuchElementException();
    }
    List<Tuple2<Long, RowPacker.Packed>> packed = new ArrayList<>(ROWS);
    List<String> names = new ArrayList<>(ROWS);
    boolean bytes = true;
    while (packed.size() < ROWS && rows.hasNext()) {
      Row row = rows.next();
      RowPacker.Packed one = RowPacker.Packed.of(row);
      bytes &= one.data().length == how.example();
      names.add(how.keyed() ? RowPacker.key(row) : Long.toString(next));
      packed.add(new Tuple2<>(next++, one));
    }
    PackedShard run = RowShards.pack(0, 0, packed, how.example(), how.full(), bytes);
    return new ExampleRun(run, names.toArray(new String[0]));
  }
}
