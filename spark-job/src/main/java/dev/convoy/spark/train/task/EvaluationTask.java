package dev.convoy.spark.train.task;

import dev.convoy.engine.data.Batch;
import dev.convoy.spark.data.shard.PackedShard;
import dev.convoy.spark.data.shard.ShardIterator;
import dev.convoy.spark.data.shard.ShardPlacement;
import dev.convoy.spark.interop.TaskFunction;
import java.io.Serializable;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import scala.collection.Iterator;

/** Forward and loss over the held-out examples of a partition. */
public final class EvaluationTask extends TaskFunction<PackedShard, TaskResult> {
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
  public record Slice(int number, int count, ShardPlacement placement) implements Serializable {
    boolean has(int shard) {
      return placement.partOf(shard) % count == number;
    }
  }

  /**
   * @param model text form of the model
   * @param micro most examples in a micro-batch
   * @param weights little-endian floats
   * @param slice which shards of each partition to look at
   */
  public EvaluationTask(String model, int micro, Broadcast<byte[]> weights, Slice slice) {
    this.model = model;
    this.micro = micro;
    this.weights = weights;
    this.slice = slice;
  }

  @Override
  public TaskResult apply(TaskContext context, Iterator<PackedShard> shards) {
    TaskResult result = new TaskResult();
    if (shards instanceof ShardIterator blocks) {
      blocks.want(slice::has);
    }
    try (TaskThreads threads =
        new TaskThreads(context.cpus(), this::buffers, EvaluationTask::addPiece)) {
      while (shards.hasNext()) {
        PackedShard shard = shards.next();
        int from = slice.has(shard.shard()) ? shard.training() : shard.size();
        for (; from < shard.size(); from += micro) {
          // Spark knows a task by its own thread, so this thread fetches the weights.
          weights.value();
          int to = Math.min(shard.size(), from + micro);
          threads.add(shard, new BatchPlan.Piece(shard.shard(), from, to));
        }
      }
      threads.finish(result).forEach(TaskBuffers::release);
    }
    return result;
  }

  private TaskBuffers buffers() {
    TaskBuffers buffers = TaskBuffers.take(model, micro, false);
    buffers.load(weights.value());
    return buffers;
  }

  private static void addPiece(
      PackedShard shard, BatchPlan.Piece piece, TaskBuffers buffers, TaskResult found) {
    Batch batch = buffers.batch;
    batch.clear();
    for (int i = piece.from(); i < piece.to(); i++) {
      shard.addTo(batch, i, buffers.network.spec(), buffers.table);
    }
    buffers.network.predict(batch, buffers.workspace, null);
    found.addExamples(piece.size(), buffers.workspace.correct(), buffers.workspace.lossSum());
    found.addOutputs(batch.labelsAnExample(), buffers.workspace);
  }
}
