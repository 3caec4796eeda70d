package dev.convoy.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.convoy.spark.browser.Chromium;
import dev.convoy.spark.browser.Chromium.Device;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run on a real cluster, and Spark's History Server as a JVM of its own with our jar on its class
 * path: its tab tells what the run's own files tell.
 */
@ExtendWith(SharedCluster.class)
class HistoryServerIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final int STEPS = 24;

  @TempDir static Path folder;

  @Test
  void theTabShowsARunOfTheClusterAgain(StandaloneCluster cluster) throws IOException {
    try (Chromium page = Chromium.open(Device.DESKTOP, false)) {
      Path events = Files.createDirectory(folder.resolve("events"));
      Path run = folder.resolve("run");
      try (ChildJvm driver = cluster.submit(training(run, events), "client")) {
        assertThat(driver.awaitExit(LIMIT)).as(driver.output()).isZero();
      }
      try (ChildJvm server = historyServer(cluster.home(), events)) {
        Pattern port = Pattern.compile("started at http://\\S+:([0-9]+)");
        String address = "http://127.0.0.1:" + server.awaitOutput(port, LIMIT);
        JsonNode all = applications(address);
        assertThat(all).as(server.output()).hasSize(1);
        assertThat(all.get(0).get("name").asText()).isEqualTo("convoy lenet5");
        String application = address + "/history/" + all.get(0).get("id").asText();
        page.visit(application + "/training/").until("document.getElementById('sha')");
        page.picture("tab-cluster");
        expectTheRun(page, run);
        page.visit(application + "/jobs/").until("document.querySelector('.description-input')");
        assertThat(page.text("body")).containsPattern("epoch 1/6 step 20 loss [0-9.]+");
      }
    }
  }

  private static Submission training(Path output, Path events) {
    return Submission.ofJob(
            "train",
            "--config",
            SparkHome.conf().resolve("lenet5.yaml").toString(),
            "--output",
            output.toString(),
            "--set",
            "training.maxSteps=" + STEPS,
            "--set",
            "training.batchSize=128")
        .withConf("spark.eventLog.enabled", "true")
        .withConf("spark.eventLog.dir", events.toUri().toString());
  }

  private static ChildJvm historyServer(SparkHome home, Path events) {
    return home.launch(
        "history",
        List.of(
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-Dspark.history.fs.logDirectory=" + events.toUri(),
            "-Dspark.history.ui.port=0"),
        List.of(SparkHome.jobJar()),
        "org.apache.spark.deploy.history.HistoryServer",
        List.of());
  }

  private static JsonNode applications(String address) throws IOException {
    URI list = URI.create(address + "/api/v1/applications");
    JsonNode[] found = new JsonNode[1];
    Await.until(
        "the History Server to read its folder",
        LIMIT,
        () -> {
          try (InputStream in = list.toURL().openStream()) {
            found[0] = new ObjectMapper().readTree(in);
          }
          return !found[0].isEmpty();
        });
    return found[0];
  }

  private static void expectTheRun(Chromium page, Path run) throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<Double> losses = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      losses.add(json.readTree(line).get("loss").asDouble());
    }
    assertThat(losses).hasSize(STEPS);
    String points = "convoy.charts.loss.data.datasets[0].data";
    assertThat(page.number(points + ".length")).isEqualTo(STEPS);
    for (int i = 0; i < STEPS; i++) {
      double shown = ((Number) page.ask(points + "[" + i + "].y")).doubleValue();
      assertThat(shown / losses.get(i)).as("loss of step " + (i + 1)).isBetween(0.9999, 1.0001);
    }
    JsonNode result = json.readTree(run.resolve("result.json").toFile());
    assertThat(page.text("#sha")).isEqualTo(result.get("weightsSha256").asText());
    assertThat(page.text("#name")).isEqualTo("lenet5, finished");
    assertThat(page.count("#executors tr")).as("a head and two executors").isEqualTo(3);
    assertThat(page.text("#facts")).contains("checkpoint-");
    page.hover("#figure-loss canvas").until("convoy.charts.loss.tooltip.opacity > 0");
    page.expectNoErrors();
  }
}
