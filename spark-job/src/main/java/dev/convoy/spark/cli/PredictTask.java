package dev.convoy.spark.cli;

import dev.convoy.engine.data.Batch;
import dev.convoy.spark.data.PackedShard;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.broadcast.Broadcast;

/** Keeps the outputs of each shard. */
final class PredictTask extends ForwardTask<PredictTask.Growing> {
  private static final long serialVersionUID = 1L;

  private final List<Predictions.Head> heads;

  PredictTask(String model, Broadcast<float[]> weights, List<Predictions.Head> heads) {
    super(model, weights);
    this.heads = heads;
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
    return new Growing(Predictions.of(examples, heads, true));
  }

  @Override
  void add(
      Growing growing, PackedShard shard, int from, Batch batch, float[] outputs, double lossSum) {
    Predictions p = growing.predictions;
    System.arraycopy(batch.ids(), 0, p.indexes(), growing.filled, batch.size());
    for (int o = 0; o < heads.size(); o++) {
      for (int i = 0; i < batch.size(); i++) {
        p.labels()[(growing.filled + i) * heads.size() + o] = batch.labels(o)[i];
      }
    }
    System.arraycopy(outputs, 0, p.outputs(), growing.filled * p.width(), batch.size() * p.width());
    growing.filled += batch.size();
  }
}
