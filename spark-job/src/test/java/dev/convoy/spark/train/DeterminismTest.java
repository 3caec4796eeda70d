package dev.convoy.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.data.IdxWriter;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.data.shard.DataCut;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainListener;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One SHA-256 whatever the cluster does. */
class DeterminismTest {
  private static final int EXAMPLES = 300;
  @TempDir static Path folder;
  private static String expected;

  @BeforeAll
  static void trainOnce() {
    IdxWriter.pair(folder, "train", EXAMPLES, 12, 5, false);
    expected = hash("local[2]", 2, Map.of());
  }

  private static Jobs job(Object path) {
    return Jobs.on(path).withSteps(2, 0);
  }

  private static String hash(String master, int partitions, Map<String, String> settings) {
    SparkContext spark = SparkForTests.local(master, settings);
    try {
      return hash(spark, partitions);
    } finally {
      spark.stop();
    }
  }

  private static String hash(SparkContext spark, int partitions) {
    return new Trainer(spark, job(folder).withPartitions(partitions).config(), List.of())
        .train(false)
        .weightsSha256();
  }

  @ParameterizedTest
  @CsvSource({"local[1]", "local[2]", "local[5]"})
  void anyNumberOfPartitionsAndCores(String master) {
    SparkContext spark = SparkForTests.local(master);
    try {
      for (int partitions : new int[] {0, 1, 2, 3, 8, 13}) {
        assertThat(hash(spark, partitions)).as("%d partitions", partitions).isEqualTo(expected);
      }
    } finally {
      spark.stop();
    }
  }

  @ParameterizedTest
  @CsvSource({"2,1", "2,2", "4,1"})
  void tasksOfSeveralThreads(String cpus, int partitions) {
    long before = helpersNanos();
    assertThat(hash("local[4]", partitions, Map.of("spark.task.cpus", cpus))).isEqualTo(expected);
    assertThat(helpersNanos()).as("processor time of helping threads").isGreaterThan(before);
  }

  private static long helpersNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.dumpAllThreads(false, false))
        .filter(thread -> thread.getThreadName().equals("convoy-engine"))
        .mapToLong(thread -> Math.max(0, threads.getThreadCpuTime(thread.getThreadId())))
        .sum();
  }

  @Test
  void kryoAndJavaSerialisation() {
    String kryo = "org.apache.spark.serializer.KryoSerializer";
    assertThat(hash("local[2]", 3, Map.of("spark.serializer", kryo))).isEqualTo(expected);
  }

  @Test
  void shardsThatDoNotFitInMemory() {
    SparkContext spark =
        SparkForTests.local(
            "local[2]",
            Map.of("spark.memory.fraction", "0.00002", "spark.testing.memory", "600000000"));
    long[] onDisk = new long[1];
    TrainListener look =
        event -> {
          if (event instanceof TrainEvent.Started) {
            onDisk[0] = spark.getRDDStorageInfo()[0].diskSize();
          }
        };
    try {
      TrainConfig config = job(folder).config();
      TrainResult result = new Trainer(spark, config, List.of(look)).train(false);
      assertThat(result.weightsSha256()).isEqualTo(expected);
    } finally {
      spark.stop();
    }
    assertThat(onDisk[0]).isGreaterThan(EXAMPLES * 144L);
  }

  @Test
  void partitionsOfManyBlocks() {
    for (int partitions : new int[] {0, 1, 2, 3}) {
      assertThat(hash("local[2]", partitions, Map.of("spark.convoy.blockSize", "2k")))
          .as("%d partitions", partitions)
          .isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "2"})
  void randomTaskFailures(String cpus) {
    SparkContext calm = SparkForTests.local("local[2]");
    String undisturbed;
    try {
      HostileSource good = new HostileSource(EXAMPLES, 12, 5, 0);
      undisturbed = hashOf(calm, good, 2, true, event -> {});
    } finally {
      calm.stop();
    }
    FailureCount failures = new FailureCount();
    SparkContext spark = SparkForTests.local("local[2,4]", Map.of("spark.task.cpus", cpus));
    spark.addSparkListener(failures);
    List<String> warnings = new CopyOnWriteArrayList<>();
    try {
      HostileSource hostile = new HostileSource(EXAMPLES, 12, 5, 0.02);
      TrainListener hear =
          event -> {
            if (event instanceof TrainEvent.Warned warned) {
              warnings.add(warned.message());
            }
          };
      assertThat(hashOf(spark, hostile, 3, false, hear)).isEqualTo(undisturbed);
    } finally {
      spark.stop();
    }
    assertThat(failures.count()).isGreaterThan(5);
    assertThat(warnings)
        .as("told in a line each, and not without end")
        .hasSizeBetween(5, 10)
        .allMatch(told -> told.startsWith("a task failed on executor driver: "))
        .allMatch(told -> told.contains("made to fail by the test"));
  }

  private static String hashOf(
      SparkContext spark,
      HostileSource source,
      int partitions,
      boolean cached,
      TrainListener listener) {
    TrainConfig config = job("none").config();
    Trainer trainer =
        new Trainer(
            spark,
            config,
            List.of(listener),
            () -> {
              TrainingData data =
                  TrainingData.of(
                      spark,
                      source,
                      DataCut.shards(9).partitions(partitions).seed(42).heldOut(0.1));
              if (!cached) {
                data.shards().unpersist(true);
              }
              return data;
            });
    return trainer.train(false).weightsSha256();
  }

  @Test
  void bothKernelProviders() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(JavaModuleOptions.defaultModuleOptionArray()));
    command.addAll(List.of("-Xmx1g", "-Dconvoy.kernels=scalar", "-cp", classPath()));
    command.addAll(List.of(DeterminismTest.class.getName(), folder.toString()));
    Process scalar = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(scalar.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(scalar.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(output).endsWith("scalar " + expected);
  }

  private static String classPath() {
    String whole = System.getProperty("surefire.test.class.path");
    return whole != null ? whole : System.getProperty("java.class.path");
  }

  /** Trains in a JVM of its own, and prints the kernels' name and the hash. */
  public static void main(String[] arguments) throws IOException {
    SparkContext spark = SparkForTests.local("local[2]");
    String hash =
        new Trainer(spark, job(new File(arguments[0]).getCanonicalPath()).config(), List.of())
            .train(false)
            .weightsSha256();
    spark.stop();
    System.out.println(System.getProperty("convoy.kernels") + " " + hash);
  }
}
