package dev.convoy.engine.bench;

import com.sun.management.ThreadMXBean;
import dev.convoy.engine.data.ImageSet;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/** Bytes that the calling thread allocates a micro-batch once all is warm: must be 0. */
final class Allocation {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int MICRO_BATCHES = 1000;

  private Allocation() {}

  static void run() {
    System.out.printf(
        Locale.ROOT,
        "%-9s %12s %12s   bytes a micro-batch of 32%n",
        "net",
        "training",
        "inference");
    for (Nets net : Nets.values()) {
      ImageSet images = Digits.make(EngineRun.BATCHES * 64);
      EngineRun training = new EngineRun(net.spec(), images, 64, 32, true);
      EngineRun inference = new EngineRun(net.spec(), images, 64, 32, false);
      System.out.printf(
          Locale.ROOT,
          "%-9s %12.3f %12.3f%n",
          net.id(),
          bytes(() -> training.step(1e-4f)),
          bytes(inference::predict));
    }
  }

  private static double bytes(DoubleSupplier work) {
    long until = System.nanoTime() + 2_500_000_000L;
    while (System.nanoTime() < until) {
      work.getAsDouble();
    }
    long thread = Thread.currentThread().getId();
    // the query itself allocates a fixed amount: take it off
    long before = THREADS.getThreadAllocatedBytes(thread);
    long query = THREADS.getThreadAllocatedBytes(thread) - before;
    before = THREADS.getThreadAllocatedBytes(thread);
    double sum = 0;
    for (int i = 0; i < MICRO_BATCHES / 2; i++) {
      sum += work.getAsDouble();
    }
    long after = THREADS.getThreadAllocatedBytes(thread);
    if (Double.isNaN(sum)) {
      throw new IllegalStateException("the net diverged");
    }
    return (after - before - query) / (double) MICRO_BATCHES;
  }
}
