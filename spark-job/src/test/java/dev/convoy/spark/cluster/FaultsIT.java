package dev.convoy.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults on a real standalone cluster of separate JVMs leave no trace in the weights: LeNet-5, 120
 * steps, two executors, one SHA-256 whatever happens to them or to the driver.
 */
@ExtendWith(SharedCluster.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FaultsIT {

  private static final Duration LIMIT = Duration.ofMinutes(6);
  private static final int STEPS = 120;
  private static final int KILLED = 128 + 9;

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

  @Test
  @Order(3)
  void theDriverIsKilledThreeTimesAndItsNewestCheckpointsAreDamaged(StandaloneCluster cluster)
      throws IOException {
    Path output = folder.resolve("driver");
    Submission first = training(output, "--set", "checkpoint.everySteps=5");
    Submission again = Submission.ofJob("train", "--resume", "--output", output.toString());
    killDriverAtStep(20, cluster, first, output);
    killDriverAtStep(40, cluster, again, output);
    killDriverAtStep(60, cluster, again, output);
    List<Path> saved = checkpoints(output);
    Path truncated = saved.get(saved.size() - 1);
    Path flipped = saved.get(saved.size() - 2);
    byte[] bytes = Files.readAllBytes(truncated);
    Files.write(truncated, Arrays.copyOf(bytes, bytes.length / 2));
    bytes = Files.readAllBytes(flipped);
    bytes[bytes.length / 2] ^= 16;
    Files.write(flipped, bytes);
    try (ChildJvm driver = cluster.submit(again, "client")) {
      assertThat(driver.awaitExit(LIMIT)).as(driver.output()).isZero();
      for (Path damaged : List.of(truncated, flipped)) {
        assertThat(driver.output())
            .containsPattern(
                "skipped checkpoint \\S*" + damaged.getFileName() + ": checksum differs");
      }
    }
    assertThat(weightsSha256(output)).isEqualTo(expectedSha256);
  }

  @Test
  @Order(4)
  void scalarKernelsAndKryo(StandaloneCluster cluster) throws IOException {
    String scalar = "-Dconvoy.kernels=scalar";
    Path output = folder.resolve("scalar");
    Submission submission =
        training(output)
            .withDriverOptions(scalar)
            .withConf("spark.executor.extraJavaOptions", scalar)
            .withConf("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
    assertThat(train(cluster, output, submission)).isEqualTo(expectedSha256);
  }

  /** Runs to the end, and returns the hash of the weights. */
  private static String train(StandaloneCluster cluster, Path output, Submission submission)
      throws IOException {
    try (ChildJvm driver = cluster.submit(submission, "client")) {
      assertThat(driver.awaitExit(LIMIT)).as(driver.output()).isZero();
    }
    return weightsSha256(output);
  }

  private static void killDriverAtStep(
      long step, StandaloneCluster cluster, Submission submission, Path output) {
    try (ChildJvm driver = cluster.submit(submission, "client")) {
      Await.until(
          "a checkpoint of step " + step,
          LIMIT,
          () -> {
            List<Path> saved = checkpoints(output);
            return !driver.isAlive()
                || !saved.isEmpty() && stepOf(saved.get(saved.size() - 1)) >= step;
          },
          driver::output);
      driver.kill();
      assertThat(driver.awaitExit(LIMIT)).as(driver.output()).isEqualTo(KILLED);
    }
    assertThat(output.resolve("result.json")).doesNotExist();
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

  /** Whole checkpoints, oldest first. */
  private static List<Path> checkpoints(Path output) throws IOException {
    Path saved = output.resolve("checkpoints");
    if (!Files.exists(saved)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(saved)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("checkpoint-"))
          .sorted(Comparator.comparing(Path::getFileName))
          .toList();
    }
  }

  private static long stepOf(Path checkpoint) {
    return Long.parseLong(checkpoint.getFileName().toString().replaceAll("\\D", ""));
  }

  private static Submission training(Path output, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "train",
                "--config",
                SparkHome.conf().resolve("lenet5.yaml").toString(),
                "--output",
                output.toString(),
                "--set",
                "training.maxSteps=" + STEPS,
                "--set",
                "training.batchSize=64"));
    arguments.addAll(List.of(more));
    return Submission.ofJob(arguments.toArray(String[]::new));
  }

  private static String weightsSha256(Path output) throws IOException {
    JsonNode result = new ObjectMapper().readTree(output.resolve("result.json").toFile());
    assertThat(result.path("steps").asInt()).isEqualTo(STEPS);
    return result.path("weightsSha256").asText();
  }
}
