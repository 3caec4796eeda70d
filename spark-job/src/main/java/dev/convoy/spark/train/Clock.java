package dev.convoy.spark.train;

/** Where a run's time went, in nanoseconds. */
final class Clock {
  private final long start = System.nanoTime();
  private long computeNanos;
  private long driverNanos;
  private long examples;

  /** Tells the time of one step, and returns its event. */
  TrainEvent.Step step(
      long step,
      long epoch,
      TrainStep.Outcome outcome,
      double norm,
      float rate,
      long stepNanos,
      long updateNanos) {
    PartialGradient counts = outcome.counts;
    computeNanos += counts.computeNanos;
    driverNanos += updateNanos + outcome.mergeNanos;
    examples += counts.examples;
    return new TrainEvent.Step(
        step,
        (int) epoch,
        (int) counts.examples,
        counts.lossSum() / counts.examples,
        (int) counts.correct,
        rate,
        norm,
        stepNanos * 1e-9,
        outcome.broadcastNanos * 1e-9,
        counts.computeNanos * 1e-9,
        outcome.mergeNanos * 1e-9,
        updateNanos * 1e-9);
  }

  /** Seconds since the first step began. */
  double seconds() {
    return (System.nanoTime() - start) * 1e-9;
  }

  double computeSeconds() {
    return computeNanos * 1e-9;
  }

  double driverSeconds() {
    return driverNanos * 1e-9;
  }

  long examples() {
    return examples;
  }
}
