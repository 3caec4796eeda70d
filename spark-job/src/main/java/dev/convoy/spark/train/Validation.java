package dev.convoy.spark.train;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.spark.checkpoint.Checkpoint;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.train.cluster.ClusterFailures;
import dev.convoy.spark.train.event.Evaluation;
import dev.convoy.spark.train.event.EventQueue;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainingException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.SparkContext;

/**
 * Validations during a run. Without early stopping a validation runs beside the next steps, on its
 * own copy of the weights; with early stopping the loop waits for it, so that the step at which
 * training ends does not depend on timing.
 */
final class Validation implements AutoCloseable {
  /** Examples that a task looks at before it makes room for a step. */
  private static final int EXAMPLES_A_SLICE = 1024;

  private static final int MOST_SLICES = 1000;

  private final SparkContext spark;
  private final TrainingData data;
  private final ModelSpec model;
  private final TrainConfig.Loop loop;
  private final RunState state;
  private final CheckpointWriter checkpoints;
  private final EventQueue events;
  private final ClusterFailures failures;
  private final ExecutorService thread;
  private Future<?> running;
  private Evaluation last;
  private long lastStep;
  private Evaluation best;

  Validation(
      SparkContext spark,
      TrainingData data,
      TrainConfig config,
      RunState state,
      CheckpointWriter checkpoints,
      EventQueue events,
      ClusterFailures failures) {
    this.spark = spark;
    this.data = data;
    this.model = config.model();
    this.loop = config.loop();
    this.state = state;
    this.checkpoints = checkpoints;
    this.events = events;
    this.failures = failures;
    this.thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread made = new Thread(task, "convoy-validation");
              made.setDaemon(true);
              return made;
            });
  }

  /**
   * Makes sure that patience has validations to count.
   *
   * @throws IllegalArgumentException if it has not
   */
  static void expectPossible(TrainConfig.Loop loop, TrainingData data) {
    if (loop.patience() > 0 && !on(loop, data)) {
      throw new InvalidInputException(
          "training.patience: got "
              + loop.patience()
              + " with "
              + data.heldOutExamples()
              + " of "
              + (data.heldOutExamples() + data.trainingExamples())
              + " examples held out and training.evaluateEvery "
              + loop.evaluateEvery()
              + ", expected 1 or more of both; raise data.validationFraction (for example to 0.1)"
              + " or training.evaluateEvery, or set patience to 0");
    }
  }

  private boolean on() {
    return on(loop, data);
  }

  private static boolean on(TrainConfig.Loop loop, TrainingData data) {
    return data.heldOutExamples() > 0 && loop.evaluateEvery() > 0;
  }

  /** Validates if {@code epoch} is one of those that end with a validation. */
  void endOfEpoch(Checkpoint snapshot) {
    if (on() && snapshot.epoch() % loop.evaluateEvery() == 0) {
      start(snapshot);
    }
  }

  /** True if the last {@code patience} validations brought nothing better. */
  boolean outOfPatience() {
    return loop.patience() > 0 && state.progress.sinceBest() >= loop.patience();
  }

  /**
   * The figures of the weights that the run ends with, if there is anything held out: the best ones
   * if patience ran out, else the last ones. Where a run happens to stop must leave no trace in a
   * later one, so a validation that is made only here is reported, but counts neither for patience
   * nor as the best.
   */
  Optional<Evaluation> finish(Checkpoint snapshot) {
    join();
    if (outOfPatience() && state.progress.hasBestWeights()) {
      // A run that was resumed at its end has not seen its best validation itself.
      if (best == null) {
        running =
            thread.submit(
                () -> best = evaluate(state.progress.bestStep(), state.progress.bestWeights()));
        join();
      }
      return Optional.of(best);
    }
    if (on() && lastStep != snapshot.step()) {
      running = thread.submit(() -> look(snapshot));
      join();
    }
    return Optional.ofNullable(last);
  }

  /** Waits for the validation that is under way. */
  void join() {
    if (running == null) {
      return;
    }
    try {
      running.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TrainingException("interrupted during validation", e);
    } catch (ExecutionException e) {
      throw new TrainingException("validation failed: " + e.getCause().getMessage(), e.getCause());
    } finally {
      running = null;
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private void start(Checkpoint snapshot) {
    join();
    running = thread.submit(() -> run(snapshot));
    if (loop.patience() > 0) {
      join();
    }
  }

  private void run(Checkpoint snapshot) {
    spark.setJobDescription("validation after step " + snapshot.step());
    Evaluation found = evaluate(snapshot.step(), snapshot.weights());
    boolean better = found.loss() < state.progress.bestLoss();
    float[] weights = loop.patience() > 0 ? snapshot.weights() : new float[0];
    state.progress =
        better
            ? new Checkpoint.Progress(snapshot.step(), found.loss(), 0, weights)
            : state.progress.withoutGain();
    last = found;
    lastStep = snapshot.step();
    if (better) {
      best = found;
      if (checkpoints.on()) {
        // With this validation in it: resumed, it must not count as none.
        checkpoints.saveBest(snapshot.with(state.progress));
      }
    }
    tell(snapshot, found, better);
  }

  /** Validates without any trace in the state. */
  private void look(Checkpoint snapshot) {
    spark.setJobDescription("validation after step " + snapshot.step());
    last = evaluate(snapshot.step(), snapshot.weights());
    tell(snapshot, last, last.loss() < state.progress.bestLoss());
  }

  private Evaluation evaluate(long step, float[] weights) {
    return failures.retry(
        "validation after step " + step,
        step,
        () -> Evaluator.evaluate(spark, data, model, weights, loop.microBatch(), slices()));
  }

  /**
   * Jobs that a validation is done in, so that a step beside it waits for one of them at most; one
   * where nothing goes on beside it.
   */
  private int slices() {
    long inTask = data.heldOutExamples() / Math.max(1, data.partitions());
    return loop.patience() > 0 ? 1 : (int) Math.min(MOST_SLICES, 1 + inTask / EXAMPLES_A_SLICE);
  }

  private void tell(Checkpoint snapshot, Evaluation found, boolean better) {
    events.post(
        new TrainEvent.Evaluated(
            "validation",
            snapshot.step(),
            (int) snapshot.epoch(),
            found.examples(),
            found.loss(),
            found.accuracy(),
            found.seconds(),
            better));
  }
}
