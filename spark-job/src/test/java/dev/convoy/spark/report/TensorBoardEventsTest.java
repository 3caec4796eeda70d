package dev.convoy.spark.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.spark.train.event.StopReason;
import dev.convoy.spark.train.event.TrainEvent;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class TensorBoardEventsTest {
  /** The first record as TensorFlow's own writer makes it, but for the wall time. */
  @Test
  void aFileStartsWithItsVersion() {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    TensorBoardEvents events = new TensorBoardEvents(() -> file, () -> 1_500L);
    events.on(started());
    assertThat(HexFormat.of().formatHex(file.toByteArray()))
        .startsWith(
            "1800000000000000" // length 24
                + "a37f4b22" // its masked CRC-32C
                + "09000000000000f83f" // wall time 1.5
                + "1a0d" // file version, 13 letters
                + HexFormat.of().formatHex("brain.Event:2".getBytes()))
        .hasSize(2 * (8 + 4 + 24 + 4));
  }

  @Test
  void stepsAndValidationsAreSummaries() {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    TensorBoardEvents events = new TensorBoardEvents(() -> file, () -> 1_500L);
    events.on(started());
    int head = file.size();
    events.on(new TrainEvent.Evaluated("validation", 300, 1, 10, 0.5, 1.0, 0.1, true));
    String text = HexFormat.of().formatHex(file.toByteArray()).substring(2 * (head + 12));
    assertThat(text)
        .startsWith(
            "09000000000000f83f" // wall time
                + "10ac02" // step 300
                + "2a34" // a summary of 52 bytes
                + "0a16" // its first value, 22 bytes
                + "0a0f" // tag, 15 letters
                + HexFormat.of().formatHex("validation/loss".getBytes())
                + "150000003f"); // value 0.5
    int before = file.size();
    events.on(MadeUp.step(301));
    assertThat(new String(file.toByteArray()))
        .contains("train/loss", "train/learning_rate", "speed/examples_per_second");
    assertThat(file.size()).isGreaterThan(before + 100);
    events.on(new TrainEvent.Finished(301, StopReason.EPOCHS, 1, 128, 1, 1, 1, "ab"));
  }

  private static TrainEvent.Started started() {
    return MadeUp.started(1);
  }
}
