package dev.convoy.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * One SHA-256 for LeNet-5 after 200 steps, however many slots and partitions there are and whatever
 * happens to executors and driver on a real standalone cluster of separate JVMs.
 */
@ExtendWith(SharedCluster.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FaultsIT {

  private static final Duration LIMIT = Duration.ofMinutes(6);
  private static final int STEPS = 200;
  private static final int KILLED = 128 + 9;
  private static final int SIGINT = 2;

  @TempDir static Path folder;

  /** What the undisturbed run found, with which the others are compared. */
  private static String expectedSha256;

  /** Holds the plugin that brings faults in. */
  private static Path faults;

  @BeforeAll
  static void packFaults() {
    faults = TestJar.pack(folder.resolve("faults.jar"), Faults.class);
  }

  @Test
  @Order(1)
  void oneSlot(StandaloneCluster cluster) throws IOException {
    Path output = folder.resolve("one-slot");
    expectedSha256 =
        trainLocally(cluster, output, training(output).withMaster("local[1]", "client"));
    assertThat(expectedSha256).matches("[0-9a-f]{64}");
  }

  @Test
  @Order(2)
  void twoSlotsAndThreePartitions(StandaloneCluster cluster) throws IOException {
    Path output = folder.resolve("three");
    Submission submission = training(output, "--set", "data.partitions=3");
    assertThat(trainLocally(cluster, output, submission)).isEqualTo(expectedSha256);
  }

  @Test
  @Order(2)
  void twoSlotsAndSevenPartitionsWithKryo(StandaloneCluster cluster) throws IOException {
    Path output = folder.resolve("seven");
    Submission submission = withKryo(training(output, "--set", "data.partitions=7"));
    assertThat(trainLocally(cluster, output, submission)).isEqualTo(expectedSha256);
  }

  @Test
  @Order(2)
  void twoExecutors(StandaloneCluster cluster) throws IOException {
    Path output = folder.resolve("undisturbed");
    assertThat(train(cluster, output, training(output))).isEqualTo(expectedSha256);
  }

  @Test
  @Order(2)
  void anExecutorIsKilledAndItsPlaceTakenAgain(StandaloneCluster cluster) throws IOException {
    Path output = folder.resolve("executor");
    Path marks = Files.createDirectory(folder.resolve("executor-marks"));
    try (ChildJvm driver = cluster.submit(withFaults(training(output), marks), "client")) {
      awaitSteps(output, 10, driver);
      Path closed = Files.createFile(marks.resolve(Faults.CLOSED));
      cluster.kill(cluster.awaitExecutors(2).get(0));
      assertThat(steps(output)).as("steps when the executor was killed").isLessThan(STEPS);
      Await.until(
          "a third executor",
          LIMIT,
          () -> Files.exists(marks.resolve("executor-2")),
          driver::output);
      awaitSteps(output, steps(output) + 5, driver);
      Files.delete(closed);
      assertThat(driver.awaitExit(LIMIT)).as(driver.output()).isZero();
      assertThat(driver.output())
          .contains("is gone")
          .contains("2 partitions are spread over 2 executors again");
    }
    assertThat(weightsSha256(output)).isEqualTo(expectedSha256);
  }

  @Test
  @Order(2)
  void anExecutorComesLaterAndTakesItsShare() throws IOException {
    Path output = folder.resolve("later");
    Path marks = Files.createDirectory(folder.resolve("later-marks"));
    Submission submission =
        withFaults(training(output), marks)
            .withConf("spark.scheduler.minRegisteredResourcesRatio", "0");
    try (StandaloneCluster growing =
            StandaloneCluster.start(Files.createDirectory(folder.resolve("growing")), 1, 1);
        ChildJvm driver = growing.submit(submission, "client")) {
      awaitSteps(output, 10, driver);
      Path held = Files.createFile(marks.resolve(Faults.HELD));
      growing.startWorker();
      Await.until(
          "a second executor",
          LIMIT,
          () -> Files.exists(marks.resolve("executor-1")),
          driver::output);
      assertThat(steps(output)).as("steps when the executor came").isLessThan(STEPS);
      Files.delete(held);
      assertThat(driver.awaitExit(LIMIT)).as(driver.output()).isZero();
      assertThat(driver.output()).contains("executors came: 2 partitions in place of 1");
    }
    assertThat(weightsSha256(output)).isEqualTo(expectedSha256);
  }

  @Test
  @Order(2)
  void slowTasksAreSpeculatedOn(StandaloneCluster cluster) throws IOException {
    Path output = folder.resolve("slow");
    Path marks = Files.createDirectory(folder.resolve("slow-marks"));
    Submission submission =
        withFaults(training(output), marks)
            .withConf(Faults.SLOW_STAGES, "50")
            .withConf("spark.speculation", "true");
    assertThat(train(cluster, output, submission)).isEqualTo(expectedSha256);
    assertThat(count(marks, "slow-")).isGreaterThan(2);
    assertThat(count(marks, "killed-")).isPositive();
  }

  @Test
  @Order(2)
  void tasksFailAtRandom(StandaloneCluster cluster) throws IOException {
    Path output = folder.resolve("failing");
    Path marks = Files.createDirectory(folder.resolve("failing-marks"));
    Submission submission =
        withFaults(training(output), marks).withConf(Faults.FAILING_TASKS, "10");
    try (ChildJvm driver = cluster.submit(submission, "client")) {
      assertThat(driver.awaitExit(LIMIT)).as(driver.output()).isZero();
      assertThat(driver.output())
          .contains("a task failed on executor ", "a fault that a test brought in");
    }
    assertThat(weightsSha256(output)).isEqualTo(expectedSha256);
    assertThat(count(marks, "failed-")).isGreaterThan(10);
  }

  @Test
  @Order(2)
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
  @Order(2)
  void controlCEndsCleanlyAndResumeGoesOn(StandaloneCluster cluster) throws Exception {
    assumeFalse(
        isInterruptIgnored(),
        "SKIPPED: SIGINT is ignored here, as of jobs that a shell puts in the background");
    Path output = folder.resolve("interrupted");
    try (ChildJvm driver = cluster.home().submit(training(output))) {
      awaitSteps(output, 10, driver);
      Process signal = new ProcessBuilder("kill", "-INT", "" + driver.handle().pid()).start();
      assertThat(signal.waitFor()).isZero();
      assertThat(driver.awaitExit(LIMIT)).as(driver.output()).isEqualTo(128 + SIGINT);
      assertThat(driver.output()).contains("stopping after this step");
    }
    JsonNode result = new ObjectMapper().readTree(output.resolve("result.json").toFile());
    assertThat(result.path("reason").asText()).isEqualTo("stopped");
    assertThat(result.path("steps").asInt()).isBetween(10, STEPS - 1);
    Submission again = Submission.ofJob("train", "--resume", "--output", output.toString());
    assertThat(trainLocally(cluster, output, again)).isEqualTo(expectedSha256);
  }

  /** Whether this process, and with it all that it starts, never hears of Ctrl-C. */
  private static boolean isInterruptIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("SigIgn:"))
          .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
          .anyMatch(mask -> (mask >> (SIGINT - 1) & 1) == 1);
    }
  }

  @Test
  @Order(2)
  void scalarKernels(StandaloneCluster cluster) throws IOException {
    String scalar = "-Dconvoy.kernels=scalar";
    Path output = folder.resolve("scalar");
    Submission submission =
        training(output)
            .withDriverOptions(scalar)
            .withConf("spark.executor.extraJavaOptions", scalar);
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

  private static String trainLocally(StandaloneCluster cluster, Path output, Submission submission)
      throws IOException {
    try (ChildJvm driver = cluster.home().submit(submission)) {
      assertThat(driver.awaitExit(LIMIT)).as(driver.output()).isZero();
    }
    return weightsSha256(output);
  }

  private static Submission withKryo(Submission submission) {
    return submission.withConf("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
  }

  private static Submission withFaults(Submission submission, Path marks) {
    return submission
        .withConf("spark.plugins", Faults.class.getName())
        .withConf("spark.jars", faults.toString())
        .withConf(Faults.FOLDER, marks.toString());
  }

  private static long count(Path folder, String prefix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().startsWith(prefix)).count();
    }
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
