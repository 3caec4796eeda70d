package dev.convoy.spark.cli;

import java.net.URISyntaxException;
import java.net.URL;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.ConfigurationSource;

/**
 * Keeps Spark's log from drowning what we say, unless the user configured Log4j: Spark's own
 * profile, which logs every task, is replaced by {@code conf/log4j2.properties}.
 */
final class QuietLogs {
  private static final String SPARK_PROFILE = "org/apache/spark/log4j2-defaults.properties";

  private QuietLogs() {}

  static void unlessConfigured() {
    if (!(LogManager.getContext(false) instanceof LoggerContext context)) {
      return;
    }
    ConfigurationSource source = context.getConfiguration().getConfigurationSource();
    String location = source == null ? null : source.getLocation();
    boolean usersOwn = location != null && !location.contains(SPARK_PROFILE);
    URL quiet = QuietLogs.class.getResource("conf/log4j2.properties");
    if (usersOwn || quiet == null) {
      return;
    }
    try {
      // There are two contexts: of our class loader, and the one that Spark asks whether anybody
      // configured Log4j.
      context.setConfigLocation(quiet.toURI());
      if (LogManager.getContext(true) instanceof LoggerContext current) {
        current.setConfigLocation(quiet.toURI());
      }
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the jar's own address is no URI: " + quiet, e);
    }
  }
}
