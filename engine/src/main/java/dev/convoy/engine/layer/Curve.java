package dev.convoy.engine.layer;

/**
 * Functions of one value for {@link Pointwise}, with the formulas and the slopes at corners of
 * PyTorch. They are plain Java on doubles and on the kernels' exponential, without a branch that
 * half of the values take, so that C2 makes vectors of them; the bits are the same everywhere. NaN
 * stays NaN, -0.0 keeps its sign where the function is 0 there, and infinities go to the limit,
 * also those of {@code x P(x)} at minus infinity, where PyTorch has NaN.
 */
public enum Curve {
  /**
   * {@code x > 0 ? x : negativeSlope x} (Maas, Hannun and Ng, Rectifier Nonlinearities Improve
   * Neural Network Acoustic Models, ICML workshop 2013).
   */
  LEAKY_RELU("leakyRelu", "negativeSlope", 0.01f) {
    @Override
    double value(double x, double e, double negativeSlope) {
      return Math.max(x, -0.0) + negativeSlope * Math.min(x, 0.0);
    }

    @Override
    double slope(double x, double e, double negativeSlope) {
      return mix(above(x), 1, negativeSlope);
    }
  },

  /**
   * {@code min(max(x, 0), 6)} (Krizhevsky, Convolutional Deep Belief Networks on CIFAR-10, 2010).
   */
  RELU6("relu6") {
    @Override
    double value(double x, double e, double none) {
      return Math.min(Math.max(x, -0.0), 6);
    }

    @Override
    double slope(double x, double e, double none) {
      return above(Math.min(x, 6 - x));
    }
  },

  /**
   * {@code x > 0 ? x : alpha (e^x - 1)} (Clevert, Unterthiner and Hochreiter, Fast and Accurate
   * Deep Network Learning by Exponential Linear Units, ICLR 2016).
   */
  ELU("elu", "alpha", 1f) {
    @Override
    double exponent(double x) {
      return Math.min(x, 0);
    }

    @Override
    double value(double x, double e, double alpha) {
      double low = Math.min(x, 0);
      // Near 0 the difference would be all rounding: three terms of its series instead.
      double fall = Math.abs(x) < 1e-3 ? low * (1 + low / 2 * (1 + low / 3)) : e - 1;
      return Math.max(x, -0.0) + alpha * fall;
    }

    @Override
    double slope(double x, double e, double alpha) {
      return mix(above(x), 1, alpha * e);
    }
  },

  /**
   * {@code x P(x)} with the normal distribution's {@code P(x) = (1 + erf(x / sqrt 2)) / 2}, not its
   * approximation by tanh (Hendrycks and Gimpel, Gaussian Error Linear Units, arXiv 1606.08415).
   */
  GELU("gelu") {
    @Override
    double exponent(double x) {
      return -0.5 * x * x;
    }

    @Override
    double value(double x, double e, double none) {
      return weighted(x, normalTail(x, e));
    }

    @Override
    double slope(double x, double e, double none) {
      return weightedSlope(x, normalTail(x, e), e * 0.3989422804014327); // 1 / sqrt(2 pi)
    }
  },

  /**
   * {@code x / (1 + e^-x)}, also called swish (Elfwing, Uchibe and Doya, Sigmoid-Weighted Linear
   * Units, Neural Networks 107, 2018).
   */
  SILU("silu") {
    @Override
    double exponent(double x) {
      return -Math.abs(x);
    }

    @Override
    double value(double x, double e, double none) {
      return weighted(x, e / (1 + e));
    }

    @Override
    double slope(double x, double e, double none) {
      double tail = e / (1 + e);
      return weightedSlope(x, tail, tail * (1 - tail));
    }
  },

  /** {@code x relu6(x + 3) / 6} (Howard et al., Searching for MobileNetV3, ICCV 2019). */
  HARD_SWISH("hardSwish") {
    @Override
    double value(double x, double e, double none) {
      return Math.max(x, -3) * Math.min(Math.max(x + 3, 0), 6) / 6;
    }

    @Override
    double slope(double x, double e, double none) {
      double inside = Math.max(-3, Math.min(x, 3)) / 3 + 0.5;
      return mix(above(3 - Math.abs(x)), inside, above(x));
    }
  },

  /**
   * {@code relu6(x + 3) / 6} (Courbariaux, Bengio and David, BinaryConnect, NIPS 2015, with the
   * width of MobileNetV3).
   */
  HARD_SIGMOID("hardSigmoid") {
    @Override
    double value(double x, double e, double none) {
      return Math.min(Math.max(x + 3, 0), 6) / 6;
    }

    @Override
    double slope(double x, double e, double none) {
      return above(3 - Math.abs(x)) / 6;
    }
  },

  /**
   * {@code log(1 + e^x)} (Dugas et al., Incorporating Second-Order Functional Knowledge for Better
   * Option Pricing, NIPS 2000). A float that is more than 20 is its own softplus, as in PyTorch.
   */
  SOFTPLUS("softplus") {
    @Override
    double exponent(double x) {
      return -Math.abs(x);
    }

    @Override
    double value(double x, double e, double none) {
      return Math.max(x, 0) + log1p(e);
    }

    @Override
    double slope(double x, double e, double none) {
      return distribution(x, e / (1 + e));
    }
  };

  /** Tails this far out are 0 as floats, whatever they are multiplied with. */
  private static final double FAR = 700;

  private final String text;
  private final String setting;
  private final float standard;

  Curve(String text) {
    this(text, "", 0f);
  }

  Curve(String text, String setting, float standard) {
    this.text = text;
    this.setting = setting;
    this.standard = standard;
  }

  /** Its layer's name. */
  public String text() {
    return text;
  }

  /** Name of its setting; empty if it has none. */
  public String setting() {
    return setting;
  }

  /** Default of its setting; 0 if it has none. */
  public float standard() {
    return standard;
  }

  /** What of x the exponential is needed of; NaN if {@link #value} and {@link #slope} need none. */
  double exponent(double x) {
    return Double.NaN;
  }

  /** True if they need one. */
  boolean exponential() {
    return !Double.isNaN(exponent(0));
  }

  /** The function of x, given {@code e = e^exponent(x)} and its setting. */
  abstract double value(double x, double e, double setting);

  /** The derivative, likewise. */
  abstract double slope(double x, double e, double setting);

  /** {@code x > 0 ? 1 : 0} of a difference of floats, without a branch. */
  private static double above(double x) {
    return Math.max(0, Math.min(x * 1e300, 1));
  }

  /** a where {@code which} is 1, b where it is 0. */
  private static double mix(double which, double a, double b) {
    return which * a + (1 - which) * b;
  }

  /** {@code x P(x)} of a symmetric distribution P, given {@code tail = P(-|x|)}. */
  private static double weighted(double x, double tail) {
    return Math.max(x, -0.0) - Math.min(Math.abs(x), FAR) * tail;
  }

  /** {@code P(x) + x P'(x)}, given {@code density = P'(x)} too. */
  private static double weightedSlope(double x, double tail, double density) {
    return distribution(x, tail) + Math.max(-FAR, Math.min(x, FAR)) * density;
  }

  /** P(x): {@code x < 0 ? tail : 1 - tail}. */
  private static double distribution(double x, double tail) {
    return mix(above(x), 1 - tail, tail);
  }

  /**
   * {@code P(-|x|)} of the normal distribution, given {@code e = e^(-x^2 / 2)}: {@code e} times a
   * polynomial in {@code 1 / (1 + p |x|)}, the form of Hastings (Abramowitz and Stegun 7.1.26) with
   * more terms, fitted at Chebyshev's points for {@code |x| <= 14.5}. Relative error below 4e-9,
   * far inside a float; further out even {@code x P(x)} is 0.
   */
  private static double normalTail(double x, double e) {
    double s = 1 / (1 + 0.24 * Math.min(Math.abs(x), FAR));
    double p = 0.025693751666116829;
    p = Math.fma(p, s, -0.12560405506562141);
    p = Math.fma(p, s, 0.2078939253026624);
    p = Math.fma(p, s, -0.14768882772215143);
    p = Math.fma(p, s, 0.14446852648443266);
    p = Math.fma(p, s, 0.02643706624374289);
    p = Math.fma(p, s, 0.088391567680964581);
    p = Math.fma(p, s, 0.08879148332584534);
    p = Math.fma(p, s, 0.095875484139170888);
    p = Math.fma(p, s, 0.095741079434709793);
    return e * (p * s);
  }

  /**
   * {@code log(1 + u)} for u in 0..1: {@code 2 atanh z = 2 (z + z^3 / 3 + z^5 / 5 ...)} with {@code
   * z = u / (2 + u)}, to z^17. Relative error below 2e-10.
   */
  private static double log1p(double u) {
    double z = u / (2 + u);
    double q = z * z;
    double p = 1.0 / 17;
    p = Math.fma(p, q, 1.0 / 15);
    p = Math.fma(p, q, 1.0 / 13);
    p = Math.fma(p, q, 1.0 / 11);
    p = Math.fma(p, q, 1.0 / 9);
    p = Math.fma(p, q, 1.0 / 7);
    p = Math.fma(p, q, 1.0 / 5);
    p = Math.fma(p, q, 1.0 / 3);
    p = Math.fma(p, q, 1.0);
    return 2 * z * p;
  }
}
