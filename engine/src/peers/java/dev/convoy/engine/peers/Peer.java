package dev.convoy.engine.peers;

/** One side of the race. Used by one thread. */
interface Peer extends AutoCloseable {
  /** What tables call it. */
  String name();

  /** True if it computes with fewer bits than the engine's 32. */
  default boolean lessPrecise() {
    return name().contains("bf16");
  }

  /** One training step. Returns the mean loss before the update. */
  double step(float learningRate);

  /** Probabilities for one batch. Returns the first example's probability of class 0. */
  double predict();

  /**
   * Examples a second over a window.
   *
   * @param nanos length of the window; the step under way when it ends is finished and counts
   * @param learningRate of training steps; unused in inference
   */
  double rate(long nanos, float learningRate);

  @Override
  void close();
}
