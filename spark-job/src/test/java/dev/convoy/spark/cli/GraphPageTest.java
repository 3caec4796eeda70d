package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.spark.browser.Chromium;
import dev.convoy.spark.browser.Chromium.Device;
import dev.convoy.spark.data.IdxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a network of two inputs, a skip connection and two outputs, in a real browser. */
class GraphPageTest {
  private static final String JOB =
      """
      data: {path: "%s", shards: 4, validationFraction: 0.2}
      model:
        inputs: {left: 6x6x1, right: 4x5x1}
        outputs: {digit: {loss: softmax}, odd: {loss: sigmoid, weight: 0.5}}
        normalize: {mean: 0.3, deviation: 0.3}
        layers:
          - conv2d: {filters: 4, kernel: 3, padding: 1, from: left}
          - relu: {name: eye}
          - conv2d: {filters: 4, kernel: 3, padding: 1, name: deep}
          - add: {from: [eye, deep]}
          - flatten: {name: seen}
          - conv2d: {filters: 3, kernel: 3, from: right}
          - flatten: {name: told}
          - concat: {from: [seen, told], name: all}
          - dense: {units: 5, name: digit}
          - dense: {units: 2, name: odd, from: all}
      training: {epochs: 1, batchSize: 16, microBatch: 8, seed: 3}
      optimizer: {type: momentum, learningRate: 0.001}
      """;

  @TempDir Path folder;

  @Test
  void everyInputBranchAndOutputIsThere() throws IOException {
    try (Chromium page = Chromium.open(Device.DESKTOP, false)) {
      Path data = Files.createDirectory(folder.resolve("data"));
      IdxWriter.twoEnds(data, "train", 100, false);
      IdxWriter.twoEnds(data, "t10k", 40, false);
      Path job = Files.writeString(folder.resolve("job.yaml"), JOB.formatted(data));
      Path run = folder.resolve("run");
      Cli.run(("train --master local[1] --quiet --config " + job + " --output " + run).split(" "))
          .succeeds();
      page.visit(run.resolve("report.html").toUri().toString())
          .until("document.documentElement.dataset.ready");
      page.picture("report-graph");
      assertThat(page.text(".lead")).contains("left 6x6x1, right 4x5x1");
      assertThat(page.text("#outputs")).contains("digit", "odd");
      assertThat(page.text("#drawing"))
          .contains("left", "right", "add", "output digit", "output odd");
      assertThat(page.count("#drawing path.arrow")).as("who takes from whom").isEqualTo(9);
      assertThat(page.count("#maps canvas")).isEqualTo(4 * (2 + 4 + 4 + 3));
      int mistakes = page.count(".mistake");
      assertThat(mistakes).as("hardly trained").isPositive();
      assertThat(page.count(".mistake canvas")).isEqualTo(2 * mistakes);
      page.expectNoErrors().expectNoSidewaysScrolling();
    }
  }
}
