package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.spark.cluster.ChildJvm;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuietLogsTest {
  @TempDir Path folder;

  @Test
  void aUsersOwnConfigurationStays() {
    LoggerContext context =
        (LoggerContext) LogManager.getContext(SparkConf.class.getClassLoader(), false);
    Configuration before = context.getConfiguration();
    assertThat(before.getConfigurationSource().getLocation()).contains("log4j2-test.properties");
    QuietLogs.unlessConfigured(false);
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
      QuietLogs.unlessConfigured(false);
      assertThat(context.getConfiguration().getConfigurationSource().getLocation())
          .contains("dev/convoy/spark/cli/conf/log4j2.properties");
    } finally {
      context.setConfigLocation(null);
      context.reconfigure(before);
    }
  }

  /** Runs {@code predict} over a good image and a bad one as users do: in a JVM of its own. */
  private String predict(String output, String... more) throws IOException {
    Path photos = Files.createDirectories(folder.resolve("photos"));
    BufferedImage image = new BufferedImage(6, 6, BufferedImage.TYPE_BYTE_GRAY);
    ImageIO.write(image, "png", photos.resolve("1.png").toFile());
    Files.writeString(photos.resolve("2.png"), "no image");
    Path model = Cli.model(folder, "input 6x6x1\nflatten\ndense units=3");
    List<String> arguments = new ArrayList<>();
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--") || argument.startsWith("-D"))
        .forEach(arguments::add);
    arguments.add("-Dspark.ui.enabled=false");
    arguments.add("-cp");
    // Without the tests' own profile.
    arguments.add(
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.endsWith("test-classes"))
            .collect(Collectors.joining(File.pathSeparator)));
    arguments.addAll(List.of(Main.class.getName(), "predict", "--master", "local[2]"));
    arguments.addAll(List.of("--model", model.toString(), "--data", photos.toString()));
    arguments.addAll(List.of("--output", folder.resolve(output).toString()));
    arguments.addAll(List.of(more));
    Path log = folder.resolve("log");
    try (ChildJvm jvm = ChildJvm.start("predict", arguments, Map.of(), log)) {
      assertThat(jvm.awaitExit(Duration.ofSeconds(120))).as(jvm.output()).isEqualTo(2);
      return jvm.output();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"p.csv", "p.parquet"})
  void aMistakeThatATaskFindsIsOneLine(String output) throws IOException {
    assertThat(predict(output).lines().filter(line -> !line.startsWith("WARNING: Using incubator")))
        .singleElement()
        .asString()
        .startsWith("error: 2.png: got no image, expected PNG, JPEG, GIF or BMP");
  }

  @Test
  void verboseShowsWhatTasksPrint() throws IOException {
    assertThat(predict("p.csv", "--verbose")).contains("ERROR", "TID", "\tat ");
  }
}
