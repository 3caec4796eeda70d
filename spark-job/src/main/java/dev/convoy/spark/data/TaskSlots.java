package dev.convoy.spark.data;

import org.apache.spark.SparkContext;

/** How many tasks the cluster can run at once, and how many cores each of them has. */
public final class TaskSlots {
  private TaskSlots() {}

  /** Task slots of the executors that are there now; waits until the first ones have come. */
  public static int count(SparkContext spark) {
    if (!spark.isLocal()) {
      // A job runs once Spark is satisfied with the executors that have come.
      spark.setJobDescription("wait for executors");
      spark.range(0, 1, 1, 1).count();
      spark.setJobDescription(null);
    }
    return now(spark);
  }

  /** The same, without waiting. */
  public static int now(SparkContext spark) {
    return Math.max(1, spark.defaultParallelism() / cores(spark));
  }

  /** Cores that Spark sets aside for a task: {@code spark.task.cpus}. */
  public static int cores(SparkContext spark) {
    return Math.max(1, spark.conf().getInt("spark.task.cpus", 1));
  }
}
