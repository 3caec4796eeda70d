package dev.convoy.spark.train.task;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.sum.GradientSum;
import dev.convoy.spark.data.shard.PackedShard;
import dev.convoy.spark.data.shard.ShardIterator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.spark.TaskContext;
import scala.collection.Iterator;

/**
 * Forward and backward over those micro-batches of a step's batch that lie in the task's partition.
 *
 * @param work what is trained on what
 * @param step whose batch it is
 */
public record GradientTask(GradientWork work, long step) implements StepTask {
  @Override
  public TaskResult run(
      TaskContext context, int threads, Iterator<PackedShard> shards, Supplier<byte[]> weights) {
    TaskResult result = new TaskResult();
    result.begin(context);
    Map<Integer, List<BatchPlan.Piece>> pieces =
        work.plan().pieces(step).stream().collect(Collectors.groupingBy(BatchPlan.Piece::shard));
    if (shards instanceof ShardIterator blocks) {
      blocks.want(pieces::containsKey);
    }
    try (TaskThreads crew =
        new TaskThreads(threads, () -> buffers(weights.get()), this::addPiece)) {
      while (shards.hasNext()) {
        PackedShard shard = shards.next();
        for (BatchPlan.Piece piece : pieces.getOrDefault(shard.shard(), List.of())) {
          // Fetched here, once, and only where there is work: Spark knows the task by this thread.
          weights.get();
          crew.add(shard, piece);
        }
      }
      addUp(crew.finish(result), result);
    }
    result.end();
    return result;
  }

  private static void addUp(List<TaskBuffers> used, TaskResult result) {
    if (!used.isEmpty() && result.badParameter < 0) {
      GradientSum sum = used.get(0).sum;
      long from = System.nanoTime();
      used.stream().skip(1).forEach(other -> sum.merge(other.sum));
      result.computeNanos += System.nanoTime() - from;
      result.gradient = sum.encode();
    }
    used.forEach(TaskBuffers::release);
  }

  private TaskBuffers buffers(byte[] weights) {
    TaskBuffers buffers = TaskBuffers.take(work.model(), work.micro(), true);
    buffers.load(weights);
    buffers.sum.clear();
    return buffers;
  }

  private void addPiece(
      PackedShard shard, BatchPlan.Piece piece, TaskBuffers buffers, TaskResult found) {
    Batch batch = buffers.batch;
    int[] order = shard.order(work.plan().orderKey(step, shard.shard()));
    batch.clear();
    for (int i = piece.from(); i < piece.to(); i++) {
      shard.addTo(batch, order[i], buffers.network.spec(), buffers.table);
    }
    buffers.network.gradient(batch, work.seed(), step, buffers.workspace, buffers.gradient);
    int bad = buffers.sum.add(buffers.gradient, piece.size(), work.batchExamples(step));
    if (bad >= 0) {
      int worst = worst(buffers.gradient, bad);
      found.noteBad(worst, buffers.gradient[worst] / piece.size());
    }
    found.examples += piece.size();
    found.correct += buffers.workspace.correct();
    found.addLoss(buffers.workspace.lossSum());
  }

  /** Place of the largest value of a gradient that is out of range, NaN before all. */
  private static int worst(float[] gradient, int bad) {
    int worst = bad;
    for (int i = 0; i < gradient.length && !Float.isNaN(gradient[worst]); i++) {
      if (!(Math.abs(gradient[i]) <= Math.abs(gradient[worst]))) {
        worst = i;
      }
    }
    return worst;
  }
}
