package dev.convoy.engine.kernel;

/**
 * The exponential function with the same bits on every machine: {@code e^x = 2^k e^r}, {@code |r|
 * <= ln 2 / 2}, e^r by its Taylor polynomial of degree 12 in fused multiply-adds. Relative error
 * below 1e-14, far inside a float. {@link StrictMath} would serve too, several times slower. {@link
 * Functions} has the same for many values at once.
 */
public final class Exp {
  /** Arguments beyond plus or minus this are clamped. */
  static final double LARGEST = 700;

  static final double LOG2_E = 1.4426950408889634;
  static final double LN2_HIGH = 6.93147180369123816490e-01;
  static final double LN2_LOW = 1.90821492927058770002e-10;

  /**
   * Added and subtracted, it rounds to a whole number, which then stands in the lowest bits of the
   * sum.
   */
  static final double ROUND = 0x1.8p52;

  private Exp() {}

  /** {@code e^x}; x is clamped to [-700, 700], NaN stays NaN. */
  public static double exp(double x) {
    double clamped = x > LARGEST ? LARGEST : x < -LARGEST ? -LARGEST : x;
    double k = Math.rint(clamped * LOG2_E);
    double r = Math.fma(-k, LN2_LOW, Math.fma(-k, LN2_HIGH, clamped));
    double p = 1.0 / 479001600;
    p = Math.fma(p, r, 1.0 / 39916800);
    p = Math.fma(p, r, 1.0 / 3628800);
    p = Math.fma(p, r, 1.0 / 362880);
    p = Math.fma(p, r, 1.0 / 40320);
    p = Math.fma(p, r, 1.0 / 5040);
    p = Math.fma(p, r, 1.0 / 720);
    p = Math.fma(p, r, 1.0 / 120);
    p = Math.fma(p, r, 1.0 / 24);
    p = Math.fma(p, r, 1.0 / 6);
    p = Math.fma(p, r, 0.5);
    p = Math.fma(p, r, 1.0);
    p = Math.fma(p, r, 1.0);
    return p * Double.longBitsToDouble(((long) k + 1023) << 52);
  }

  /** {@code 1 / (1 + e^-x)}. */
  public static double sigmoid(double x) {
    return 1.0 / (1.0 + exp(-x));
  }

  /** Hyperbolic tangent, {@code (1 - e^-2|x|) / (1 + e^-2|x|)} with the sign of x. */
  public static double tanh(double x) {
    double e = exp(-2.0 * Math.abs(x));
    double t = (1.0 - e) / (1.0 + e);
    return x < 0 ? -t : t;
  }
}
