package dev.convoy.spark.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.convoy.spark.train.event.StopReason;
import dev.convoy.spark.train.event.TrainEvent;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StepLinesTest {
  @Test
  void aStepIsALineAndSoIsAValidation() throws Exception {
    Map<String, StringWriter> files = new TreeMap<>();
    StepLines lines =
        new StepLines(
            (name, first) -> {
              assertThat(first).isEqualTo(7);
              return files.computeIfAbsent(name, n -> new StringWriter());
            },
            () -> 0L);
    lines.on(MadeUp.started(7));
    for (long i = 7; i <= 8; i++) {
      lines.on(MadeUp.step(i));
    }
    lines.on(new TrainEvent.Evaluated("validation", 8, 2, 10, 0.25, 0.9, 0.1, true));
    lines.on(new TrainEvent.Finished(8, StopReason.EPOCHS, 1, 128, 1, 1, 1, "ab"));
    assertThat(files.get("metrics.jsonl").toString().lines())
        .hasSize(2)
        .first()
        .isEqualTo(
            "{\"step\":7,\"epoch\":2,\"examples\":64,\"loss\":0.5,\"accuracy\":0.5,"
                + "\"learningRate\":0.01,\"gradientNorm\":1.5,\"seconds\":0.04,"
                + "\"broadcastSeconds\":0.001,\"computeSeconds\":0.03,\"resultSeconds\":0.004,"
                + "\"mergeSeconds\":0.002,\"updateSeconds\":0.003,"
                + "\"gradientNorms\":[1.25,0.5],\"weightNorms\":[4.0,3.0]}");
    assertThat(files.get("validations.jsonl").toString())
        .isEqualTo(
            "{\"dataset\":\"validation\",\"step\":8,\"epoch\":2,\"examples\":10,\"loss\":0.25,"
                + "\"accuracy\":0.9,\"seconds\":0.1,\"best\":true}\n");
  }

  @Test
  void aLineIsWhatItsSchemaSays() throws Exception {
    ObjectMapper json = new ObjectMapper();
    JsonNode schema = json.readTree(StepLines.schema());
    JsonNode line = json.valueToTree(StepLines.StepLine.of(MadeUp.step(7)));
    Map<String, String> types = new TreeMap<>();
    schema
        .get("properties")
        .properties()
        .forEach(field -> types.put(field.getKey(), field.getValue().get("type").asText()));
    Map<String, String> found = new TreeMap<>();
    line.properties()
        .forEach(
            field -> {
              JsonNode value = field.getValue();
              String type =
                  value.isArray() ? "array" : value.isIntegralNumber() ? "integer" : "number";
              found.put(field.getKey(), type);
            });
    assertThat(found).isEqualTo(types);
    assertThat(json.convertValue(schema.get("required"), String[].class))
        .containsExactlyInAnyOrderElementsOf(types.keySet());
  }

  @Test
  void aResultLeavesOutWhatWasNotMeasured() throws Exception {
    RunResult result = result(null);
    JsonNode json = new ObjectMapper().readTree(result.toJson());
    assertThat(json.has("testAccuracy")).isFalse();
    assertThat(json.get("weightsSha256").asText()).isEqualTo("ab12");
    assertThat(json.get("versions").get("kernels").asText()).isEqualTo("vector");
    assertThat(result.toText(null, null, List.of()).lines())
        .containsExactly(
            "done: 1,055 steps (all epochs) in 41.2 s, 13.1k examples/s",
            "  time           78 % compute, 17 % Spark, 5 % driver",
            "  weights        sha256 ab12");
  }

  @Test
  void theLastBlockSaysWhatToDoNext() {
    assertThat(
            result(0.9903)
                .toText("target/mnist", "target/mnist/report.html", List.of("evaluate", "predict"))
                .lines())
        .containsExactly(
            "done: 1,055 steps (all epochs) in 41.2 s, 13.1k examples/s",
            "  test accuracy  99.03 %, loss 0.0300, 10,000 examples",
            "  time           78 % compute, 17 % Spark, 5 % driver",
            "  a step         10.0 ms compute + 5.5 ms overhead, 13.1k examples/s",
            "  predicted      9.0 ms compute + 5.5 ms overhead, 14.0k examples/s",
            "  weights        sha256 ab12",
            "  output         target/mnist",
            "  report         target/mnist/report.html",
            "  next           evaluate",
            "                 predict");
  }

  private static RunResult result(Double accuracy) {
    return new RunResult(
        Optional.ofNullable(accuracy).map(share -> new RunResult.Score(share, 0.03, 10_000)),
        Optional.empty(),
        new RunResult.Weights("ab12", 61_706),
        new RunResult.Ending(1055, StopReason.EPOCHS, 41.2, 13_108),
        new RunResult.TimeShares(0.78, 0.17, 0.05),
        new RunResult.Costs(
            Optional.ofNullable(accuracy).map(any -> new RunResult.StepCost(14_000, 9, 5.5)),
            Optional.ofNullable(accuracy).map(any -> new RunResult.StepCost(13_108, 10.04, 5.5))),
        Optional.of(MadeUp.DATA),
        new RunResult.Versions("0.1.0", "4.1.0", "2.13", "17", "vector", "Linux"));
  }

  @Test
  void aResultIsReadAsItWasWritten() {
    for (Double accuracy : new Double[] {null, 0.9903}) {
      RunResult written = result(accuracy);
      assertThat(RunResult.fromJson(written.toJson())).isEqualTo(written);
    }
  }
}
