package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class QuietLogsTest {
  @Test
  void aUsersOwnConfigurationStays() {
    LoggerContext context =
        (LoggerContext) LogManager.getContext(SparkConf.class.getClassLoader(), false);
    Configuration before = context.getConfiguration();
    assertThat(before.getConfigurationSource().getLocation()).contains("log4j2-test.properties");
    QuietLogs.unlessConfigured();
    assertThat(context.getConfiguration()).isSameAs(before);
  }

  @Test
  void sparksOwnProfileGivesWayToTheQuietOne() throws Exception {
    LoggerContext context =
        (LoggerContext) LogManager.getContext(SparkConf.class.getClassLoader(), false);
    Configuration before = context.getConfiguration();
    try {
      context.setConfigLocation(
          SparkConf.class
              .getClassLoader()
              .getResource("org/apache/spark/log4j2-defaults.properties")
              .toURI());
      QuietLogs.unlessConfigured();
      assertThat(context.getConfiguration().getConfigurationSource().getLocation())
          .contains("dev/convoy/spark/cli/conf/log4j2.properties");
    } finally {
      context.setConfigLocation(null);
      context.reconfigure(before);
    }
  }
}
