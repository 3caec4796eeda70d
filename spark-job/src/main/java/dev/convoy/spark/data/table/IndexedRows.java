package dev.convoy.spark.data.table;

import java.util.Iterator;
import java.util.function.BiFunction;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/**
 * Rows of one partition, each behind its index.
 *
 * @param <T> what is made of a row
 */
final class IndexedRows<T> implements Iterator<Tuple2<Long, T>> {
  private final Iterator<Row> rows;
  private final BiFunction<Long, Row, T> make;
  private long next;

  /**
   * @param first index of the first row
   * @param make takes index and row
   */
  IndexedRows(long first, Iterator<Row> rows, BiFunction<Long, Row, T> make) {
    this.next = first;
    this.rows = rows;
    this.make = make;
  }

  @Override
  public boolean hasNext() {
    return rows.hasNext();
  }

  @Override
  public Tuple2<Long, T> next() {
    Row row = rows.next();
    long index = next++;
    return new Tuple2<>(index, make.apply(index, row));
  }
}
