package dev.convoy.spark.cli;

import java.net.URISyntaxException;
import java.net.URL;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.spark.SparkConf;

/**
 * Keeps Spark's log from drowning what we say, unless the user configured Log4j: Spark's own
 * profile, which logs every task, is replaced by {@code conf/log4j2.properties}.
 */
final class QuietLogs {
  private static final String SPARK_PROFILE = "org/apache/spark/log4j2-defaults.properties";

  /** The level of what tasks that failed print; the profile knows it. */
  private static final String TASKS = "convoy.log.tasks";

  private QuietLogs() {}

  /**
   * @param verbose true to show the traces of tasks that failed, too
   */
  static void unlessConfigured(boolean verbose) {
    if (verbose && System.getProperty(TASKS) == null) {
      System.setProperty(TASKS, "error");
    }
    // Spark looks once, at its first word after spark-submit started us, whether Log4j was
    // configured; it must have looked before we change anything, or it would undo it.
    new SparkConf(false).initializeLogIfNecessary(false, true);
    ClassLoader sparks = SparkConf.class.getClassLoader();
    URL quiet = QuietLogs.class.getResource("conf/log4j2.properties");
    if (quiet == null || !(LogManager.getContext(sparks, false) instanceof LoggerContext context)) {
      return;
    }
    ConfigurationSource source = context.getConfiguration().getConfigurationSource();
    String location = source == null ? null : source.getLocation();
    if (location != null && !location.contains(SPARK_PROFILE)) {
      return;
    }
    try {
      context.setConfigLocation(quiet.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the jar's own address is no URI: " + quiet, e);
    }
  }
}
