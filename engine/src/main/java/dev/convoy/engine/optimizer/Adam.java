package dev.convoy.engine.optimizer;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.kernel.KernelProvider;

/**
 * Adam and, if {@code decoupled}, AdamW, as PyTorch defines them. At step t:
 *
 * <pre>
 * g = gradient + decay * w                 Adam
 * w = w - learningRate * decay * w         AdamW, and g = gradient
 * m = beta1 * m + (1 - beta1) * g
 * v = beta2 * v + (1 - beta2) * g * g
 * w = w - learningRate / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + epsilon)
 * </pre>
 *
 * <p>State: m of all parameters, then v of all. The powers are taken in double by {@link
 * StrictMath}, the rest in float. Sources: D. P. Kingma, J. Ba, "Adam: a method for stochastic
 * optimization", ICLR 2015; I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR
 * 2019.
 *
 * @param beta1 decay of the mean, usually 0.9
 * @param beta2 decay of the mean square, usually 0.999
 * @param epsilon keeps the divisor from 0, usually 1e-8
 * @param decoupled AdamW
 */
public record Adam(float beta1, float beta2, float epsilon, boolean decoupled)
    implements Optimizer {
  /** Checks and copies what is given. */
  public Adam {
    fraction("beta1", beta1, "0.9");
    fraction("beta2", beta2, "0.999");
    if (!(epsilon > 0f && epsilon < Float.POSITIVE_INFINITY)) {
      throw new InvalidInputException(
          "adam: got epsilon " + epsilon + ", expected a number above 0, for example 1e-8");
    }
  }

  private static void fraction(String name, float value, String example) {
    if (!(value >= 0f && value < 1f)) {
      throw new InvalidInputException(
          "adam: got "
              + name
              + " "
              + value
              + ", expected 0 <= "
              + name
              + " < 1, for example "
              + example);
    }
  }

  @Override
  public float[] newState(int parameters) {
    return new float[Math.multiplyExact(2, parameters)];
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
    Checks.update(weights, gradient, state, 2L * weights.length, from, to, learningRate, step);
    if (decoupled && decay != 0f) {
      float keep = 1f - learningRate * decay;
      for (int i = from; i < to; i++) {
        weights[i] *= keep;
      }
    }
    float l2 = decoupled ? 0f : decay;
    moments(weights, gradient, state, from, to, l2);
    double bias1 = 1 - StrictMath.pow(beta1, step);
    double bias2 = 1 - StrictMath.pow(beta2, step);
    float rate = (float) (learningRate / bias1);
    float widen = (float) (1 / Math.sqrt(bias2));
    int second = weights.length + from;
    KernelProvider.get()
        .step(to - from, rate, widen, epsilon, state, from, state, second, weights, from);
  }

  /** One stream of state a loop, or C2 would not vectorise it. */
  private void moments(float[] w, float[] gradient, float[] state, int from, int to, float l2) {
    float beta1 = this.beta1;
    float beta2 = this.beta2;
    float new1 = 1f - beta1;
    float new2 = 1f - beta2;
    for (int i = from; i < to; i++) {
      float g = gradient[i] + l2 * w[i];
      state[i] = beta1 * state[i] + new1 * g;
    }
    int second = w.length;
    for (int i = from; i < to; i++) {
      float g = gradient[i] + l2 * w[i];
      state[second + i] = beta2 * state[second + i] + new2 * (g * g);
    }
  }
}
