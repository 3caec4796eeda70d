package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Spark that will not take the tab costs the run nothing but the tab. */
class UnattachedTabTest {
  @TempDir Path folder;

  /** Makes Spark refuse listeners from the start. */
  public static final class StoppedBus implements SparkPlugin {
    @Override
    public DriverPlugin driverPlugin() {
      return new DriverPlugin() {
        private SparkContext spark;

        @Override
        public Map<String, String> init(SparkContext starting, PluginContext context) {
          spark = starting;
          return Map.of();
        }

        /** Comes last, when the bus is up. */
        @Override
        public void registerMetrics(String application, PluginContext context) {
          spark.listenerBus().stop();
        }
      };
    }

    @Override
    public ExecutorPlugin executorPlugin() {
      return null;
    }
  }

  @Test
  void trainingGoesOnWithoutIt() throws IOException {
    Path job = Cli.job(folder, Cli.data(folder.resolve("data")));
    Path with = folder.resolve("with");
    Path without = folder.resolve("without");
    String[] command = ("train --master local[1] --quiet --config " + job + " --output").split(" ");
    String expected = Cli.run(and(command, with)).succeeds().out();

    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Map<String, String> settings =
        Map.of(
            "spark.ui.enabled", "true",
            "spark.ui.port", "0",
            "spark.plugins", StoppedBus.class.getName());
    settings.forEach(System::setProperty);
    try {
      int status =
          Main.run(
              and(command, without),
              new PrintStream(out, true, StandardCharsets.UTF_8),
              new PrintStream(err, true, StandardCharsets.UTF_8));
      assertThat(status).as(err.toString(StandardCharsets.UTF_8)).isZero();
    } finally {
      settings.keySet().forEach(System::clearProperty);
    }
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("warning: no tab in Spark's UI: ");
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(expected).contains("sha256");
    assertThat(without.resolve("report.html")).exists();
  }

  private static String[] and(String[] command, Path output) {
    String[] whole = Arrays.copyOf(command, command.length + 1);
    whole[command.length] = output.toString();
    return whole;
  }
}
