package dev.convoy.spark.train.step;

import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.broadcast.Broadcast;

/** The weights of a step, as bytes, on their way to a task. */
sealed interface StepWeights extends Serializable {
  /** Spark warns of tasks of 1000 KiB. */
  long MOST_BYTES_IN_TASKS = 900 << 10;

  /** The weights; to be asked for by the task's own thread first. */
  byte[] bytes();

  /**
   * True if the weights had better travel in the tasks themselves. A broadcast is written,
   * announced and removed again block by block, each time waking a handful of threads: more work
   * than copying a small model once for each task. No machine shall get more than by a broadcast.
   *
   * @param bytes of the weights
   */
  static boolean fitTasks(SparkContext spark, int tasks, long bytes) {
    return tasks * bytes <= MOST_BYTES_IN_TASKS
        && (spark.isLocal() || tasks <= spark.getExecutorIds().size());
  }

  /** Weights that are part of the task. */
  record InTask(byte[] bytes) implements StepWeights {}

  /** Weights that every executor fetches once, from the driver or from another executor. */
  record Sent(Broadcast<byte[]> broadcast) implements StepWeights {
    @Override
    public byte[] bytes() {
      return broadcast.value();
    }
  }
}
