package dev.convoy.engine.bench;

import java.util.Locale;

/**
 * Times work in slots of about a millisecond, each between two runs of {@link FmaPeak}: on a shared
 * machine whose speed changes, only the ratio of neighbours means anything.
 */
final class Slots {
  private static final int COUNT = Integer.getInteger("convoy.bench.slots", 150);
  private static final long WARM_UP_NANOS =
      Integer.getInteger("convoy.bench.warmUpMillis", 700) * 1_000_000L;

  /**
   * What came out.
   *
   * @param micros median time of one call
   * @param rate median rate, in units of 1e9 a second
   * @param fast rate of the 95th percentile: the machine at its faster level
   * @param share median share of the peak measured next to it, with quartiles
   */
  record Result(double micros, double rate, double fast, double low, double share, double high) {}

  private Slots() {}

  /** Prints the heading of {@link #print}. */
  static void heading() {
    System.out.printf(
        Locale.ROOT,
        "%-34s %9s %8s %8s %7s %9s%n",
        "kernel",
        "us",
        "GFLOP/s",
        "fast",
        "% peak",
        "p25-p75");
  }

  /** Measures one case and prints one row. */
  static void print(Case item) {
    boolean arithmetic = item.flop() > 0;
    Result r = measure(arithmetic ? item.flop() : item.bytes(), item.work());
    System.out.printf(
        Locale.ROOT, "%-34s %9.2f %8.1f %8.1f", item.name(), r.micros, r.rate, r.fast);
    System.out.println(
        arithmetic
            ? String.format(
                Locale.ROOT, " %6.0f%% %5.0f-%.0f", 100 * r.share, 100 * r.low, 100 * r.high)
            : " GB/s");
  }

  /** Measures {@code work} of {@code flop} floating-point operations. */
  static Result measure(double flop, Runnable work) {
    int repeats = warmUp(work);
    double[] nanos = new double[COUNT];
    double[] rates = new double[COUNT];
    double[] shares = new double[COUNT];
    for (int i = 0; i < COUNT; i++) {
      double before = FmaPeak.measure();
      long start = System.nanoTime();
      for (int k = 0; k < repeats; k++) {
        work.run();
      }
      double elapsed = System.nanoTime() - start;
      double after = FmaPeak.measure();
      nanos[i] = elapsed / repeats;
      rates[i] = flop / nanos[i];
      shares[i] = rates[i] / ((before + after) / 2);
    }
    return new Result(
        Rates.quantile(nanos, 0.5) / 1e3,
        Rates.quantile(rates, 0.5),
        Rates.quantile(rates, 0.95),
        Rates.quantile(shares, 0.25),
        Rates.quantile(shares, 0.5),
        Rates.quantile(shares, 0.75));
  }

  private static int warmUp(Runnable work) {
    FmaPeak.warmUp();
    long start = System.nanoTime();
    for (int n = 0; n < 20 || System.nanoTime() - start < WARM_UP_NANOS; n++) {
      work.run();
    }
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 20; i++) {
      long from = System.nanoTime();
      work.run();
      best = Math.min(best, System.nanoTime() - from);
    }
    return (int) Math.max(1, 1_000_000 / Math.max(1, best));
  }
}
