package dev.convoy.spark.train;

import java.util.ArrayList;
import java.util.List;

/**
 * What a run will cost, foretold from a few trial steps whose gradients are thrown away. The
 * executors' compilers have only just begun by then, so the fastest trial counts, and long runs
 * turn out somewhat faster.
 */
final class Preflight {
  private static final int TRIALS = 5;
  private static final long MOST_NANOS = 600_000_000;
  private static final int[] FACTORS = {1, 2, 4, 8};

  private Preflight() {}

  /** Figures of the fastest trial, in milliseconds. */
  private record Trial(double step, double compute, long bytes) {}

  /**
   * Tries step {@code step} a few times.
   *
   * @param slots tasks that run at once
   */
  static TrainEvent.Planned plan(
      TrainStep steps,
      BatchPlan plan,
      long step,
      float[] weights,
      int shards,
      int partitions,
      int slots) {
    Trial best = null;
    long start = System.nanoTime();
    for (int i = 0; i < TRIALS && System.nanoTime() - start < MOST_NANOS; i++) {
      long began = System.nanoTime();
      TrainStep.Outcome outcome = steps.run(step, weights);
      double millis = (System.nanoTime() - began) * 1e-6;
      if (best == null || millis < best.step()) {
        long bytes = (long) Float.BYTES * weights.length + outcome.resultBytes;
        best = new Trial(millis, outcome.counts.computeNanos * 1e-6, bytes);
      }
    }
    double overhead = Math.max(0.01, best.step() - best.compute());
    int pieces = plan.pieces(step).size();
    int batch = plan.batchExamples(step);
    return new TrainEvent.Planned(
        plan.examples(),
        shards,
        partitions,
        slots,
        weights.length,
        best.bytes(),
        best.compute(),
        overhead,
        batch * 1e3 / (overhead + best.compute()),
        scaling(batch, pieces, slots, Math.min(slots, partitions), overhead, best.compute()));
  }

  /**
   * Speed with more slots, by Amdahl's law: the overhead stays, compute is shared, but no task gets
   * less than one micro-batch.
   *
   * @param pieces micro-batches in a step
   * @param used slots that share the compute time measured
   */
  static List<TrainEvent.Scaling> scaling(
      int batch, int pieces, int slots, int used, double overhead, double compute) {
    double piece = compute / rounds(pieces, used);
    List<TrainEvent.Scaling> scaling = new ArrayList<>();
    double now = 0;
    for (int factor : FACTORS) {
      double rate = batch * 1e3 / (overhead + piece * rounds(pieces, slots * factor));
      now = factor == 1 ? rate : now;
      scaling.add(new TrainEvent.Scaling(slots * factor, rate, rate / (now * factor)));
    }
    return scaling;
  }

  private static int rounds(int pieces, int slots) {
    return (pieces + slots - 1) / slots;
  }
}
