package dev.convoy.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults on a real standalone cluster of separate JVMs leave no trace in the weights: LeNet-5, 120
 * steps, two executors, one SHA-256.
 */
@ExtendWith(SharedCluster.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FaultsIT {

  private static final Duration LIMIT = Duration.ofMinutes(6);
  private static final int STEPS = 120;

  @TempDir static Path folder;

  /** What the undisturbed run found, with which the others are compared. */
  private static String expectedSha256;

  @Test
  @Order(1)
  void undisturbed(StandaloneCluster cluster) throws IOException {
    Path output = folder.resolve("undisturbed");
    expectedSha256 = train(cluster, output, training(output));
    assertThat(expectedSha256).matches("[0-9a-f]{64}");
  }

  @Test
  @Order(2)
  void anExecutorIsKilled(StandaloneCluster cluster) throws IOException {
    Path output = folder.resolve("executor");
    try (ChildJvm driver = cluster.submit(training(output), "client")) {
      awaitSteps(output, 10, driver);
      cluster.kill(cluster.awaitExecutors(2).get(0));
      assertThat(steps(output)).as("steps when the executor was killed").isLessThan(STEPS);
      assertThat(driver.awaitExit(LIMIT)).as(driver.output()).isZero();
      assertThat(driver.output()).contains("Lost executor");
    }
    assertThat(weightsSha256(output)).isEqualTo(expectedSha256);
  }

  /** Runs to the end, and returns the hash of the weights. */
  private static String train(StandaloneCluster cluster, Path output, Submission submission)
      throws IOException {
    try (ChildJvm driver = cluster.submit(submission, "client")) {
      assertThat(driver.awaitExit(LIMIT)).as(driver.output()).isZero();
    }
    return weightsSha256(output);
  }

  private static void awaitSteps(Path output, long count, ChildJvm driver) {
    Await.until(
        count + " steps", LIMIT, () -> !driver.isAlive() || steps(output) >= count, driver::output);
    assertThat(driver.isAlive()).as(driver.output()).isTrue();
  }

  /** Steps in the run's metrics so far. */
  private static long steps(Path output) throws IOException {
    Path metrics = output.resolve("metrics.jsonl");
    if (!Files.exists(metrics)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(metrics)) {
      return lines.count();
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
        "training.maxSteps=" + STEPS,
        "--set",
        "training.batchSize=64");
  }

  private static String weightsSha256(Path output) throws IOException {
    JsonNode result = new ObjectMapper().readTree(output.resolve("result.json").toFile());
    assertThat(result.path("steps").asInt()).isEqualTo(STEPS);
    return result.path("weightsSha256").asText();
  }
}
