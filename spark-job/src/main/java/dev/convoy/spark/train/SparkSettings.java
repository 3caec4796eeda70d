package dev.convoy.spark.train;

import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkConf;

/**
 * Spark settings that help a step loop, applied unless the user set them. One job a step makes tens
 * of thousands of jobs: what Spark keeps about each must be bounded, task results should travel
 * directly, and weights, which hardly compress, as they are. Spark allocates a whole block for each
 * broadcast, however small, and makes two a step: the standard block of 4 MiB is most of the
 * garbage then.
 */
public final class SparkSettings {
  private static final Map<String, String> HELPFUL =
      new TreeMap<>(
          Map.of(
              "spark.broadcast.compress", "false",
              "spark.broadcast.blockSize", "1m",
              "spark.ui.retainedJobs", "100",
              "spark.ui.retainedStages", "100",
              "spark.ui.retainedTasks", "2000",
              "spark.ui.showConsoleProgress", "false",
              "spark.sql.ui.retainedExecutions", "20",
              "spark.task.maxDirectResultSize", "64m",
              "spark.kryoserializer.buffer.max", "1g",
              "spark.scheduler.minRegisteredResourcesRatio", "1.0"));

  private SparkSettings() {}

  /** Sets what is missing in {@code conf}; returns {@code conf}. */
  public static SparkConf apply(SparkConf conf) {
    HELPFUL.forEach(conf::setIfMissing);
    return conf;
  }
}
