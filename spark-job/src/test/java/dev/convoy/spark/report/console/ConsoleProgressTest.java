package dev.convoy.spark.report.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.spark.report.MadeUp;
import dev.convoy.spark.report.console.ConsoleProgress.Detail;
import dev.convoy.spark.train.event.StopReason;
import dev.convoy.spark.train.event.TrainEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private long now;

  private ConsoleProgress progress(Terminal terminal, Detail detail) {
    return new ConsoleProgress(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        terminal,
        detail,
        () -> now);
  }

  private static TrainEvent.Started started(long first) {
    return new TrainEvent.Started(
        "app-1",
        61_706,
        54_000,
        6_000,
        new TrainEvent.Cut(64, 2, 2),
        new TrainEvent.Course(first, 250, 125, 2),
        MadeUp.DATA,
        List.of());
  }

  private static TrainEvent.Step step(long step) {
    int epoch = step <= 125 ? 1 : 2;
    double loss = step == 1 ? 102.0 : 2.0;
    return MadeUp.step(step, epoch, 400, loss, 100);
  }

  private static TrainEvent.Finished finished(long steps) {
    return new TrainEvent.Finished(steps, StopReason.EPOCHS, 10, 100_000, 8, 1.5, 0.5, "ab");
  }

  private List<String> lines() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void aLogGetsAPlainLineEvery100StepsAndAtTheEnd() {
    ConsoleProgress progress = progress(Terminal.NONE, Detail.NORMAL);
    progress.on(started(1));
    for (long i = 1; i <= 250; i++) {
      progress.on(step(i));
      if (i == 125) {
        progress.on(new TrainEvent.Evaluated("validation", i, 1, 6_000, 0.25, 0.98765, 1.25, true));
      }
    }
    progress.on(new TrainEvent.Checkpointed(250, "/tmp/x", 0.1));
    progress.on(finished(250));
    assertThat(lines())
        .containsExactly(
            "61,706 parameters; 54,000 training examples, 6,000 held out; 250 steps of 125 an"
                + " epoch; 2 partitions on 2 task slots",
            "loss and accuracy of steps: means over the batches of the last 100, before updates",
            "epoch 1/2  step 100/250  loss 3.0000  accuracy 25.00 %  10.0k examples/s  ETA 6.0 s",
            "epoch 1/2  validation loss 0.2500  accuracy 98.77 %  best so far  (6,000 examples in"
                + " 1.3 s)",
            "epoch 2/2  step 200/250  loss 2.0000  accuracy 25.00 %  10.0k examples/s  ETA 2.0 s",
            "epoch 2/2  step 250/250  loss 2.0000  accuracy 25.00 %  10.0k examples/s  ETA 0.0 s");
    assertThat(err.size()).isZero();
  }

  @Test
  void aRunThatStopsEarlyStillShowsItsLastStep() {
    ConsoleProgress progress = progress(Terminal.NONE, Detail.VERBOSE);
    progress.on(started(31));
    progress.on(step(31));
    progress.on(finished(31));
    assertThat(lines())
        .containsExactly(
            "61,706 parameters; 54,000 training examples, 6,000 held out; 250 steps of 125 an"
                + " epoch; 2 partitions on 2 task slots, going on from step 31",
            "loss and accuracy of steps: means over the batches of the last 100, before updates",
            "epoch 1/2  step 31/250  loss 2.0000  accuracy 25.00 %  10.0k examples/s  ETA 8.8 s "
                + " step 40.0 ms: broadcast 1.0, compute 30.0, result 4.0, merge 2.0, update 3.0");
  }

  @Test
  void aTerminalGetsOneLineThatFitsAndIsDrawnFiveTimesASecondAtMost() {
    ConsoleProgress progress =
        progress(new Terminal(true, 100, Terminal.Style.ASCII), Detail.NORMAL);
    progress.on(started(1));
    out.reset();
    for (long i = 1; i <= 250; i++) {
      now += 40_000_000L;
      progress.on(step(i));
    }
    String[] drawings = out.toString(StandardCharsets.UTF_8).split("\r\u001b\\[K");
    assertThat(drawings).hasSizeBetween(48, 54).allMatch(line -> line.length() < 100);
    assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("\n");
    assertThat(drawings[1]).contains("epoch 1/2 [>", "  0% step   1/250  loss 102.0000");
    assertThat(Arrays.stream(drawings).skip(2).map(line -> line.indexOf('%')).distinct())
        .as("a bar of one length")
        .hasSize(1);
    assertThat(drawings[drawings.length - 1])
        .startsWith("epoch 2/2 [====")
        .endsWith("=] 100% step 250/250  loss 2.0000  acc 25.00 %  10.0k/s  ETA 0.0 s");
  }

  @Test
  void aTerminalOfTodayGetsABarOfLinesAndTheLastValidation() {
    ConsoleProgress progress =
        progress(new Terminal(true, 113, Terminal.Style.UNICODE), Detail.NORMAL);
    progress.on(started(1));
    progress.on(new TrainEvent.Evaluated("validation", 125, 1, 6_000, 0.25, 0.98765, 1, true));
    out.reset();
    progress.on(step(125));
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "\r\u001b[Kepoch 1/2 "
                + "\u2501".repeat(11)
                + "\u2500".repeat(11)
                + "  50% step 125/250  loss 2.0000  acc 25.00 %  val 98.77 %  10.0k/s  ETA 5.0 s");
  }

  @Test
  void aNarrowTerminalGetsWhatFits() {
    for (Terminal.Style style : Terminal.Style.values()) {
      out.reset();
      ConsoleProgress progress = progress(new Terminal(true, 40, style), Detail.NORMAL);
      progress.on(step(125));
      assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("\r\u001b[Kepoch 1 ").hasSize(43);
    }
  }

  @Test
  void linesThatStayDoNotStandBehindTheBar() {
    ConsoleProgress progress =
        progress(new Terminal(true, 60, Terminal.Style.ASCII), Detail.NORMAL);
    progress.on(step(1));
    progress.on(new TrainEvent.Evaluated("validation", 1, 1, 10, 0.5, 1.0, 0.1, false));
    progress.on(new TrainEvent.Warned(1, "executor 1 was lost"));
    String text = out.toString(StandardCharsets.UTF_8);
    assertThat(text)
        .contains(
            "\r\u001b[Kepoch 1  validation loss 0.5000  accuracy 100.00 %  (10 examples in 0.1 s)");
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("warning: executor 1 was lost" + System.lineSeparator());
  }

  @Test
  void quietSaysWarningsAlone() {
    ConsoleProgress progress = progress(new Terminal(true, 80, Terminal.Style.ASCII), Detail.QUIET);
    progress.on(started(1));
    progress.on(step(100));
    progress.on(new TrainEvent.Warned(100, "took long"));
    progress.on(finished(100));
    assertThat(out.size()).isZero();
    assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("warning: took long");
  }

  @Test
  void thePlanIsOneLine() {
    ConsoleProgress progress = progress(Terminal.NONE, Detail.NORMAL);
    progress.on(
        new TrainEvent.Planned(
            54_000,
            new TrainEvent.Cut(64, 2, 2),
            61_706,
            986_000,
            12.25,
            4.5,
            15_300,
            List.of(
                new TrainEvent.Scaling(2, 15_300, 1), new TrainEvent.Scaling(4, 24_200, 0.79))));
    assertThat(lines())
        .containsExactly(
            "plan: 12.3 ms compute + 4.5 ms overhead a step, 986.0 kB a step over the wire, about"
                + " 15.3k examples/s, measured before the JVM has compiled most of it; 2 slots 15.3k (100 %), 4 slots 24.2k (79 %)");
  }
}
