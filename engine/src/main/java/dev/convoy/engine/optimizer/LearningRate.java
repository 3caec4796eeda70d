package dev.convoy.engine.optimizer;

/** A learning rate for each step: a pure function, so resuming needs no state. */
public sealed interface LearningRate {
  /** The rate of step {@code step} (from 1) of {@code totalSteps}. */
  float at(long step, long totalSteps);

  /** Always {@code rate}. */
  record Constant(float rate) implements LearningRate {
    @Override
    public float at(long step, long totalSteps) {
      return rate;
    }
  }
}
