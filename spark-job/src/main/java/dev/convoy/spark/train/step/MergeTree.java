package dev.convoy.spark.train.step;

import dev.convoy.engine.sum.GradientSum;
import dev.convoy.spark.train.task.TaskResult;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.Partitioner;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.PairFunction;
import org.apache.spark.rdd.RDD;
import scala.Tuple2;

/**
 * Merges gradients on executors before the driver sees them, for models and partition counts that
 * would drown it. Each level sends n parts to about the square root of n tasks, each of which adds
 * up what it gets, one part at a time. The sums are exact, so levels change no bit.
 */
final class MergeTree {
  /** Bytes a second that a driver takes in, roughly: a network of a few Gbit/s, decoding. */
  private static final double BYTES_A_SECOND = 4e8;

  /** What one more stage costs. */
  private static final double STAGE_SECONDS = 0.03;

  /** More than this is never sent to the driver for one step. */
  private static final long MOST_BYTES = 256L << 20;

  private MergeTree() {}

  /** Parts that a level of {@code parts} is merged into. */
  static int width(int parts) {
    return (int) Math.ceil(Math.sqrt(parts));
  }

  /**
   * True if {@code parts} of {@code bytes} each are cheaper merged on executors first. Without a
   * level the driver takes in all of them; with one, an executor its share and the driver one part
   * from each.
   */
  static boolean pays(int parts, long bytes) {
    int width = width(parts);
    if (width >= parts) {
      return false;
    }
    double all = parts * (double) bytes;
    double saved = (parts - width - Math.ceil(parts / (double) width)) * bytes / BYTES_A_SECOND;
    return all > MOST_BYTES || saved > STAGE_SECONDS;
  }

  /** The same gradients, merged by as many levels as pay. */
  static RDD<TaskResult> over(RDD<TaskResult> gradients, int parameters, long bytes) {
    JavaRDD<TaskResult> parts = gradients.toJavaRDD();
    for (int n = gradients.getNumPartitions(); pays(n, bytes); n = width(n)) {
      JavaPairRDD<Integer, TaskResult> numbered = parts.mapToPair(new Number());
      parts = numbered.partitionBy(new Modulo(width(n))).mapPartitions(new Merged(parameters));
    }
    return parts.rdd();
  }

  /** Gives a part the number of the task that made it. */
  private record Number() implements PairFunction<TaskResult, Integer, TaskResult> {
    @Override
    public Tuple2<Integer, TaskResult> call(TaskResult part) {
      return new Tuple2<>(TaskContext.getPartitionId(), part);
    }
  }

  private static final class Modulo extends Partitioner {
    private static final long serialVersionUID = 1L;
    private final int count;

    Modulo(int count) {
      this.count = count;
    }

    @Override
    public int numPartitions() {
      return count;
    }

    @Override
    public int getPartition(Object key) {
      return (Integer) key % count;
    }
  }

  /** Adds up the parts that one task gets. */
  private record Merged(int parameters)
      implements FlatMapFunction<Iterator<Tuple2<Integer, TaskResult>>, TaskResult> {
    @Override
    public Iterator<TaskResult> call(Iterator<Tuple2<Integer, TaskResult>> parts) {
      TaskResult total = new TaskResult();
      GradientSum sum = null;
      while (parts.hasNext()) {
        TaskResult part = parts.next()._2();
        total.addCounts(part);
        if (part.gradient() != null) {
          sum = sum == null ? new GradientSum(parameters) : sum;
          sum.decodeAndMerge(part.gradient());
        }
      }
      total.setGradient(sum == null ? null : sum.encode());
      return List.of(total).iterator();
    }
  }
}
