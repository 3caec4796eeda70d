package dev.convoy.spark.train.task;

import dev.convoy.engine.data.Augmentation;
import dev.convoy.engine.data.Augmenter;
import dev.convoy.engine.data.Batch;
import dev.convoy.engine.sum.GradientSum;
import dev.convoy.spark.data.shard.PackedShard;
import dev.convoy.spark.data.shard.ShardIterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The work of training: forward and backward over those micro-batches of a step's batch that lie in
 * the task's partition, and the exact sum of their gradients.
 *
 * @param model text form of the model
 * @param plan which examples stand in which step
 * @param microBatch most examples in a micro-batch
 * @param seed keys dropout and augmentation
 * @param augmentation of the images
 */
public record GradientWork(
    String model, BatchPlan plan, int microBatch, long seed, Augmentation augmentation)
    implements StepWork {
  @Override
  public int batchExamples(long step) {
    return plan.batchExamples(step);
  }

  @Override
  public TaskResult run(long step, Input input) {
    TaskResult result = new TaskResult();
    result.begin(input.context());
    Map<Integer, List<BatchPlan.Piece>> pieces =
        plan.pieces(step).stream().collect(Collectors.groupingBy(BatchPlan.Piece::shard));
    if (input.shards() instanceof ShardIterator blocks) {
      blocks.want(pieces::containsKey);
    }
    try (TaskThreads threads =
        new TaskThreads(
            input.threads(),
            () -> buffers(input.weights().get()),
            (shard, piece, buffers, found) -> addPiece(step, shard, piece, buffers, found))) {
      while (input.shards().hasNext()) {
        PackedShard shard = input.shards().next();
        for (BatchPlan.Piece piece : pieces.getOrDefault(shard.shard(), List.of())) {
          // Spark knows a task by its own thread, so this thread fetches the weights, and only
          // where there is work.
          Objects.requireNonNull(input.weights().get(), "weights");
          threads.add(shard, piece);
        }
      }
      addUp(threads.finish(result), result);
    }
    result.end();
    return result;
  }

  private static void addUp(List<TaskBuffers> used, TaskResult result) {
    if (!used.isEmpty() && result.outOfRange().isEmpty()) {
      GradientSum sum = used.get(0).sum;
      long from = System.nanoTime();
      used.stream().skip(1).forEach(other -> sum.merge(other.sum));
      result.addComputeNanos(System.nanoTime() - from);
      result.setGradient(sum.encode());
    }
    used.forEach(TaskBuffers::release);
  }

  private TaskBuffers buffers(byte[] weights) {
    TaskBuffers buffers = TaskBuffers.take(model, microBatch, true);
    buffers.load(weights);
    buffers.sum.clear();
    return buffers;
  }

  private void addPiece(
      long step, PackedShard shard, BatchPlan.Piece piece, TaskBuffers buffers, TaskResult found) {
    Batch batch = buffers.batch;
    int[] order = shard.order(plan.orderKey(step, shard.shard()));
    batch.clear();
    Augmenter augmenter = augmentation.isNone() ? null : buffers.augmenter(augmentation);
    for (int i = piece.from(); i < piece.to(); i++) {
      if (augmenter == null) {
        shard.addTo(batch, order[i], buffers.network.spec(), buffers.table);
      } else {
        long key = Augmenter.key(seed, plan.epochOf(step), shard.indexes()[order[i]]);
        shard.addTo(batch, order[i], buffers.network.spec(), buffers.table, augmenter, key);
      }
    }
    buffers.network.gradient(batch, seed, step, buffers.workspace, buffers.gradient);
    int bad = buffers.sum.add(buffers.gradient, piece.size(), batchExamples(step));
    if (bad >= 0) {
      int worst = worst(buffers.gradient, bad);
      found.noteOutOfRange(worst, buffers.gradient[worst] / piece.size());
    }
    found.addExamples(piece.size(), buffers.workspace.correct(), buffers.workspace.lossSum());
  }

  /** Index of the largest value of a gradient that is out of range, NaN before all. */
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
