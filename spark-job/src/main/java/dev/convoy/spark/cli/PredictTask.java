package dev.convoy.spark.cli;

import dev.convoy.engine.data.Batch;
import dev.convoy.spark.data.PackedShard;
import java.io.Serializable;
import org.apache.spark.broadcast.Broadcast;

/** Keeps the outputs of each shard. */
final class PredictTask extends ForwardTask<PredictTask.Growing> {
  private static final long serialVersionUID = 1L;

  PredictTask(String model, Broadcast<float[]> weights) {
    super(model, weights);
  }

  /** Predictions of a shard while they are made. */
  static final class Growing implements Serializable {
    private static final long serialVersionUID = 1L;
    private final Predictions predictions;
    private int filled;

    Growing(Predictions predictions) {
      this.predictions = predictions;
    }

    Predictions predictions() {
      return predictions;
    }
  }

  @Override
  Growing start(int examples, int outputs) {
    return new Growing(
        new Predictions(
            new long[examples], new int[examples], new float[examples * outputs], outputs, true));
  }

  @Override
  void add(
      Growing growing, PackedShard shard, int from, Batch batch, float[] outputs, double lossSum) {
    Predictions p = growing.predictions;
    System.arraycopy(batch.ids(), 0, p.indexes(), growing.filled, batch.size());
    System.arraycopy(batch.labels(), 0, p.labels(), growing.filled, batch.size());
    System.arraycopy(outputs, 0, p.outputs(), growing.filled * p.width(), batch.size() * p.width());
    growing.filled += batch.size();
  }
}
