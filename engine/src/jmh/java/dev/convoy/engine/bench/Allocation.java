package dev.convoy.engine.bench;

import com.sun.management.ThreadMXBean;
import dev.convoy.engine.data.ImageSet;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/** Bytes that the calling thread allocates a micro-batch once all is warm: must be 0. */
final class Allocation {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int ROUNDS = 40;

  private Allocation() {}

  static void run() {
    System.out.printf(
        Locale.ROOT,
        "%-9s %12s %12s   bytes a micro-batch of 32%n",
        "net",
        "training",
        "inference");
    for (Nets net : Nets.values()) {
      // one batch, filled again and again in real training
      ImageSet images = net.images(32);
      EngineRun training = new EngineRun(net.spec(), images, 32, 32, true, 1);
      EngineRun inference = new EngineRun(net.spec(), images, 32, 32, false, 1);
      System.out.printf(
          Locale.ROOT,
          "%-9s %12.3f %12.3f%n",
          net.id(),
          steady(() -> training.step(1e-4f)),
          steady(inference::predict));
    }
  }

  /** Rounds of a quarter of a second until nothing is allocated, or none is left. */
  private static double steady(DoubleSupplier work) {
    double bytes = Double.MAX_VALUE;
    for (int round = 0; round < ROUNDS && bytes > 0; round++) {
      bytes = bytes(work);
    }
    return bytes;
  }

  private static double bytes(DoubleSupplier work) {
    // the query itself allocates a fixed amount: take it off
    long thread = Thread.currentThread().getId();
    long before = THREADS.getThreadAllocatedBytes(thread);
    long query = THREADS.getThreadAllocatedBytes(thread) - before;
    before = THREADS.getThreadAllocatedBytes(thread);
    long until = System.nanoTime() + 250_000_000L;
    int runs = 0;
    double sum = 0;
    do {
      sum += work.getAsDouble();
      runs++;
    } while (System.nanoTime() < until);
    long after = THREADS.getThreadAllocatedBytes(thread);
    if (Double.isNaN(sum)) {
      throw new IllegalStateException("the net diverged");
    }
    return (after - before - query) / (double) runs;
  }
}
