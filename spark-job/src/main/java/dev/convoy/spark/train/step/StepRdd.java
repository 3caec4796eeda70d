package dev.convoy.spark.train.step;

import dev.convoy.spark.data.shard.PackedShard;
import dev.convoy.spark.interop.IndexedPartition;
import dev.convoy.spark.interop.ScalaTypes;
import dev.convoy.spark.train.task.StepWork;
import dev.convoy.spark.train.task.TaskResult;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;

/** The tasks of one step: a result for each partition of the shards. */
final class StepRdd extends RDD<TaskResult> {
  private static final long serialVersionUID = 2L;

  private final StepWork work;
  private final long step;
  private final int threads;
  private final transient StepWeights weights;

  /** What a task takes along; Spark ships it with that task only. */
  private static final class Slice extends IndexedPartition {
    private static final long serialVersionUID = 1L;
    private final Partition shards;
    private final StepWeights weights;

    Slice(Partition shards, StepWeights weights) {
      super(shards.index());
      this.shards = shards;
      this.weights = weights;
    }
  }

  /**
   * @param threads of each task, at least; never fewer than Spark sets aside for it
   */
  StepRdd(RDD<PackedShard> shards, StepWork work, long step, int threads, StepWeights weights) {
    super(shards.sparkContext(), ScalaTypes.parent(shards), ScalaTypes.tag(TaskResult.class));
    this.work = work;
    this.step = step;
    this.threads = threads;
    this.weights = weights;
  }

  @Override
  public Partition[] getPartitions() {
    Partition[] below = shards().partitions();
    Partition[] slices = new Partition[below.length];
    for (int p = 0; p < slices.length; p++) {
      slices[p] = new Slice(below[p], weights);
    }
    return slices;
  }

  @Override
  public Iterator<TaskResult> compute(Partition split, TaskContext context) {
    Slice slice = (Slice) split;
    StepWork.Input input =
        new StepWork.Input(
            context,
            Math.max(threads, context.cpus()),
            shards().iterator(slice.shards, context),
            slice.weights::bytes);
    return ScalaTypes.iterator(work.run(step, input));
  }

  @SuppressWarnings("unchecked")
  private RDD<PackedShard> shards() {
    return (RDD<PackedShard>) dependencies().head().rdd();
  }
}
