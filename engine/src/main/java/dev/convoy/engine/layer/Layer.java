package dev.convoy.engine.layer;

import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.tensor.Tensor;

/**
 * A layer bound to its input shape and to its place in the flat parameter array. Immutable:
 * weights, activations, gradients and working memory come with every call.
 *
 * <p>Call order in one step: {@link #load}; forward on every block; {@link #clearGradient};
 * backward on every block; {@link #storeGradient}. Tensors hold whole blocks of 16 examples in the
 * layout of {@link dev.convoy.engine.tensor.Lanes}.
 */
public interface Layer {

  /** Shape of one example on the way in. */
  Shape input();

  /** Shape of one example on the way out. */
  Shape output();

  /**
   * True if the outputs went through a ReLU, so that the layer above must stop gradients where its
   * input is 0.
   */
  default boolean endsInRelu() {
    return false;
  }

  /**
   * True if it sees the whole micro-batch at once, and all above it with it; the others work one
   * block after the other, while it is in cache.
   */
  default boolean seesWholeMicroBatch() {
    return false;
  }

  /**
   * Working memory for one thread.
   *
   * @param arena where to take it from
   * @param maxBlocks most blocks of a backward call
   * @param training false if there will be no backward
   * @param inputGradient false if backward will never get a {@code dIn}
   */
  Scratch newScratch(Arena arena, int maxBlocks, boolean training, boolean inputGradient);

  /** Prepares the weights of a step. */
  default void load(Kernels kernels, float[] weights, Scratch scratch) {}

  /**
   * Overwrites {@code out}.
   *
   * @param pass kernels, randomness, and which block of the micro-batch is the first
   * @param scratch this layer's working memory
   * @param blocks of examples in {@code in} and {@code out}
   */
  void forward(Pass pass, Scratch scratch, int blocks, Tensor in, Tensor out);

  /** Starts the sums of parameter gradients at zero. */
  default void clearGradient(Scratch scratch) {}

  /**
   * Adds to the sums of parameter gradients and overwrites {@code dIn}.
   *
   * @param pass at the same block as forward was
   * @param out what forward gave for {@code in}
   * @param dOut gradient of the loss with respect to {@code out}
   * @param gated true if a ReLU made {@code in}: {@code dIn} is 0 where {@code in} is 0
   * @param dIn gradient with respect to {@code in}, or null if nobody needs it
   */
  void backward(
      Pass pass,
      Scratch scratch,
      int blocks,
      Tensor in,
      Tensor out,
      Tensor dOut,
      boolean gated,
      Tensor dIn);

  /** Overwrites this layer's part of the flat gradient with the sums. */
  default void storeGradient(Scratch scratch, float[] gradient) {}
}
