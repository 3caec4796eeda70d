package dev.convoy.spark.report;

import dev.convoy.spark.train.event.TrainEvent.Step;
import java.util.ArrayDeque;
import java.util.Deque;

/** The past 100 steps: what their loss, accuracy and speed were. */
public final class PastSteps {
  /** Steps that means are taken over. */
  public static final int COUNT = 100;

  private final Deque<Step> steps = new ArrayDeque<>();

  /** Adds a step; the oldest goes once there are too many. */
  public void add(Step step) {
    if (steps.size() == COUNT) {
      steps.removeFirst();
    }
    steps.addLast(step);
  }

  /** True before the first step. */
  public boolean isEmpty() {
    return steps.isEmpty();
  }

  /** The last step. */
  public Step last() {
    return steps.getLast();
  }

  /** Mean over the examples. */
  public double loss() {
    return steps.stream().mapToDouble(s -> s.loss() * s.examples()).sum() / examples();
  }

  /** Share of the examples that were classified right before their step's update. */
  public double accuracy() {
    return steps.stream().mapToLong(Step::correct).sum() / (double) examples();
  }

  /** Examples by seconds of these steps. */
  public double examplesPerSecond() {
    return examples() / steps.stream().mapToDouble(Step::seconds).sum();
  }

  /**
   * Seconds that {@code more} steps will take, as long as the past ones: their median, so that a
   * slow first step does not count for long.
   */
  public double secondsFor(long more) {
    double[] sorted = steps.stream().mapToDouble(Step::seconds).sorted().toArray();
    return more * sorted[sorted.length / 2];
  }

  /** Where the time of a step goes, in milliseconds. */
  public String breakdown() {
    return String.format(
        java.util.Locale.ROOT,
        "step %.1f ms: broadcast %.1f, compute %.1f, result %.1f, merge %.1f, update %.1f",
        mean(Step::seconds),
        mean(step -> step.times().broadcastSeconds()),
        mean(Step::computeSeconds),
        mean(step -> step.times().resultSeconds()),
        mean(step -> step.times().mergeSeconds()),
        mean(step -> step.times().updateSeconds()));
  }

  private double mean(java.util.function.ToDoubleFunction<Step> seconds) {
    return 1e3 * steps.stream().mapToDouble(seconds).average().orElse(Double.NaN);
  }

  private long examples() {
    return steps.stream().mapToLong(Step::examples).sum();
  }
}
