package dev.convoy.engine.bench;

import dev.convoy.engine.data.ImageSet;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/**
 * Training and inference examples/s on one core, for each net and three micro-batches, and for two
 * that are not full: 7 and 31 of 32.
 */
final class NetTable {
  private static final float RATE = 1e-4f;
  private static final long WINDOW_NANOS = 150_000_000;
  private static final int WINDOWS = Integer.getInteger("convoy.bench.windows", 7);

  private NetTable() {}

  static void run() {
    System.out.printf(
        Locale.ROOT,
        "%-9s %11s %12s %12s   examples/s on one core, batch = micro-batch%n",
        "net",
        "micro-batch",
        "training",
        "inference");
    for (Nets net : Nets.values()) {
      for (int size : new int[] {7, 31, 32, 64, 128}) {
        ImageSet images = net.images(EngineRun.BATCHES * size);
        EngineRun training = new EngineRun(net.spec(), images, size, size, true);
        EngineRun inference = new EngineRun(net.spec(), images, size, size, false);
        System.out.printf(
            Locale.ROOT,
            "%-9s %11d %12.0f %12.0f%n",
            net.id(),
            size,
            rate(() -> training.step(RATE), size),
            rate(inference::predict, size));
      }
    }
  }

  private static double rate(DoubleSupplier work, int examples) {
    Rates.window(work, examples, 5 * WINDOW_NANOS);
    double[] rates = new double[WINDOWS];
    for (int i = 0; i < rates.length; i++) {
      rates[i] = Rates.window(work, examples, WINDOW_NANOS);
    }
    return Rates.quantile(rates, 0.5);
  }
}
