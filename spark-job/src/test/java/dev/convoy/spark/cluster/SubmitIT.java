package dev.convoy.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged jar, handed to {@code spark-submit} as the README says: the same weights come out of
 * local mode and of a standalone cluster, with the driver outside and inside of it.
 */
@ExtendWith(SharedCluster.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SubmitIT {

  private static final Duration LIMIT = Duration.ofMinutes(3);

  @TempDir static Path folder;

  /** What local mode found, with which the others are compared. */
  private static String expectedSha256;

  @Test
  @Order(1)
  void trainsInLocalMode(StandaloneCluster cluster) throws IOException {
    Path output = folder.resolve("local");
    try (ChildJvm driver = cluster.home().submit(training(output))) {
      assertThat(driver.awaitExit(LIMIT)).as(driver.output()).isZero();
    }
    expectedSha256 = weightsSha256(output);
    assertThat(expectedSha256).matches("[0-9a-f]{64}");
  }

  @Test
  @Order(2)
  void clientModeGivesTheSameWeights(StandaloneCluster cluster) throws IOException {
    Path output = folder.resolve("client");
    try (ChildJvm driver = cluster.submit(training(output), "client")) {
      assertThat(driver.awaitExit(LIMIT)).as(driver.output()).isZero();
    }
    assertThat(weightsSha256(output)).isEqualTo(expectedSha256);
  }

  @Test
  @Order(3)
  void clusterModeGivesTheSameWeights(StandaloneCluster cluster) throws IOException {
    Path output = folder.resolve("cluster");
    Submission submission =
        training(output)
            .withConf("spark.driver.extraJavaOptions", "--add-modules=jdk.incubator.vector");
    try (ChildJvm client = cluster.submit(submission, "cluster")) {
      assertThat(client.awaitExit(LIMIT)).as(cluster.driverOutput()).isZero();
    }
    assertThat(weightsSha256(output)).isEqualTo(expectedSha256);
  }

  @Test
  void aUsersMistakeEndsWithStatusTwoAndNoStackTrace(StandaloneCluster cluster) {
    Submission wrong =
        Submission.ofJob(
            "train",
            "--config",
            SparkHome.conf().resolve("lenet5.yaml").toString(),
            "--set",
            "training.batchSzie=64");
    try (ChildJvm driver = cluster.home().submit(wrong)) {
      assertThat(driver.awaitExit(LIMIT)).as(driver.output()).isEqualTo(2);
      assertThat(driver.output()).contains("training.batchSize").doesNotContain("\tat ");
    }
  }

  @Test
  void anExecutorThatNoWorkerCanHoldIsTold(StandaloneCluster cluster) {
    Submission large = training(folder.resolve("large")).withConf("spark.executor.memory", "500g");
    try (ChildJvm driver = cluster.submit(large, "client")) {
      String line = driver.awaitOutput(Pattern.compile("(warning: tasks wait, .*)"), LIMIT);
      assertThat(line).contains("500g of memory and 1 core free on one worker");
    }
  }

  @Test
  void executorsThatCannotStartAreTold(StandaloneCluster cluster) {
    Submission broken =
        training(folder.resolve("broken"))
            .withConf("spark.executor.extraJavaOptions", "-javaagent:nosuch.jar");
    try (ChildJvm driver = cluster.submit(broken, "client")) {
      String line = driver.awaitOutput(Pattern.compile("(warning: tasks wait, .*)"), LIMIT);
      assertThat(line).contains("links to the logs of executors that ended at once");
    }
  }

  private static Submission training(Path output) {
    return Submission.ofJob(
        "train",
        "--config",
        SparkHome.conf().resolve("lenet5.yaml").toString(),
        "--output",
        output.toString(),
        "--set",
        "training.maxSteps=30",
        "--set",
        "training.batchSize=128");
  }

  private static String weightsSha256(Path output) throws IOException {
    JsonNode result = new ObjectMapper().readTree(output.resolve("result.json").toFile());
    return result.path("weightsSha256").asText();
  }
}
