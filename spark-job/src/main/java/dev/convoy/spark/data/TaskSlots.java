package dev.convoy.spark.data;

import org.apache.spark.SparkContext;
import org.apache.spark.resource.ResourceProfile;

/** How many tasks the cluster can run at once, and how many cores each of them has. */
public final class TaskSlots {
  private TaskSlots() {}

  /**
   * Tasks that the executors that are there now can run at once, or as many as {@code
   * spark.default.parallelism} says; waits until the first executors have come.
   */
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
    return spark.conf().contains("spark.default.parallelism")
        ? Math.max(1, spark.defaultParallelism())
        : atOnce(spark);
  }

  /** Tasks that the executors that are there now can run at once, whatever the settings say. */
  public static int atOnce(SparkContext spark) {
    try {
      ResourceProfile standard = spark.resourceProfileManager().defaultResourceProfile();
      return Math.max(1, spark.maxNumConcurrentTasks(standard));
    } catch (LinkageError e) {
      // Not public: another Spark may not have it. Right if no executor has cores to spare.
      return Math.max(1, spark.defaultParallelism() / cores(spark));
    }
  }

  /** Cores that Spark sets aside for a task: {@code spark.task.cpus}. */
  public static int cores(SparkContext spark) {
    return Math.max(1, spark.conf().getInt("spark.task.cpus", 1));
  }
}
