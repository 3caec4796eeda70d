package dev.convoy.spark.data;

import org.apache.spark.SparkContext;

/** How many tasks the cluster can run at once. */
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
    return Math.max(1, spark.defaultParallelism());
  }
}
