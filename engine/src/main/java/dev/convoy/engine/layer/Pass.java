package dev.convoy.engine.layer;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Kernels;

/**
 * What a layer may need to know of the pass it works in, beside its data. One a workspace; reused.
 */
public final class Pass {
  private final Kernels kernels;
  private boolean training;
  private long seed;
  private long step;
  private long[] ids;
  private int examples;
  private int firstExample;

  /** A pass that uses these kernels. */
  public Pass(Kernels kernels) {
    this.kernels = kernels;
  }

  /**
   * A pass over a micro-batch of {@code examples} that keeps what backward needs; {@code seed},
   * {@code step} and the examples' ids key everything random.
   */
  public void train(long seed, long step, long[] ids, int examples) {
    this.training = true;
    this.seed = seed;
    this.step = step;
    this.ids = ids;
    this.examples = examples;
  }

  /** A pass without randomness. */
  public void infer() {
    this.training = false;
    this.ids = null;
  }

  /** Position in the micro-batch of the first example of the block at hand. */
  public void at(int example) {
    this.firstExample = example;
  }

  Kernels kernels() {
    return kernels;
  }

  /** True if backward will follow. */
  boolean training() {
    return training;
  }

  /** Examples of the whole micro-batch; in training only. */
  int examples() {
    return examples;
  }

  long seed() {
    return seed;
  }

  long step() {
    return step;
  }

  /** The block at hand, or the first of them. */
  int block() {
    return firstExample / LANES;
  }

  /** Identity of the example in lane {@code lane} of the block at hand. */
  long id(int lane) {
    return ids[firstExample + lane];
  }
}
