package dev.convoy.engine.kernel;

/**
 * Lets the scalar sums do most of the work at first. Interpreted, a vector kernel takes a
 * microsecond an instruction, so that a first gradient would cost 0.2 s: at first the vector kernel
 * adds only a few values, until the JIT compiler has had enough of them, and the scalar one, which
 * is compiled at once, the rest. The bits are the same.
 */
final class SettlingGridSums implements GridSums {
  private static final int SETTLING_CALLS = 2000;
  private static final int SETTLING_VALUES = 32;

  private final GridSums settled;
  private final GridSums scalar = new ScalarGridSums();

  /** Since the JVM started; lost counts between threads do no harm. */
  private int calls;

  SettlingGridSums(GridSums settled) {
    this.settled = settled;
  }

  @Override
  public int largest(int n, float[] in, int inOff) {
    if (calls >= SETTLING_CALLS) {
      return settled.largest(n, in, inOff);
    }
    int few = Math.min(n, SETTLING_VALUES);
    return Math.max(settled.largest(few, in, inOff), scalar.largest(n - few, in, inOff + few));
  }

  @Override
  public void add(
      Rounding rounding, int n, boolean first, float[] in, int inOff, double[] sums, int sumsOff) {
    if (calls >= SETTLING_CALLS) {
      settled.add(rounding, n, first, in, inOff, sums, sumsOff);
      return;
    }
    calls++;
    int few = Math.min(n, SETTLING_VALUES);
    settled.add(rounding, few, first, in, inOff, sums, sumsOff);
    scalar.add(rounding, n - few, first, in, inOff + few, sums, sumsOff + few);
  }
}
