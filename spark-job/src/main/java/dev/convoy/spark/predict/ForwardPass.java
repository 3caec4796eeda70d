package dev.convoy.spark.predict;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.network.Workspace;
import dev.convoy.spark.data.shard.PackedShard;
import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.broadcast.Broadcast;
import scala.reflect.ClassTag$;

/** The forward pass of a network over examples, where a task runs. For one thread. */
public final class ForwardPass {
  private static final int MICRO_BATCH = 64;

  private final Network network;
  private final Workspace workspace;
  private final Batch batch;
  private final float[] table;
  private final float[] outputs;

  /** What travels to the tasks. */
  public record Recipe(String model, Broadcast<float[]> weights) implements Serializable {
    /** Sends the weights out; {@link #close} frees them. */
    public static Recipe send(SparkContext spark, TrainedModel model) {
      return new Recipe(
          model.spec().toText(),
          spark.broadcast(model.weights(), ClassTag$.MODULE$.apply(float[].class)));
    }

    ForwardPass start() {
      return new ForwardPass(ModelSpec.parse(model), weights.value());
    }

    public void close() {
      weights.destroy();
    }
  }

  private ForwardPass(ModelSpec spec, float[] weights) {
    network = new Network(spec);
    workspace = network.newWorkspace(MICRO_BATCH, false);
    network.load(weights, workspace);
    batch = network.newBatch(MICRO_BATCH);
    table = spec.normalization().table();
    outputs = new float[MICRO_BATCH * network.outputs()];
  }

  /** Takes a micro-batch: labels and indexes stand in {@code batch}. */
  @FunctionalInterface
  interface Taker {
    /**
     * @param from place of its first example
     * @param outputs {@code [example][value]}
     */
    void take(int from, Batch batch, float[] outputs, double lossSum);
  }

  /** Values of an example. */
  int width() {
    return network.outputs();
  }

  /** Predicts the examples of {@code shard}, a micro-batch at a time. */
  void over(PackedShard shard, Taker taker) {
    for (int from = 0; from < shard.size(); from += MICRO_BATCH) {
      batch.clear();
      for (int i = from; i < Math.min(shard.size(), from + MICRO_BATCH); i++) {
        shard.addTo(batch, i, network.spec(), table);
      }
      network.predict(batch, workspace, outputs);
      taker.take(from, batch, outputs, workspace.lossSum());
    }
  }
}
