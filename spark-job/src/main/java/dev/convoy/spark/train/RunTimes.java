package dev.convoy.spark.train;

import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.step.TrainStep;
import dev.convoy.spark.train.task.TaskResult;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Where a run's time went, in nanoseconds. */
final class RunTimes {
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
      LayerNorms norms,
      float rate,
      long stepNanos,
      long updateNanos) {
    TaskResult counts = outcome.counts;
    computeNanos += counts.computeNanos;
    driverNanos += updateNanos + outcome.mergeNanos;
    examples += counts.examples;
    long broadcastNanos = outcome.encodeNanos + outcome.broadcastNanos + outcome.releaseNanos;
    long known = broadcastNanos + counts.computeNanos + outcome.mergeNanos + updateNanos;
    return new TrainEvent.Step(
        step,
        (int) epoch,
        (int) counts.examples,
        counts.lossSum() / counts.examples,
        (int) counts.correct,
        rate,
        norm,
        stepNanos * 1e-9,
        broadcastNanos * 1e-9,
        counts.computeNanos * 1e-9,
        Math.max(0, stepNanos - known) * 1e-9,
        outcome.mergeNanos * 1e-9,
        updateNanos * 1e-9,
        norms.gradients(),
        norms.weights(),
        shares(counts.shares));
  }

  /** Adds up by executor what {@link TaskResult#shares} says. */
  static List<TrainEvent.Share> shares(String text) {
    Map<String, TrainEvent.Share> all = new TreeMap<>();
    for (String part : text.isEmpty() ? new String[0] : text.split(" ")) {
      String[] fields = part.split(":");
      long examples = Long.parseLong(fields[fields.length - 2]);
      double seconds = Long.parseLong(fields[fields.length - 1]) * 1e-6;
      all.merge(
          fields[0], new TrainEvent.Share(fields[0], 1, examples, seconds), TrainEvent.Share::plus);
    }
    return List.copyOf(all.values());
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
