package dev.convoy.spark.predict;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.model.InputRange;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.network.Workspace;
import dev.convoy.spark.data.shard.PackedShard;
import dev.convoy.spark.data.table.FeatureReader;
import dev.convoy.spark.interop.ScalaTypes;
import java.io.Serializable;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * The forward pass of a trained network over examples, a micro-batch at a time, where a task runs:
 * for evaluation, predictions, pipelines and SQL functions alike. For one thread.
 */
public final class ForwardPass {
  /** Examples in a micro-batch where nobody asks for fewer. */
  public static final int MICRO_BATCH = 64;

  private final int microBatch;
  private final Network network;
  private final Workspace workspace;
  private final Batch batch;
  private final float[] table;
  private final float[] outputs;
  private final RangeWatch watch;

  /**
   * A pass over a model.
   *
   * @param weights one flat array, as the model's layers say
   * @param microBatch most examples at once
   */
  public ForwardPass(ModelSpec spec, float[] weights, int microBatch) {
    this(spec, weights, microBatch, null);
  }

  private ForwardPass(ModelSpec spec, float[] weights, int microBatch, RangeWatch watch) {
    this.microBatch = microBatch;
    this.watch = watch;
    network = new Network(spec);
    workspace = network.newWorkspace(microBatch, false);
    network.load(weights, workspace);
    batch = network.newBatch(microBatch);
    table = spec.normalization().table();
    outputs = new float[microBatch * network.outputs()];
  }

  /**
   * What travels to the tasks.
   *
   * @param model text form of the model
   * @param weights one flat array
   * @param watch looks at the range of the examples; null if nobody asks
   */
  public record Recipe(String model, Broadcast<float[]> weights, RangeWatch watch)
      implements Serializable {
    /** Nobody asks for the range of the examples. */
    public Recipe(String model, Broadcast<float[]> weights) {
      this(model, weights, null);
    }

    /** Sends the weights out; {@link #close} frees them. */
    public static Recipe send(SparkContext spark, TrainedModel model) {
      return new Recipe(
          model.spec().toText(), spark.broadcast(model.weights(), ScalaTypes.tag(float[].class)));
    }

    /**
     * The same weights, and {@code warn} hears once, from whichever thread, if a task meets
     * examples of another range than {@code trained}; without that, nobody looks.
     */
    public Recipe watching(
        SparkContext spark, Optional<InputRange> trained, Consumer<String> warn) {
      RangeWatch fresh = trained.map(range -> RangeWatch.on(spark, range, warn)).orElse(null);
      return new Recipe(model, weights, fresh);
    }

    /** A pass of {@link #MICRO_BATCH} examples at a time, where a task runs. */
    public ForwardPass start() {
      return start(MICRO_BATCH);
    }

    /** A pass of at most {@code microBatch} examples at a time. */
    public ForwardPass start(int microBatch) {
      return new ForwardPass(ModelSpec.parse(model), weights.value(), microBatch, watch);
    }

    /** Frees the weights on all executors. */
    public void close() {
      weights.destroy();
    }
  }

  /** Takes a micro-batch: labels and indexes stand in {@code batch}. */
  @FunctionalInterface
  interface Taker {
    /**
     * @param from position of its first example in the shard
     * @param outputs {@code [example][value]}
     */
    void take(int from, Batch batch, float[] outputs, double lossSum);
  }

  /** Values of an example. */
  int width() {
    return network.outputs();
  }

  /** Predicts the examples of {@code shard}. */
  void over(PackedShard shard, Taker taker) {
    if (watch != null) {
      shard.range().ifPresent(watch::add);
    }
    for (int from = 0; from < shard.size(); from += microBatch) {
      batch.clear();
      for (int i = from; i < Math.min(shard.size(), from + microBatch); i++) {
        shard.addTo(batch, i, network.spec(), table);
      }
      run();
      taker.take(from, batch, outputs, workspace.lossSum());
    }
  }

  /** Forgets the examples that were added. */
  public void clear() {
    batch.clear();
  }

  /** Appends the example that {@code reader} has read. */
  public void add(FeatureReader reader) {
    if (watch != null) {
      watch.add(reader.range());
    }
    reader.addTo(batch, network.spec(), table, batch.size());
  }

  /** Predicts the examples that were added since {@link #clear}. */
  public void run() {
    network.predict(batch, workspace, outputs);
  }

  /** Probabilities of added example {@code i}. */
  public double[] probabilities(int i) {
    double[] probabilities = new double[width()];
    for (int c = 0; c < probabilities.length; c++) {
      probabilities[c] = outputs[i * probabilities.length + c];
    }
    return probabilities;
  }
}
