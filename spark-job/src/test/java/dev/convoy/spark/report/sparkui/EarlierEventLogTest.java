package dev.convoy.spark.report.sparkui;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.spark.util.JsonProtocol;
import org.junit.jupiter.api.Test;

/** The event log of a run of the first version, as its jar wrote it. */
class EarlierEventLogTest {
  @Test
  void replays() throws IOException {
    TabState state = new TabState();
    try (InputStream log =
        EarlierEventLogTest.class.getResourceAsStream(
            "/dev/convoy/spark/compatibility/events.jsonl")) {
      new String(log.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .forEach(line -> state.onOtherEvent(JsonProtocol.sparkEventFromJson(line)));
    }
    JsonNode view = new ObjectMapper().readTree(state.view());
    assertThat(view.path("run").path("course").path("totalSteps").asLong()).isEqualTo(6);
    assertThat(view.path("curves").toString()).contains("loss");
    assertThat(view.path("validations")).hasSize(1);
    assertThat(view.path("executors").path(0).path("examples").asLong()).isEqualTo(6 * 512);
    assertThat(view.path("checkpoint").path("step").asLong()).isEqualTo(6);
    assertThat(view.path("finished").path("reason").asText()).isEqualTo("maxSteps");
  }
}
