package dev.convoy.spark.train;

import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.step.StepResult;
import dev.convoy.spark.train.task.TaskResult;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Adds up where a run's time went. */
final class RunTimes {
  private final long start = System.nanoTime();
  private long computeNanos;
  private long driverNanos;
  private long examples;

  /**
   * Counts a step.
   *
   * @param stepNanos of the whole step
   * @param updateNanos of the update on the driver
   * @return where its time went
   */
  TrainEvent.StepTimes add(StepResult result, long stepNanos, long updateNanos) {
    TaskResult counts = result.counts();
    long merge = result.times().mergeNanos();
    long send = result.times().sendNanos();
    computeNanos += counts.computeNanos();
    driverNanos += updateNanos + merge;
    examples += counts.examples();
    long known = send + counts.computeNanos() + merge + updateNanos;
    return new TrainEvent.StepTimes(
        stepNanos * 1e-9,
        send * 1e-9,
        counts.computeNanos() * 1e-9,
        Math.max(0, stepNanos - known) * 1e-9,
        merge * 1e-9,
        updateNanos * 1e-9);
  }

  /** Each executor's part of a step, in the order of their names. */
  static List<TrainEvent.Share> shares(List<TaskResult.TaskRun> runs) {
    Map<String, TrainEvent.Share> all = new TreeMap<>();
    for (TaskResult.TaskRun run : runs) {
      all.merge(
          run.executor(),
          new TrainEvent.Share(run.executor(), 1, run.examples(), run.computeNanos() * 1e-9),
          TrainEvent.Share::plus);
    }
    return List.copyOf(all.values());
  }

  /**
   * Seconds since this was made: once data and checkpoint were accepted and before the preflight,
   * whose time counts.
   */
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
