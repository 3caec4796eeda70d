package dev.convoy.engine.kernel;

/**
 * Vector code that the JIT compiler has not reached yet is a thousand times slower: compiling it
 * costs a softmax half a second. A short job never earns that back, so the scalar functions serve
 * first; the bits are the same.
 */
final class SettlingFunctions implements Functions {
  /** Two a block of 16 examples in training: about half a million examples. */
  private static final int SCALAR_CALLS = 60_000;

  private final Functions settled;
  private final Functions scalar = new ScalarFunctions();

  /** Since the JVM started; lost counts between threads do no harm. */
  private int calls;

  SettlingFunctions(Functions settled) {
    this.settled = settled;
  }

  /** What serves in the end. */
  Functions settled() {
    return settled;
  }

  private Functions now() {
    if (calls < SCALAR_CALLS) {
      calls++;
      return scalar;
    }
    return settled;
  }

  @Override
  public void exp(int n, double[] x, int off) {
    now().exp(n, x, off);
  }

  @Override
  public void sigmoid(int n, float[] in, int inOff, double[] work, float[] out, int outOff) {
    now().sigmoid(n, in, inOff, work, out, outOff);
  }

  @Override
  public void tanh(int n, float[] in, int inOff, double[] work, float[] out, int outOff) {
    now().tanh(n, in, inOff, work, out, outOff);
  }

  @Override
  public void softmax(int outputs, float[] z, int zOff, double[] work) {
    now().softmax(outputs, z, zOff, work);
  }

  @Override
  public void probabilities(int outputs, double[] work, float[] out, int outOff) {
    now().probabilities(outputs, work, out, outOff);
  }
}
