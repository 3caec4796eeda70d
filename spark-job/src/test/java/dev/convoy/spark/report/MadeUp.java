package dev.convoy.spark.report;

import dev.convoy.spark.train.event.TrainEvent;
import java.util.List;

/** Events of a run that never was. */
public final class MadeUp {
  public static final TrainEvent.Data DATA = new TrainEvent.Data(60_000, 10, "28x28x1", "c0ffee");

  private MadeUp() {}

  /** A run of 8 steps in 2 epochs. */
  public static TrainEvent.Started started(long first) {
    return new TrainEvent.Started(
        "app",
        10,
        100,
        10,
        new TrainEvent.Cut(4, 1, 1),
        new TrainEvent.Course(first, 8, 4, 2),
        DATA,
        List.of("0.conv2d", "2.dense"));
  }

  /** A step of 64 examples in 40 ms, half of them right. */
  static TrainEvent.Step step(long step) {
    return step(step, 2, 64, 0.5, 32);
  }

  public static TrainEvent.Step step(long step, int epoch, int examples, double loss, int correct) {
    return new TrainEvent.Step(
        step,
        epoch,
        new TrainEvent.Score(examples, loss, correct),
        0.01f,
        new TrainEvent.Norms(1.5, List.of(1.25f, 0.5f), List.of(4f, 3f)),
        new TrainEvent.StepTimes(0.04, 0.001, 0.03, 0.004, 0.002, 0.003),
        List.of(
            new TrainEvent.Share("driver", 1, examples / 2, 0.03),
            new TrainEvent.Share("other", 1, examples - examples / 2, 0.02)));
  }
}
