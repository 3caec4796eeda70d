package dev.convoy.spark.train;

import dev.convoy.spark.data.TaskSlots;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.step.StepResult;
import dev.convoy.spark.train.step.TrainStep;
import dev.convoy.spark.train.task.BatchPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.apache.spark.SparkContext;

/**
 * Estimates a run's cost before it begins. Overhead comes from a few steps with an empty gradient,
 * compute from a few trials of the first step, or from the engine's pace, which the driver measured
 * while Spark started, if that is faster: neither may have been compiled yet. A step that by that
 * pace takes long is not tried.
 */
public final class Preflight {
  /** Trials in a row that were hardly faster than the fastest before: then it is warm. */
  private static final int NO_FASTER = 4;

  /** Not all of it is lost: what becomes warm in it, the first steps need not warm. */
  private static final long MOST_NANOS = 1_000_000_000;

  /** A step that is expected to take longer is tried only if nobody knows the pace. */
  private static final double LONGEST_TRIAL_MILLIS = 1000;

  private static final int[] FACTORS = {1, 2, 4, 8};

  private final TrainingData data;
  private final BatchPlan plan;
  private final int parameters;
  private final int slots;
  private final int threads;
  private final TrainStep real;
  private final TrainStep empty;

  /** Figures of a trial, in milliseconds. */
  private record Trial(double step, double compute, long bytes) {}

  /**
   * @param real the run's own steps, for a trial
   */
  Preflight(SparkContext spark, TrainingData data, BatchPlan plan, int parameters, TrainStep real) {
    this.data = data;
    this.plan = plan;
    this.parameters = parameters;
    this.slots = TaskSlots.now(spark);
    this.threads = TaskSlots.cores(spark);
    this.real = real;
    this.empty = real.withoutWork();
  }

  /**
   * Tries step {@code step} without any effect.
   *
   * @param secondsAnExample of forward and backward in one thread; NaN if unknown
   */
  TrainEvent.Planned plan(long step, float[] weights, double secondsAnExample) {
    Trial overhead = fastest(() -> empty.run(step, weights), Trial::step);
    int pieces = plan.pieces(step).size();
    int batch = plan.batchExamples(step);
    int used = threads * Math.min(slots, data.partitions());
    double compute = secondsAnExample * 1e3 * batch / pieces * rounds(pieces, used);
    if (!(compute > LONGEST_TRIAL_MILLIS)) {
      double tried = fastest(() -> real.run(step, weights), Trial::compute).compute();
      compute = compute < tried ? compute : tried;
    }
    return new TrainEvent.Planned(
        plan.examples(),
        new TrainEvent.Cut(data.shardCount(), data.partitions(), slots),
        parameters,
        overhead.bytes(),
        compute,
        overhead.step(),
        batch * 1e3 / (overhead.step() + compute),
        scaling(batch, pieces, slots, threads, used, overhead.step(), compute));
  }

  /** The fastest of some trials by one of their figures. */
  private Trial fastest(Supplier<StepResult> step, ToDoubleFunction<Trial> figure) {
    long start = System.nanoTime();
    Trial best = timed(step);
    for (int noFaster = 0; noFaster < NO_FASTER && System.nanoTime() - start < MOST_NANOS; ) {
      Trial tried = timed(step);
      double now = figure.applyAsDouble(tried);
      noFaster = now < 0.9 * figure.applyAsDouble(best) ? 0 : noFaster + 1;
      best = now < figure.applyAsDouble(best) ? tried : best;
    }
    return best;
  }

  private Trial timed(Supplier<StepResult> step) {
    long start = System.nanoTime();
    StepResult result = step.get();
    return new Trial(
        (System.nanoTime() - start) * 1e-6,
        result.counts().computeNanos() * 1e-6,
        (long) Float.BYTES * parameters + result.resultBytes());
  }

  /**
   * Speed with more slots, by Amdahl's law: the overhead stays, compute is shared, but no task gets
   * less than one micro-batch.
   *
   * @param pieces micro-batches in a step
   * @param threads of each slot
   * @param used threads that share the compute time measured
   */
  public static List<TrainEvent.Scaling> scaling(
      int batch, int pieces, int slots, int threads, int used, double overhead, double compute) {
    double piece = compute / rounds(pieces, used);
    List<TrainEvent.Scaling> scaling = new ArrayList<>();
    double now = 0;
    for (int factor : FACTORS) {
      double rate = batch * 1e3 / (overhead + piece * rounds(pieces, slots * factor * threads));
      now = factor == 1 ? rate : now;
      scaling.add(new TrainEvent.Scaling(slots * factor, rate, rate / (now * factor)));
    }
    return scaling;
  }

  private static int rounds(int pieces, int slots) {
    return (pieces + slots - 1) / slots;
  }
}
