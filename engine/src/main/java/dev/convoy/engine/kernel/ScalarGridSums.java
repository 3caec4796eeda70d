package dev.convoy.engine.kernel;

/** {@link GridSums} in plain Java: the specification. */
final class ScalarGridSums implements GridSums {
  @Override
  public int largest(int n, float[] in, int inOff) {
    int largest = 0;
    for (int i = 0; i < n; i++) {
      int bits = Float.floatToRawIntBits(in[inOff + i]);
      largest = Math.max(largest, bits & Integer.MAX_VALUE);
    }
    return largest;
  }

  @Override
  public void add(
      Rounding rounding, int n, boolean first, float[] in, int inOff, double[] sums, int sumsOff) {
    double magic = rounding.magic();
    double stretched = rounding.scale() * 0x1p896;
    if (first) {
      for (int i = 0; i < n; i++) {
        int bits = Float.floatToRawIntBits(in[inOff + i]);
        sums[sumsOff + i] = (widened(bits) * stretched + magic) - magic;
      }
    } else {
      for (int i = 0; i < n; i++) {
        int bits = Float.floatToRawIntBits(in[inOff + i]);
        sums[sumsOff + i] += (widened(bits) * stretched + magic) - magic;
      }
    }
  }

  /**
   * A float, widened by hand: its bits, moved to the places of a double, are the value times
   * 2^-896. The machine's conversion leaves half of its target register as it was, so that each
   * waits for the one before.
   */
  private static double widened(int bits) {
    return Double.longBitsToDouble((long) bits << 29 & 0x8FFFFFFFFFFFFFFFL);
  }
}
