package dev.convoy.engine.optimizer;

/**
 * Updates a flat weight array from a flat mean gradient. Call order: once {@link #newState}, then
 * for each step {@link #update}. An optimizer is immutable; all that changes is in the state array,
 * so that a checkpoint is the weights, the state and the step number.
 */
public interface Optimizer {

  /**
   * Zeroed state for {@code parameters} weights; length is a multiple of {@code parameters},
   * perhaps 0.
   */
  float[] newState(int parameters);

  /**
   * One step, in place.
   *
   * @param weights updated
   * @param gradient mean gradient, read only
   * @param state updated; made by {@link #newState}
   * @param from first index to update, {@code to} one past the last (so that frozen ranges are
   *     skipped)
   * @param decay weight decay for this range, 0 for none: added to the gradient (L2), or decoupled
   *     where the optimizer says so
   * @param learningRate of this step
   * @param step number of this step, from 1
   */
  void update(
      float[] weights,
      float[] gradient,
      float[] state,
      int from,
      int to,
      float decay,
      float learningRate,
      long step);
}
