package dev.convoy.spark.train;

import dev.convoy.engine.data.Batch;
import dev.convoy.spark.data.PackedShard;
import dev.convoy.spark.data.ShardIterator;
import java.io.Serializable;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction2;

/**
 * What a task does in a step: forward and backward over those micro-batches of the step's batch
 * that lie in its partition. Without state and side effects: it may run twice, be tried again or be
 * dropped. A named class, because Spark would search a lambda's class file in every step.
 */
final class GradientTask
    extends AbstractFunction2<TaskContext, Iterator<PackedShard>, PartialGradient>
    implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String model;
  private final BatchPlan plan;
  private final int micro;
  private final long seed;
  private final long step;
  private final Broadcast<byte[]> weights;

  GradientTask(
      String model, BatchPlan plan, int micro, long seed, long step, Broadcast<byte[]> weights) {
    this.model = model;
    this.plan = plan;
    this.micro = micro;
    this.seed = seed;
    this.step = step;
    this.weights = weights;
  }

  @Override
  public PartialGradient apply(TaskContext context, Iterator<PackedShard> shards) {
    PartialGradient result = new PartialGradient();
    result.begin(context);
    List<BatchPlan.Piece> pieces = plan.pieces(step);
    if (shards instanceof ShardIterator blocks) {
      Set<Integer> wanted = pieces.stream().map(BatchPlan.Piece::shard).collect(Collectors.toSet());
      blocks.want(wanted::contains);
    }
    TaskBuffers buffers = null;
    while (shards.hasNext() && result.badParameter < 0) {
      PackedShard shard = shards.next();
      for (BatchPlan.Piece piece : pieces) {
        if (piece.shard() == shard.shard() && result.badParameter < 0) {
          if (buffers == null) {
            byte[] fetched = weights.value();
            buffers = TaskBuffers.take(model, micro, true);
            long from = System.nanoTime();
            buffers.load(fetched);
            buffers.sum.clear();
            result.computeNanos += System.nanoTime() - from;
          }
          long from = System.nanoTime();
          addPiece(shard, piece, buffers, result);
          result.computeNanos += System.nanoTime() - from;
        }
      }
    }
    if (buffers != null) {
      if (result.badParameter < 0) {
        result.gradient = buffers.sum.encode();
      }
      buffers.release();
    }
    result.end();
    return result;
  }

  private void addPiece(
      PackedShard shard, BatchPlan.Piece piece, TaskBuffers buffers, PartialGradient result) {
    Batch batch = buffers.batch;
    int[] order = shard.order(plan.orderKey(step, shard.shard()));
    batch.clear();
    for (int i = piece.from(); i < piece.to(); i++) {
      shard.addTo(batch, order[i], buffers.network.spec(), buffers.table);
    }
    buffers.network.gradient(batch, seed, step, buffers.workspace, buffers.gradient);
    int bad = buffers.sum.add(buffers.gradient, piece.size(), plan.batchExamples(step));
    if (bad >= 0) {
      noteLargest(buffers.gradient, bad, piece.size(), result);
    }
    result.examples += piece.size();
    result.correct += buffers.workspace.correct();
    result.addLoss(buffers.workspace.lossSum());
  }

  /** Names the largest value of a gradient that is out of range, NaN before all. */
  private static void noteLargest(float[] gradient, int bad, int examples, PartialGradient result) {
    int largest = bad;
    for (int i = 0; i < gradient.length && !Float.isNaN(gradient[largest]); i++) {
      if (!(Math.abs(gradient[i]) <= Math.abs(gradient[largest]))) {
        largest = i;
      }
    }
    result.badParameter = largest;
    result.badValue = gradient[largest] / examples;
  }
}
