package dev.convoy.spark.cli;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.network.ModelSpec;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.network.TrainedModel;
import dev.convoy.engine.network.Workspace;
import dev.convoy.spark.data.PackedShard;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import org.apache.spark.util.Utils;
import scala.collection.Iterator;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;

/**
 * The forward pass over every example of a partition, shard by shard. What to do with the outputs
 * is the sub-class's business; one result a shard, so that results do not depend on partitions.
 */
abstract class ForwardTask<R extends Serializable>
    extends AbstractFunction2<TaskContext, Iterator<PackedShard>, byte[]> implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int MICRO_BATCH = 64;

  private final String model;
  private final Broadcast<float[]> weights;

  ForwardTask(String model, Broadcast<float[]> weights) {
    this.model = model;
    this.weights = weights;
  }

  /** What a task brings back, as bytes: Spark's Kryo knows no records. */
  private record Found(ArrayList<ShardResult> results) implements Serializable {}

  /** The result of one shard. */
  record ShardResult(int shard, Serializable result) implements Serializable {}

  /** An empty result for a shard of {@code examples} examples. */
  abstract R start(int examples, int outputs);

  /**
   * Takes in a micro-batch: the labels and indexes of its {@code size} examples stand in {@code
   * batch}, their outputs in {@code outputs}, their pixels in {@code shard} from example {@code
   * from} on.
   */
  abstract void add(
      R result, PackedShard shard, int from, Batch batch, float[] outputs, double lossSum);

  @Override
  public final byte[] apply(TaskContext context, Iterator<PackedShard> shards) {
    Network network = new Network(ModelSpec.parse(model));
    Workspace workspace = network.newWorkspace(MICRO_BATCH, false);
    network.load(weights.value(), workspace);
    Batch batch = network.newBatch(MICRO_BATCH);
    float[] table = network.spec().normalization().table();
    float[] outputs = new float[MICRO_BATCH * network.outputs()];
    ArrayList<ShardResult> results = new ArrayList<>();
    while (shards.hasNext()) {
      PackedShard shard = shards.next();
      R result = start(shard.size(), network.outputs());
      for (int from = 0; from < shard.size(); from += MICRO_BATCH) {
        batch.clear();
        for (int i = from; i < Math.min(shard.size(), from + MICRO_BATCH); i++) {
          shard.addTo(batch, i, network.spec(), table);
        }
        network.predict(batch, workspace, outputs);
        add(result, shard, from, batch, outputs, workspace.lossSum());
      }
      results.add(new ShardResult(shard.shard(), result));
    }
    return Utils.serialize(new Found(results));
  }

  /** Makes the task for weights that were sent out. */
  interface Maker<R extends Serializable> {
    ForwardTask<R> make(String model, Broadcast<float[]> weights);
  }

  /** Runs a task over all of {@code shards}; results in the order of their numbers. */
  static <R extends Serializable> List<R> run(
      RDD<PackedShard> shards, TrainedModel model, Class<R> type, Maker<R> maker) {
    SparkContext spark = shards.sparkContext();
    Broadcast<float[]> weights =
        spark.broadcast(model.weights(), ClassTag$.MODULE$.apply(float[].class));
    try {
      Object found =
          spark.runJob(
              shards,
              maker.make(model.spec().toText(), weights),
              ClassTag$.MODULE$.apply(byte[].class));
      List<ShardResult> results = new ArrayList<>();
      for (byte[] part : (byte[][]) found) {
        results.addAll(
            ((Found) Utils.deserialize(part, ForwardTask.class.getClassLoader())).results());
      }
      results.sort(Comparator.comparingInt(ShardResult::shard));
      return results.stream().map(result -> type.cast(result.result())).toList();
    } finally {
      weights.destroy();
    }
  }
}
