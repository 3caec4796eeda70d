package dev.convoy.engine.optimizer;

/**
 * Stochastic gradient descent with momentum (dampening 0) and Nesterov's variant, as PyTorch
 * defines them.
 */
public record Sgd(float momentum, boolean nesterov) implements Optimizer {
  @Override
  public float[] newState(int parameters) {
    return momentum == 0f ? new float[0] : new float[parameters];
  }

  @Override
  public void update(
      float[] weights,
      float[] gradient,
      float[] state,
      int from,
      int to,
      float decay,
      float learningRate,
      long step) {
    throw new IllegalStateException();
  }
}
