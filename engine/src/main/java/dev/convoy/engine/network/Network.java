package dev.convoy.engine.network;

import dev.convoy.engine.data.Batch;

/**
 * A {@link ModelSpec} bound to shapes and parameter offsets. Immutable and shared between threads;
 * all state lives in three other places: weights (one flat array, read-only), {@link Workspace}
 * (one a thread), optimizer state (elsewhere).
 *
 * <p>Call order for one step: {@link #load} the weights into a workspace, then for each micro-batch
 * {@link #gradient}, or {@link #predict}.
 */
public final class Network {

  private final ModelSpec spec;

  /**
   * Binds {@code spec}. @throws IllegalArgumentException naming the layer whose input does not fit
   */
  public Network(ModelSpec spec) {
    this.spec = spec;
  }

  public ModelSpec spec() {
    return spec;
  }

  /** Length of the flat parameter array. */
  public int parameterCount() {
    throw new IllegalStateException();
  }

  /** Values that leave the last layer, for a classifier the number of classes. */
  public int outputs() {
    throw new IllegalStateException();
  }

  /** Names and places of the parameter arrays. */
  public ParameterLayout parameters() {
    throw new IllegalStateException();
  }

  /** Fresh weights: a pure function of the seed. */
  public float[] initialWeights(long seed) {
    throw new IllegalStateException();
  }

  /**
   * Buffers for micro-batches of up to {@code maxExamples}; {@code training} keeps what backward
   * needs.
   */
  public Workspace newWorkspace(int maxExamples, boolean training) {
    throw new IllegalStateException();
  }

  /**
   * Packs {@code weights} into the workspace; once a step, before {@link #gradient} or {@link
   * #predict}.
   */
  public void load(float[] weights, Workspace workspace) {
    throw new IllegalStateException();
  }

  /**
   * Forward, loss and backward over one micro-batch. Overwrites {@code gradient} with the SUM over
   * the examples of the loss gradient (take means once, later). Loss sum and correct count are then
   * in {@code workspace}.
   *
   * @param seed and {@code step} key dropout together with the examples' ids
   */
  public void gradient(Batch batch, long seed, long step, Workspace workspace, float[] gradient) {
    throw new IllegalStateException();
  }

  /**
   * Forward and loss without gradient. The loss sum and the number of correct examples are then in
   * {@code workspace}; {@code outputs} (may be null) is overwritten with probabilities (softmax,
   * sigmoid) or plain outputs (squared): {@code [example][output]}.
   */
  public void predict(Batch batch, Workspace workspace, float[] outputs) {
    throw new IllegalStateException();
  }
}
