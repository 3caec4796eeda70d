package dev.convoy.spark.train;

import dev.convoy.engine.data.Batch;
import dev.convoy.spark.data.Deal;
import dev.convoy.spark.data.PackedShard;
import dev.convoy.spark.data.ShardIterator;
import java.io.Serializable;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction2;

/** Forward and loss over the held-out examples of a partition. */
final class EvaluationTask
    extends AbstractFunction2<TaskContext, Iterator<PackedShard>, PartialGradient>
    implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String model;
  private final int micro;
  private final Broadcast<byte[]> weights;
  private final Slice slice;

  /**
   * Some parts of each partition.
   *
   * @param number from 0
   * @param count of slices
   */
  record Slice(int number, int count, Deal deal) implements Serializable {
    boolean has(int shard) {
      return deal.partOf(shard) % count == number;
    }
  }

  EvaluationTask(String model, int micro, Broadcast<byte[]> weights, Slice slice) {
    this.model = model;
    this.micro = micro;
    this.weights = weights;
    this.slice = slice;
  }

  @Override
  public PartialGradient apply(TaskContext context, Iterator<PackedShard> shards) {
    PartialGradient result = new PartialGradient();
    TaskBuffers buffers = TaskBuffers.take(model, micro, false);
    buffers.load(weights.value());
    if (shards instanceof ShardIterator blocks) {
      blocks.want(slice::has);
    }
    while (shards.hasNext()) {
      PackedShard shard = shards.next();
      if (!slice.has(shard.shard())) {
        continue;
      }
      for (int from = shard.training(); from < shard.size(); from += micro) {
        addPiece(shard, from, Math.min(shard.size(), from + micro), buffers, result);
      }
    }
    buffers.release();
    return result;
  }

  private static void addPiece(
      PackedShard shard, int from, int to, TaskBuffers buffers, PartialGradient result) {
    Batch batch = buffers.batch;
    batch.clear();
    for (int i = from; i < to; i++) {
      shard.addTo(batch, i, buffers.network.spec(), buffers.table);
    }
    buffers.network.predict(batch, buffers.workspace, null);
    result.examples += to - from;
    result.correct += buffers.workspace.correct();
    result.addOutputs(batch.labelsAnExample(), buffers.workspace);
    result.addLoss(buffers.workspace.lossSum());
  }
}
