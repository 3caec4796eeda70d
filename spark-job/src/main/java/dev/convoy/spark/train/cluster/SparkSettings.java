package dev.convoy.spark.train.cluster;

import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkConf;

/**
 * Spark settings that help a step loop, applied unless the user set them. One job a step makes tens
 * of thousands of jobs: what Spark keeps about each must be bounded, task results should travel
 * directly, and weights, which hardly compress, as they are.
 */
public final class SparkSettings {
  private static final Map<String, String> HELPFUL =
      new TreeMap<>(
          Map.of(
              "spark.broadcast.compress", "false",
              "spark.ui.retainedJobs", "100",
              "spark.ui.retainedStages", "100",
              "spark.ui.retainedTasks", "2000",
              "spark.ui.showConsoleProgress", "false",
              "spark.sql.ui.retainedExecutions", "20",
              "spark.task.maxDirectResultSize", "64m",
              "spark.kryoserializer.buffer.max", "1g",
              "spark.scheduler.minRegisteredResourcesRatio", "1.0"));

  /** Weights of so many parameters fill a block of Spark's own choice. */
  private static final int LARGE_MODEL = 1_000_000;

  private SparkSettings() {}

  /**
   * The same, for steps of a model. Spark allocates a whole block for each broadcast, however
   * small, and makes one or two a step: of a small model the standard block of 4 MiB is most of the
   * garbage.
   */
  public static SparkConf apply(SparkConf conf, int parameters) {
    if (parameters < LARGE_MODEL) {
      conf.setIfMissing("spark.broadcast.blockSize", "1m");
    }
    return apply(conf);
  }

  /** Sets what is missing in {@code conf}; returns {@code conf}. */
  public static SparkConf apply(SparkConf conf) {
    HELPFUL.forEach(conf::setIfMissing);
    return conf;
  }
}
