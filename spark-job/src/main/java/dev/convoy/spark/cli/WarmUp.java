package dev.convoy.spark.cli;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.network.Workspace;
import dev.convoy.engine.optimizer.Optimizer;
import dev.convoy.engine.sum.GradientSum;
import dev.convoy.spark.train.TrainConfig;

/**
 * Runs the network on made-up images while Spark starts, so that the engine's code is compiled when
 * the first real step comes: where driver and executors are one JVM, a short job is over seconds
 * earlier. Nothing that it computes is used.
 */
final class WarmUp implements AutoCloseable {
  private static final long LONGEST_NANOS = 10_000_000_000L;
  private static final int STEPS_A_SUM = 8;

  /** Larger networks spend their time in few, long calls, and their memory is better left alone. */
  private static final int MOST_PARAMETERS = 1_000_000;

  private volatile boolean over;

  private WarmUp(TrainConfig config, Network network) {
    Thread thread = new Thread(() -> quietly(config, network), "convoy-warm-up");
    thread.setDaemon(true);
    thread.start();
  }

  /** Starts, for a local master; otherwise there is nothing to warm here. */
  static WarmUp start(boolean local, TrainConfig config, Network network) {
    return local && network.parameterCount() <= MOST_PARAMETERS
        ? new WarmUp(config, network)
        : null;
  }

  private void quietly(TrainConfig config, Network network) {
    try {
      run(config, network);
    } catch (RuntimeException | Error e) {
      // Training will meet the same, and say it.
    }
  }

  private void run(TrainConfig config, Network network) {
    int micro = config.loop().microBatch();
    long end = System.nanoTime() + LONGEST_NANOS;
    Workspace workspace = network.newWorkspace(micro, true);
    Batch batch = network.newBatch(micro);
    byte[] pixels = new byte[config.model().input().size()];
    float[] table = config.model().normalization().table();
    float[] weights = network.initialWeights(1);
    float[] gradient = new float[weights.length];
    float[] mean = new float[weights.length];
    Optimizer optimizer = config.update().optimizer();
    float[] state = optimizer.newState(weights.length);
    GradientSum sum = new GradientSum(weights.length);
    for (long step = 1; !over && System.nanoTime() < end; step++) {
      network.load(weights, workspace);
      sum.clear();
      for (int part = 0; part < STEPS_A_SUM && !over; part++) {
        batch.clear();
        for (int i = 0; i < micro; i++) {
          pixels[(int) ((step * micro + i) % pixels.length)]++;
          batch.add(pixels, 0, table, i % network.outputs(0), i);
          for (int o = 1; o < batch.labelsAnExample(); o++) {
            batch.label(o, i % network.outputs(o));
          }
        }
        network.gradient(batch, 1, step, workspace, gradient);
        if (sum.add(gradient, micro, STEPS_A_SUM * micro) >= 0) {
          return;
        }
      }
      if (over) {
        return;
      }
      sum.encode();
      sum.mean(mean);
      optimizer.update(weights, mean, state, 0, weights.length, 0f, 1e-6f, step);
    }
  }

  /** Ends it; returns at once. */
  @Override
  public void close() {
    over = true;
  }
}
