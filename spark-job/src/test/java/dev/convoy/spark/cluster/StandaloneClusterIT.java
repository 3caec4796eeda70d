package dev.convoy.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The cluster that the other tests stand on does what it says. */
@ExtendWith(SharedCluster.class)
class StandaloneClusterIT {

  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir static Path folder;

  private static Path jar;

  @BeforeAll
  static void packProbe() {
    jar = TestJar.pack(folder.resolve("probe.jar"), ProbeJob.class, Await.class);
  }

  @Test
  void aLostExecutorIsReplacedAndTheJobEnds(StandaloneCluster cluster) throws IOException {
    Path result = folder.resolve("client.txt");
    Path gate = folder.resolve("gate");
    try (ChildJvm driver = cluster.submit(probe(result, gate), "client")) {
      List<ProcessHandle> executors = cluster.awaitExecutors(2);
      assertThat(cluster.applications()).hasSize(1);
      cluster.kill(executors.get(0));
      Await.until(
          "another executor in its place",
          StandaloneCluster.PATIENCE,
          () -> cluster.executors().size() == 2 && !cluster.executors().contains(executors.get(0)));
      Files.createFile(gate);
      assertThat(driver.awaitExit(LIMIT)).as(driver.output()).isZero();
    }
    assertThat(result).content().endsWith("processes, driver vector true");
  }

  @Test
  void clusterModeRunsTheDriverOnAWorker(StandaloneCluster cluster) {
    Path result = folder.resolve("cluster.txt");
    Submission submission =
        probe(result, null)
            .withConf("spark.driver.extraJavaOptions", "--add-modules=jdk.incubator.vector");
    try (ChildJvm client = cluster.submit(submission, "cluster")) {
      Await.until(
          "a driver",
          StandaloneCluster.PATIENCE,
          () -> cluster.drivers().size() == 1,
          client::output);
      assertThat(client.awaitExit(LIMIT)).as(client.output()).isZero();
    }
    assertThat(result).content().endsWith("driver vector true");
  }

  private static Submission probe(Path result, Path gate) {
    String[] arguments =
        gate == null
            ? new String[] {result.toString()}
            : new String[] {result.toString(), gate.toString()};
    return Submission.of(jar, ProbeJob.class.getName(), arguments);
  }
}
