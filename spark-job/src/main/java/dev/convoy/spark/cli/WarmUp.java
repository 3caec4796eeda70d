package dev.convoy.spark.cli;

import dev.convoy.engine.network.Network;
import dev.convoy.spark.train.EngineLoop;
import dev.convoy.spark.train.TrainConfig;

/**
 * Runs the network on made-up images while Spark starts: it tells the engine's pace, for the
 * forecast, and where driver and executors are one JVM its code is compiled when the first real
 * step comes, so that a short job is over seconds earlier. Nothing that it computes is used.
 */
final class WarmUp implements AutoCloseable {
  private static final long LONGEST_NANOS = 10_000_000_000L;
  private static final int STEPS_A_SUM = 8;

  /** Larger networks spend their time in few, long calls, and their memory is better left alone. */
  private static final int MOST_PARAMETERS = 1_000_000;

  private volatile boolean over;
  private volatile double secondsAnExample = Double.NaN;

  private WarmUp(TrainConfig config, Network network) {
    Thread thread = new Thread(() -> quietly(config, network), "convoy-warm-up");
    thread.setDaemon(true);
    thread.start();
  }

  /** Starts; null for a network that is better left alone. */
  static WarmUp start(TrainConfig config, Network network) {
    return network.parameterCount() <= MOST_PARAMETERS ? new WarmUp(config, network) : null;
  }

  /** Seconds an example in the fastest step so far; NaN before the first. */
  double secondsAnExample() {
    return secondsAnExample;
  }

  private void quietly(TrainConfig config, Network network) {
    try {
      run(config, network);
    } catch (RuntimeException | Error e) {
      // Training will meet the same, and say it.
    }
  }

  private void run(TrainConfig config, Network network) {
    long end = System.nanoTime() + LONGEST_NANOS;
    int batch = Math.min(config.loop().batchSize(), STEPS_A_SUM * config.loop().microBatch());
    EngineLoop loop = new EngineLoop(config, network, batch);
    while (!over && System.nanoTime() < end) {
      loop.step(() -> over);
      secondsAnExample = loop.bestSecondsAnExample();
    }
  }

  /** Ends it; returns at once. */
  @Override
  public void close() {
    over = true;
  }
}
