package dev.convoy.spark.train;

import dev.convoy.engine.network.ModelSpec;
import dev.convoy.spark.checkpoint.Checkpoint;
import dev.convoy.spark.data.Dataset;
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
  private final SparkContext spark;
  private final Dataset data;
  private final ModelSpec model;
  private final TrainConfig.Loop loop;
  private final RunState state;
  private final CheckpointWriter checkpoints;
  private final Events events;
  private final ExecutorService thread;
  private Future<?> running;
  private Evaluation last;
  private long lastStep;

  Validation(
      SparkContext spark,
      Dataset data,
      TrainConfig config,
      RunState state,
      CheckpointWriter checkpoints,
      Events events) {
    this.spark = spark;
    this.data = data;
    this.model = config.model();
    this.loop = config.loop();
    this.state = state;
    this.checkpoints = checkpoints;
    this.events = events;
    this.thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread made = new Thread(task, "convoy-validation");
              made.setDaemon(true);
              return made;
            });
    if (loop.patience() > 0 && !on()) {
      throw new IllegalArgumentException(
          "training.patience: got "
              + loop.patience()
              + " without validation, expected data.validationFraction above 0 (for example 0.1)"
              + " and training.evaluateEvery of 1 or more");
    }
  }

  private boolean on() {
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

  /** The last validation, of the final weights if there is anything held out. */
  Optional<Evaluation> finish(Checkpoint snapshot) {
    join();
    if (on() && lastStep != snapshot.step() && !outOfPatience()) {
      start(snapshot);
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
    Evaluation found =
        Evaluator.evaluate(spark, data, model, snapshot.weights(), loop.microBatch());
    Checkpoint.Progress before = state.progress;
    boolean best = found.loss() < before.bestLoss();
    float[] weights = loop.patience() > 0 ? snapshot.weights() : new float[0];
    state.progress =
        best
            ? new Checkpoint.Progress(snapshot.step(), found.loss(), 0, weights)
            : new Checkpoint.Progress(
                before.bestStep(), before.bestLoss(), before.sinceBest() + 1, before.bestWeights());
    last = found;
    lastStep = snapshot.step();
    if (best && checkpoints.on()) {
      checkpoints.saveBest(snapshot);
    }
    events.post(
        new TrainEvent.Evaluated(
            "validation",
            snapshot.step(),
            (int) snapshot.epoch(),
            found.examples(),
            found.loss(),
            found.accuracy(),
            found.seconds(),
            best));
  }
}
