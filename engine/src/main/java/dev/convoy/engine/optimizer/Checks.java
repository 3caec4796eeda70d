package dev.convoy.engine.optimizer;

import dev.convoy.engine.error.InvalidInputException;

/** The checks that every optimizer makes once a call, so that its loops need none. */
final class Checks {
  private Checks() {}

  static void update(
      float[] weights,
      float[] gradient,
      float[] state,
      long stateLength,
      int from,
      int to,
      float learningRate,
      long step) {
    if (gradient.length != weights.length || state.length != stateLength) {
      throw new InvalidInputException(
          "optimizer: got "
              + weights.length
              + " weights, "
              + gradient.length
              + " gradients and a state of "
              + state.length
              + ", expected as many gradients as weights and a state of "
              + stateLength
              + "; make the state with newState");
    }
    if (from < 0 || to < from || to > weights.length) {
      throw new InvalidInputException(
          "optimizer: got the range "
              + from
              + " to "
              + to
              + ", expected a part of 0 to "
              + weights.length);
    }
    if (!Float.isFinite(learningRate)) {
      throw new InvalidInputException(
          "optimizer: got a learning rate of " + learningRate + ", expected a finite number");
    }
    if (step < 1) {
      throw new InvalidInputException(
          "optimizer: got step " + step + ", expected steps counted from 1");
    }
  }
}
