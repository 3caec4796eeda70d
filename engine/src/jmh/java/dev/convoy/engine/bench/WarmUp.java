package dev.convoy.engine.bench;

import dev.convoy.engine.data.ImageSet;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Examples/s in each tenth of a second of a fresh JVM, counted from the JVM's start. */
final class WarmUp {
  private static final int WINDOWS = 60;
  private static final int BATCH = 64;

  private WarmUp() {}

  /** Runs each net in a JVM of its own. */
  static void run() throws IOException, InterruptedException {
    System.out.printf(
        Locale.ROOT,
        "%-9s %10s %10s %10s | examples/s after 0.5, 1, 1.5, 2, 3, 4 s%n",
        "net",
        "first step",
        "to 90 %",
        "steady/s");
    for (Nets net : Nets.values()) {
      List<String> command = new ArrayList<>();
      command.add(ProcessHandle.current().info().command().orElse("java"));
      command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
      command.add("-classpath");
      command.add(System.getProperty("java.class.path"));
      command.add(WarmUp.class.getName());
      command.add(net.id());
      int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
      if (exit != 0) {
        throw new IOException("warm-up of " + net.id() + " ended with exit status " + exit);
      }
    }
  }

  /** The child: trains {@code args[0]} for six seconds. */
  public static void main(String[] args) {
    Nets net = Nets.of(args[0]);
    long millis = System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
    long origin = System.nanoTime() - millis * 1_000_000;
    ImageSet images = net.images(EngineRun.BATCHES * BATCH);
    EngineRun run = new EngineRun(net.spec(), images, BATCH, BATCH, true);
    double[] done = new double[WINDOWS];
    double firstStep = 0;
    long last = System.nanoTime() - origin;
    while (last < WINDOWS * 100_000_000L) {
      run.step(1e-4f);
      long now = System.nanoTime() - origin;
      firstStep = firstStep == 0 ? now * 1e-6 : firstStep;
      spread(done, last, now);
      last = now;
    }
    report(net, firstStep, done);
  }

  /** Spreads one step's examples over the windows that it covers. */
  private static void spread(double[] done, long from, long to) {
    for (int w = (int) (from / 100_000_000L); w < WINDOWS && w * 100_000_000L < to; w++) {
      long start = Math.max(from, w * 100_000_000L);
      long end = Math.min(to, (w + 1) * 100_000_000L);
      done[w] += BATCH * (double) (end - start) / (to - from);
    }
  }

  private static void report(Nets net, double firstStep, double[] done) {
    double[] tail = Arrays.copyOfRange(done, WINDOWS / 2, WINDOWS);
    double steady = Rates.quantile(tail, 0.5);
    int reached = WINDOWS;
    // the first of three windows in a row at 90 %, so that one lucky window does not count
    for (int w = WINDOWS - 3; w >= 0; w--) {
      if (done[w] >= 0.9 * steady && done[w + 1] >= 0.9 * steady && done[w + 2] >= 0.9 * steady) {
        reached = w;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%-9s %8.0fms %8.1f s %10.0f | %.0f %.0f %.0f %.0f %.0f %.0f%n",
        net.id(),
        firstStep,
        reached / 10.0,
        steady * 10,
        done[5] * 10,
        done[10] * 10,
        done[15] * 10,
        done[20] * 10,
        done[30] * 10,
        done[40] * 10);
  }
}
