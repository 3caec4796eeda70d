package dev.convoy.spark.predict;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.spark.data.shard.PackedShard;
import dev.convoy.spark.interop.ScalaTypes;
import dev.convoy.spark.interop.TaskFunction;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.util.Utils;
import scala.collection.Iterator;

/**
 * The forward pass over every example of a partition, shard by shard. What to do with the outputs
 * is the sub-class's business; one result a shard, so that results do not depend on partitions.
 */
abstract class ForwardTask<R extends Serializable> extends TaskFunction<PackedShard, byte[]> {
  private static final long serialVersionUID = 1L;

  private final ForwardPass.Recipe recipe;

  ForwardTask(ForwardPass.Recipe recipe) {
    this.recipe = recipe;
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
    ForwardPass pass = recipe.start();
    ArrayList<ShardResult> results = new ArrayList<>();
    while (shards.hasNext()) {
      PackedShard shard = shards.next();
      R result = start(shard.size(), pass.width());
      pass.over(
          shard,
          (from, batch, outputs, lossSum) -> add(result, shard, from, batch, outputs, lossSum));
      results.add(new ShardResult(shard.shard(), result));
    }
    return Utils.serialize(new Found(results));
  }

  /** Makes the task for weights that were sent out. */
  interface Maker<R extends Serializable> {
    ForwardTask<R> make(ForwardPass.Recipe recipe);
  }

  /** Runs a task over all of {@code shards}; results in the order of their numbers. */
  static <R extends Serializable> List<R> run(
      RDD<PackedShard> shards, TrainedModel model, Class<R> type, Maker<R> maker) {
    SparkContext spark = shards.sparkContext();
    ForwardPass.Recipe recipe = ForwardPass.Recipe.send(spark, model);
    try {
      Object found = spark.runJob(shards, maker.make(recipe), ScalaTypes.tag(byte[].class));
      List<ShardResult> results = new ArrayList<>();
      for (byte[] part : (byte[][]) found) {
        results.addAll(
            ((Found) Utils.deserialize(part, ForwardTask.class.getClassLoader())).results());
      }
      results.sort(Comparator.comparingInt(ShardResult::shard));
      return results.stream().map(result -> type.cast(result.result())).toList();
    } finally {
      recipe.close();
    }
  }
}
