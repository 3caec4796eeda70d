package dev.convoy.engine.optimizer;

/** Adam (Kingma and Ba 2015) and, if {@code decoupled}, AdamW (Loshchilov and Hutter 2019). */
public record Adam(float beta1, float beta2, float epsilon, boolean decoupled)
    implements Optimizer {
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
    throw new IllegalStateException();
  }
}
