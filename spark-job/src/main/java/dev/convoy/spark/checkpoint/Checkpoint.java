package dev.convoy.spark.checkpoint;

/**
 * All that a run needs to go on as if it had never stopped.
 *
 * @param step steps taken
 * @param epoch epoch of that step, from 1
 * @param seed of everything random
 * @param job the whole configuration, one {@code name: value} a line
 * @param data the data's fingerprint, one {@code name: value} a line
 * @param weights one flat array
 * @param optimizerState of the optimizer; may be empty
 * @param progress how validation went
 */
public record Checkpoint(
    long step,
    long epoch,
    long seed,
    String job,
    String data,
    float[] weights,
    float[] optimizerState,
    Progress progress) {

  /**
   * How validation went.
   *
   * @param bestStep step of the best validation, 0 if there was none
   * @param bestLoss its loss
   * @param sinceBest validations since then
   * @param bestWeights its weights; empty if nobody will ask for them
   */
  public record Progress(long bestStep, double bestLoss, int sinceBest, float[] bestWeights) {
    /** Before any validation. */
    public static Progress none() {
      return new Progress(0, Double.POSITIVE_INFINITY, 0, new float[0]);
    }

    /** After one more validation that was not better. */
    public Progress withoutGain() {
      return new Progress(bestStep, bestLoss, sinceBest + 1, bestWeights);
    }

    /** True if the best weights are at hand, and not only their loss. */
    public boolean hasBestWeights() {
      return bestWeights.length > 0;
    }
  }

  /** The same state, but for how validation went. */
  public Checkpoint with(Progress other) {
    return new Checkpoint(step, epoch, seed, job, data, weights, optimizerState, other);
  }
}
