package dev.convoy.engine.peers;

import dev.convoy.engine.bench.Digits;
import dev.convoy.engine.bench.EngineRun;
import dev.convoy.engine.bench.Nets;
import dev.convoy.engine.bench.Rates;
import dev.convoy.engine.data.ImageSet;
import dev.convoy.engine.model.ModelSpec;
import java.util.function.DoubleSupplier;

/**
 * The engine against PyTorch's CPU build, one thread each, on the same work: both start from the
 * same weights, must agree on the loss of three steps, then take turns in short windows, because a
 * shared machine changes its speed; only the ratios of neighbouring windows count.
 *
 * <p>System properties: {@code convoy.peers.nets}, {@code .batch}, {@code .microBatch}, {@code
 * .mode} (training or inference), {@code .pairs}, {@code .windowMillis}, {@code .warmUpMillis}.
 */
public final class PeerComparison {
  private static final double TOLERANCE = 1e-4;
  private static final float CHECK_RATE = 0.02f;

  /** So small that thousands of steps on four batches do not end in denormal gradients. */
  private static final float RATE = 1e-4f;

  private PeerComparison() {}

  /** Runs the comparison and prints a table. */
  public static void main(String[] args) {
    int batch = Integer.getInteger("convoy.peers.batch", 64);
    int microBatch = Math.min(batch, Integer.getInteger("convoy.peers.microBatch", 64));
    boolean training = training(System.getProperty("convoy.peers.mode", "training"));
    String[] nets = System.getProperty("convoy.peers.nets", "seed-cnn,lenet5,cnn32,mlp").split(",");
    System.out.printf(
        "%s, examples/s, 1 thread each, batch %d (engine: micro-batches of %d), Java %s%n",
        training ? "training step" : "inference",
        batch,
        microBatch,
        System.getProperty("java.version"));
    System.out.printf(
        "%-9s %10s %10s | %6s %6s %6s | %s%n",
        "net",
        "engine",
        "PyTorch",
        "p25",
        "median",
        "p75",
        training ? "largest difference of the loss in 3 steps" : "of a probability");
    for (String id : nets) {
      compare(Nets.of(id), batch, microBatch, training);
    }
  }

  private static boolean training(String mode) {
    return switch (mode) {
      case "training" -> true;
      case "inference" -> false;
      default ->
          throw new IllegalArgumentException(
              "convoy.peers.mode: got '" + mode + "', expected training or inference");
    };
  }

  private static void compare(Nets net, int batch, int microBatch, boolean training) {
    ModelSpec spec = net.spec();
    ImageSet images = Digits.make(EngineRun.BATCHES * batch);
    EngineRun ours = new EngineRun(spec, images, batch, microBatch, training);
    try (TorchRun theirs =
        new TorchRun(spec, ours.network().parameters(), ours.weights(), images, batch)) {
      double difference =
          training
              ? difference(net, () -> ours.step(CHECK_RATE), () -> theirs.step(CHECK_RATE))
              : difference(net, ours::predict, theirs::predict);
      DoubleSupplier engine = training ? () -> ours.step(RATE) : ours::predict;
      DoubleSupplier torch = training ? () -> theirs.step(RATE) : theirs::predict;
      long window = Long.getLong("convoy.peers.windowMillis", 400) * 1_000_000;
      long warmUp = Long.getLong("convoy.peers.warmUpMillis", 3000) * 1_000_000;
      Rates.window(engine, batch, warmUp);
      Rates.window(torch, batch, warmUp / 2);
      int pairs = Integer.getInteger("convoy.peers.pairs", 15);
      double[] a = new double[pairs];
      double[] b = new double[pairs];
      double[] ratio = new double[pairs];
      for (int i = 0; i < pairs; i++) {
        a[i] = Rates.window(engine, batch, window);
        b[i] = Rates.window(torch, batch, window);
        ratio[i] = a[i] / b[i];
      }
      System.out.printf(
          "%-9s %10.0f %10.0f | %5.2fx %5.2fx %5.2fx | %.1e%n",
          net.id(),
          Rates.quantile(a, 0.5),
          Rates.quantile(b, 0.5),
          Rates.quantile(ratio, 0.25),
          Rates.quantile(ratio, 0.5),
          Rates.quantile(ratio, 0.75),
          difference);
    }
  }

  /** Largest difference of three results in a row. */
  private static double difference(Nets net, DoubleSupplier ours, DoubleSupplier theirs) {
    double largest = 0;
    for (int i = 0; i < 3; i++) {
      double a = ours.getAsDouble();
      double b = theirs.getAsDouble();
      double difference = Math.abs(a - b);
      if (!(difference <= TOLERANCE * Math.max(1, Math.abs(b)))) {
        throw new IllegalStateException(
            net.id()
                + ": not the same work: in step "
                + (i + 1)
                + " the engine got "
                + a
                + ", PyTorch "
                + b
                + ", expected them within "
                + TOLERANCE);
      }
      largest = Math.max(largest, difference);
    }
    return largest;
  }
}
