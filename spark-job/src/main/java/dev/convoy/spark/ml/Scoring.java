package dev.convoy.spark.ml;

import static dev.convoy.spark.predict.ForwardPass.MICRO_BATCH;

import dev.convoy.spark.data.table.FeatureReader;
import dev.convoy.spark.predict.ForwardPass;
import dev.convoy.spark.predict.Probabilities;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Appends predictions to the rows of a partition, a micro-batch at a time. */
final class Scoring implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1L;

  private final ForwardPass.Recipe recipe;
  private final FeatureReader reader;
  private final int features;
  private final Columns columns;
  private final double[] thresholds;

  /**
   * @param features place of the examples in a row
   * @param thresholds or null
   */
  Scoring(
      ForwardPass.Recipe recipe,
      FeatureReader reader,
      int features,
      Columns columns,
      double[] thresholds) {
    this.recipe = recipe;
    this.reader = reader;
    this.features = features;
    this.columns = columns;
    this.thresholds = thresholds;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    return new Scored(rows);
  }

  private final class Scored implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final Deque<Row> ready = new ArrayDeque<>(MICRO_BATCH);
    private ForwardPass forward;

    Scored(Iterator<Row> rows) {
      this.rows = rows;
    }

    @Override
    public boolean hasNext() {
      return !ready.isEmpty() || rows.hasNext();
    }

    @Override
    public Row next() {
      if (ready.isEmpty()) {
        score();
      }
      return ready.remove();
    }

    private void score() {
      if (!rows.hasNext()) {
        throw new NoSuchElementException();
      }
      if (forward == null) {
        forward = recipe.start(MICRO_BATCH);
      }
      Row[] batch = new Row[MICRO_BATCH];
      int size = 0;
      forward.clear();
      while (size < MICRO_BATCH && rows.hasNext()) {
        batch[size] = rows.next();
        reader.read(batch[size++].get(features));
        forward.add(reader);
      }
      forward.run();
      for (int i = 0; i < size; i++) {
        ready.add(appended(batch[i], forward.probabilities(i)));
      }
    }

    private Row appended(Row row, double[] probabilities) {
      int n = row.size();
      boolean raw = !columns.raw().isEmpty();
      boolean probability = !columns.probability().isEmpty();
      boolean prediction = !columns.prediction().isEmpty();
      Object[] values =
          new Object[n + (raw ? 1 : 0) + (probability ? 1 : 0) + (prediction ? 1 : 0)];
      for (int i = 0; i < n; i++) {
        values[i] = row.get(i);
      }
      if (raw) {
        values[n++] = Vectors.dense(Probabilities.logarithms(probabilities));
      }
      if (probability) {
        values[n++] = Vectors.dense(probabilities);
      }
      if (prediction) {
        values[n] = Probabilities.argmax(probabilities, thresholds);
      }
      return RowFactory.create(values);
    }
  }
}
