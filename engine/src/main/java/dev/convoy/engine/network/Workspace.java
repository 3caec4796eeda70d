package dev.convoy.engine.network;

/**
 * The buffers of one thread: activations, gradients of activations, packed weights. Reused from
 * step to step; never shared between threads.
 */
public final class Workspace {
  double lossSum;
  int correct;

  Workspace() {}

  /** Sum over the examples of the last micro-batch of the loss (natural logarithm). */
  public double lossSum() {
    return lossSum;
  }

  /**
   * Examples of the last micro-batch whose largest output was at their label (first maximum wins).
   */
  public int correct() {
    return correct;
  }
}
