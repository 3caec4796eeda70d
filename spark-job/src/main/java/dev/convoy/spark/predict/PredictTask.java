package dev.convoy.spark.predict;

import dev.convoy.spark.data.shard.ExampleChunk;
import dev.convoy.spark.data.shard.PackedShard;
import dev.convoy.spark.interop.TaskFunction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;
import scala.collection.Iterator;

/** Predicts the examples of a partition, in their order, and writes them as lines. */
public final class PredictTask extends TaskFunction<ExampleChunk, byte[]> {
  private static final long serialVersionUID = 1L;

  private final ForwardPass.Recipe recipe;
  private final PredictionFormat format;

  /** Predicts by {@code recipe} and writes as {@code format} says. */
  public PredictTask(ForwardPass.Recipe recipe, PredictionFormat format) {
    this.recipe = recipe;
    this.format = format;
  }

  /** Takes one prediction; see {@link PredictionFormat#line}. */
  private interface Taker {
    void take(long index, String name, int[] labels, float[] outputs, int at);
  }

  private static void each(ForwardPass pass, ExampleChunk run, int heads, Taker taker) {
    PackedShard examples = run.examples();
    int[] labels = new int[heads];
    pass.over(
        examples,
        (from, batch, outputs, lossSum) -> {
          for (int i = 0; i < batch.size(); i++) {
            for (int o = 0; o < heads; o++) {
              labels[o] = batch.labels(o)[i];
            }
            String name = run.names()[from + i];
            taker.take(batch.ids()[i], name, labels, outputs, i * pass.width());
          }
        });
  }

  /** The lines of a partition, UTF-8. */
  @Override
  public byte[] apply(TaskContext context, Iterator<ExampleChunk> runs) {
    ForwardPass pass = recipe.start();
    StringBuilder lines = new StringBuilder();
    while (runs.hasNext()) {
      each(
          pass,
          runs.next(),
          format.heads().size(),
          (index, name, labels, outputs, at) ->
              format.line(lines, index, name, labels, outputs, at));
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The same as rows of a table, a run of examples at a time. */
  public record Rows(ForwardPass.Recipe recipe, PredictionFormat format)
      implements FlatMapFunction<java.util.Iterator<ExampleChunk>, Row> {
    @Override
    public java.util.Iterator<Row> call(java.util.Iterator<ExampleChunk> runs) {
      ForwardPass pass = recipe.start();
      Deque<Row> ready = new ArrayDeque<>();
      return new java.util.Iterator<>() {
        @Override
        public boolean hasNext() {
          return !ready.isEmpty() || runs.hasNext();
        }

        @Override
        public Row next() {
          if (ready.isEmpty()) {
            each(
                pass,
                runs.next(),
                format.heads().size(),
                (index, name, labels, outputs, at) ->
                    ready.add(format.row(index, name, labels, outputs, at)));
          }
          return ready.remove();
        }
      };
    }
  }
}
