package dev.convoy.spark.train;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.spark.checkpoint.Checkpoint;
import dev.convoy.spark.checkpoint.CheckpointException;

/** What changes from step to step, on the driver; all that a checkpoint saves. */
final class RunState {
  /** Steps taken. */
  volatile long step;

  float[] weights;
  float[] optimizerState;

  /** Written by the validation's thread too. */
  volatile Checkpoint.Progress progress = Checkpoint.Progress.none();

  RunState(float[] weights, float[] optimizerState) {
    this.weights = weights;
    this.optimizerState = optimizerState;
  }

  /**
   * Takes over what a checkpoint holds.
   *
   * @param patience true if the best weights will be asked for: a checkpoint of a run that did not
   *     keep them has nothing to count validations from, so counting begins anew
   */
  void restore(Checkpoint checkpoint, boolean patience) {
    expectLength("weights", checkpoint.weights().length, weights.length);
    expectLength("optimizer state", checkpoint.optimizerState().length, optimizerState.length);
    step = checkpoint.step();
    weights = checkpoint.weights();
    optimizerState = checkpoint.optimizerState();
    progress =
        patience && !checkpoint.progress().hasBestWeights()
            ? Checkpoint.Progress.none()
            : checkpoint.progress();
  }

  /** Takes note of a validation that was better than all that {@link #restore} brought. */
  void knowBest(Checkpoint best) {
    if (best.progress().bestLoss() < progress.bestLoss()) {
      progress = best.progress();
    }
  }

  /**
   * Begins with these weights.
   *
   * @throws IllegalArgumentException if they are not as many as the model has parameters
   */
  void startFrom(float[] start) {
    if (start.length != weights.length) {
      throw new InvalidInputException(
          "start: got " + start.length + " weights, expected " + weights.length);
    }
    weights = start.clone();
  }

  private static void expectLength(String name, int held, int asked) {
    if (held != asked) {
      throw new CheckpointException(
          "resume: " + name + ": the checkpoint holds " + held + " values, the job has " + asked);
    }
  }

  /** A copy of all of it that later steps do not touch. */
  Checkpoint snapshot(long epoch, long seed, String job, String data) {
    return new Checkpoint(
        step, epoch, seed, job, data, weights.clone(), optimizerState.clone(), progress);
  }
}
