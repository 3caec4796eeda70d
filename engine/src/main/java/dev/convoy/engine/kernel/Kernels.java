package dev.convoy.engine.kernel;

/**
 * The hot operations, on bare arrays. Callers have validated; implementations only {@code assert}.
 *
 * <p>A <em>line</em> is 16 ({@link dev.convoy.engine.tensor.Lanes}) consecutive floats, one for
 * each example of a block. Each method states the order of its sums; with {@link Math#fma} (or a
 * vector instruction that rounds as it does) in that order, every implementation returns the same
 * bits whatever the width of its registers. {@link ScalarKernels} is the specification.
 */
public interface Kernels {
  /** What happens to a finished sum v before it is stored. */
  enum End {
    /** Nothing. */
    PLAIN,
    /** ReLU: {@code v < 0 ? 0 : v}, which keeps NaN visible. */
    RELU,
    /** Backward through a ReLU whose output is {@code gate}: {@code gate > 0 ? v : 0}. */
    GATE
  }

  /** Name of this implementation, for messages: {@code vector} or {@code scalar}. */
  String name();

  /**
   * True if loops along rows, {@link WindowProducts#rows4}, are faster than tiles: C2 vectorises
   * the one in plain Java, not the other. Decides speed and no bit.
   */
  boolean prefersRows();

  /** Weights times lines. */
  WindowProducts windows();

  /** Lines times lines. */
  GradientProducts gradients();

  /** Exponentials and what is made of them. */
  Functions functions();

  /** Transforms of convolutions that save multiplications. */
  WinogradTransforms winograd();

  /** Means and deviations of groups of lines. */
  Moments moments();

  /** Exact sums. */
  GridSums gridSums();

  /**
   * Max pooling, 2x2, stride 2, over one row of outputs: {@code outputs} pixels of {@code length}
   * floats each; {@code row} floats between the two input rows. NaN in a window is its maximum.
   */
  void maxPool2x2(int outputs, int length, int row, float[] in, int inOff, float[] out, int outOff);

  /**
   * Backward of {@link #maxPool2x2}: overwrites {@code dIn} with the gradient at the first place of
   * each maximum and 0 elsewhere. With {@code gated}, the maximum must be above 0 as well (a ReLU
   * made the input).
   */
  void maxPool2x2Backward(
      int outputs,
      int length,
      int row,
      float[] in,
      int inOff,
      float[] out,
      int outOff,
      float[] dOut,
      int dOutOff,
      boolean gated,
      float[] dIn,
      int dInOff);

  /** {@code out = in > out ? in : out} over n floats; NaN if one of them is. */
  void max(int n, float[] in, int inOff, float[] out, int outOff);

  /**
   * Hands the gradient {@code rest} to the first place that holds the maximum: where {@code in} is
   * not below {@code top}: {@code dIn += rest; rest = 0}, over n floats. Where the maximum is NaN
   * that is the first place of the window.
   */
  void routeMax(
      int n,
      float[] in,
      int inOff,
      float[] top,
      int topOff,
      float[] rest,
      int restOff,
      float[] dIn,
      int dInOff);

  /** {@code out += in} over n floats. */
  void add(int n, float[] in, int inOff, float[] out, int outOff);

  /**
   * Adds up {@code count} rows of n floats, {@code step} apart: {@code out += in[j step]}, j
   * ascending; n is a multiple of 16.
   */
  void addRows(int n, int count, float[] in, int inOff, int step, float[] out, int outOff);

  /** {@code out = fma(in, factor, out)} over n floats. */
  void addScaled(int n, float factor, float[] in, int inOff, float[] out, int outOff);

  /**
   * Moves n weights along their means by their root mean squares: {@code w -= rate * (m / (sqrt(v)
   * * widen + epsilon))}, without fused multiply-add.
   */
  void step(
      int n,
      float rate,
      float widen,
      float epsilon,
      float[] m,
      int mOff,
      float[] v,
      int vOff,
      float[] w,
      int wOff);

  /** {@code out = in < 0 ? 0 : in} over n floats. */
  void relu(int n, float[] in, int inOff, float[] out, int outOff);

  /** {@code d = gate > 0 ? d : 0} over n floats. */
  void gate(int n, float[] gate, int gateOff, float[] d, int dOff);

  /** Copies n lines, {@code inStep} floats apart, to places {@code outStep} floats apart. */
  void copyLines(int n, float[] in, int inOff, int inStep, float[] out, int outOff, int outStep);

  /**
   * Copies n groups of four consecutive floats to places {@code outStep} floats apart. Up to 12
   * floats past the last group may be read, and up to 12 past each group's place overwritten.
   */
  void scatterFours(int n, float[] in, int inOff, float[] out, int outOff, int outStep);
}
