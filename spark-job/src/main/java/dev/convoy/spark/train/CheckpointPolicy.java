package dev.convoy.spark.train;

import dev.convoy.spark.checkpoint.Checkpoint;
import dev.convoy.spark.checkpoint.CheckpointException;
import dev.convoy.spark.checkpoint.CheckpointStore;
import dev.convoy.spark.data.shard.Fingerprint;
import dev.convoy.spark.train.event.EventQueue;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.task.BatchPlan;
import java.io.IOException;
import java.util.Optional;
import java.util.function.LongSupplier;

/** When a run saves its state, what goes into a checkpoint, and what may be resumed from. */
final class CheckpointPolicy {
  private final TrainConfig config;
  private final Fingerprint data;
  private final BatchPlan plan;
  private final long totalSteps;
  private final CheckpointStore store;
  private final LongSupplier nanoClock;
  private long lastNanos;

  CheckpointPolicy(
      TrainConfig config,
      Fingerprint data,
      BatchPlan plan,
      long totalSteps,
      Optional<CheckpointStore> store,
      LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.lastNanos = nanoClock.getAsLong();
    this.config = config;
    this.plan = plan;
    this.data = data;
    this.totalSteps = totalSteps;
    this.store = store.orElse(null);
  }

  /** Where checkpoints go; null for nowhere. */
  CheckpointStore store() {
    return store;
  }

  /** True if a checkpoint should be saved after {@code step}. */
  boolean isDue(long step, boolean endOfEpoch) {
    TrainConfig.Checkpoints when = config.checkpoints();
    boolean due =
        store != null
            && (when.everySteps() > 0 && step % when.everySteps() == 0
                || when.everyEpoch() && endOfEpoch
                || when.everyMinutes() > 0
                    && nanoClock.getAsLong() - lastNanos >= when.everyMinutes() * 60e9);
    if (due) {
      lastNanos = nanoClock.getAsLong();
    }
    return due;
  }

  private String beyond(long step, String path) {
    return path
        + " is of step "
        + step
        + ", and the job asks for "
        + totalSteps
        + ": nothing is left to do, the weights stay those of step "
        + step
        + "; start anew (--overwrite) for a shorter run";
  }

  /** All of {@code state}, as it is now. */
  Checkpoint snapshot(RunState state) {
    return state.snapshot(
        plan.epochOf(Math.max(1, state.step)),
        config.loop().seed(),
        CheckpointFit.of(config, totalSteps),
        CheckpointFit.of(data));
  }

  /**
   * Makes sure that a run from the beginning leaves no checkpoints of another one between its own.
   *
   * @throws CheckpointException if there are some
   */
  void begin() {
    try {
      if (store != null) {
        store.expectEmpty();
      }
    } catch (IOException e) {
      throw new CheckpointException("checkpoint.directory: " + e.getMessage(), e);
    }
  }

  /**
   * Restores {@code state} from the newest checkpoint that verifies.
   *
   * @return false if there are no checkpoints
   * @throws CheckpointException if it does not fit the job
   */
  boolean resume(RunState state, EventQueue events) {
    if (store == null) {
      throw new CheckpointException(
          "resume: got no checkpoint.directory, expected the folder of the run to go on with");
    }
    try {
      CheckpointStore.Found found = store.newest();
      for (String skipped : found.skipped()) {
        events.post(new TrainEvent.Warned(0, "skipped checkpoint " + skipped));
      }
      if (found.checkpoint().isPresent()) {
        Checkpoint checkpoint = found.checkpoint().get();
        CheckpointFit.expectFits(
            checkpoint, found.path(), config, data, plan.stepsPerEpoch(), totalSteps);
        if (checkpoint.step() > totalSteps) {
          events.post(new TrainEvent.Warned(0, beyond(checkpoint.step(), found.path())));
        }
        boolean patience = config.loop().patience() > 0;
        state.restore(checkpoint, patience);
        if (!patience) {
          // Validations run beside the steps: this one's may have ended after it was saved.
          store.best(checkpoint.step()).ifPresent(state::knowBest);
        }
        events.post(
            new TrainEvent.Resumed(checkpoint.step(), (int) checkpoint.epoch(), found.path()));
      }
      return found.checkpoint().isPresent();
    } catch (IOException e) {
      throw new CheckpointException("resume: " + e.getMessage(), e);
    }
  }
}
