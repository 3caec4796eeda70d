package dev.convoy.engine.optimizer;

import dev.convoy.engine.error.InvalidInputException;

/**
 * Stochastic gradient descent with momentum (dampening 0) and Nesterov's variant, as PyTorch
 * defines them:
 *
 * <pre>
 * g = gradient + decay * w
 * v = momentum * v + g
 * w = w - learningRate * v                       plain momentum
 * w = w - learningRate * (g + momentum * v)      Nesterov
 * </pre>
 *
 * <p>State: v, one value a parameter; none without momentum. Source: I. Sutskever, J. Martens, G.
 * Dahl, G. Hinton, "On the importance of initialization and momentum in deep learning", ICML 2013.
 *
 * @param momentum 0 for none; below 1
 * @param nesterov needs momentum
 */
public record Sgd(float momentum, boolean nesterov) implements Optimizer {
  /** Checks and copies what is given. */
  public Sgd {
    if (!(momentum >= 0f && momentum < 1f)) {
      throw new InvalidInputException(
          "sgd: got momentum " + momentum + ", expected 0 <= momentum < 1, for example 0.9");
    }
    if (nesterov && momentum == 0f) {
      throw new InvalidInputException(
          "sgd: got nesterov with momentum 0, expected a momentum above 0, for example 0.9");
    }
  }

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
    Checks.update(
        weights,
        gradient,
        state,
        momentum == 0f ? 0 : weights.length,
        from,
        to,
        learningRate,
        step);
    if (momentum == 0f) {
      plain(weights, gradient, from, to, decay, learningRate);
    } else if (nesterov) {
      nesterov(weights, gradient, state, from, to, decay, learningRate);
    } else {
      momentum(weights, gradient, state, from, to, decay, learningRate);
    }
  }

  private static void plain(float[] w, float[] gradient, int from, int to, float decay, float lr) {
    for (int i = from; i < to; i++) {
      w[i] -= lr * (gradient[i] + decay * w[i]);
    }
  }

  private void momentum(
      float[] w, float[] gradient, float[] v, int from, int to, float decay, float lr) {
    float momentum = this.momentum;
    for (int i = from; i < to; i++) {
      float speed = momentum * v[i] + (gradient[i] + decay * w[i]);
      v[i] = speed;
      w[i] -= lr * speed;
    }
  }

  private void nesterov(
      float[] w, float[] gradient, float[] v, int from, int to, float decay, float lr) {
    float momentum = this.momentum;
    for (int i = from; i < to; i++) {
      float g = gradient[i] + decay * w[i];
      float speed = momentum * v[i] + g;
      v[i] = speed;
      w[i] -= lr * (g + momentum * speed);
    }
  }
}
