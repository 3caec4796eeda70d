package dev.convoy.spark.train.step;

import dev.convoy.spark.data.shard.PackedShard;
import dev.convoy.spark.train.task.StepTask;
import dev.convoy.spark.train.task.TaskResult;
import java.util.List;
import org.apache.spark.Dependency;
import org.apache.spark.OneToOneDependency;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/** The gradients of a step, one for each partition of the shards. */
final class StepRdd extends RDD<TaskResult> {
  private static final long serialVersionUID = 1L;

  private final StepTask task;
  private final int threads;
  private final transient StepWeights weights;

  /** What a task takes along; Spark ships it with that task only. */
  private record Part(Partition shards, StepWeights weights) implements Partition {
    @Override
    public int index() {
      return shards.index();
    }

    @Override
    public int hashCode() {
      return index();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Part part && part.index() == index();
    }
  }

  /**
   * @param threads of each task, at least; never fewer than Spark sets aside for it
   */
  StepRdd(RDD<PackedShard> shards, StepTask task, int threads, StepWeights weights) {
    super(
        shards.sparkContext(),
        CollectionConverters.asScala(List.<Dependency<?>>of(new OneToOneDependency<>(shards)))
            .toSeq(),
        ClassTag$.MODULE$.apply(TaskResult.class));
    this.task = task;
    this.threads = threads;
    this.weights = weights;
  }

  @Override
  public Partition[] getPartitions() {
    Partition[] below = shards().partitions();
    Partition[] parts = new Partition[below.length];
    for (int p = 0; p < parts.length; p++) {
      parts[p] = new Part(below[p], weights);
    }
    return parts;
  }

  @Override
  public Iterator<TaskResult> compute(Partition split, TaskContext context) {
    Part part = (Part) split;
    Iterator<PackedShard> shards = shards().iterator(part.shards(), context);
    TaskResult found =
        task.run(context, Math.max(threads, context.cpus()), shards, part.weights()::bytes);
    return CollectionConverters.asScala(List.of(found).iterator());
  }

  @SuppressWarnings("unchecked")
  private RDD<PackedShard> shards() {
    return (RDD<PackedShard>) dependencies().head().rdd();
  }
}
