package dev.convoy.spark.train;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.network.Workspace;
import dev.convoy.engine.optimizer.Optimizer;
import dev.convoy.engine.sum.GradientSum;
import java.util.function.BooleanSupplier;

/**
 * The training step without Spark: one thread takes made-up examples through layout, forward,
 * backward, the exact sum and the update, as tasks and driver do between them. It tells what the
 * engine alone would reach on one core of this machine, and has the engine's code compiled. Nothing
 * that it computes is used.
 */
public final class EngineLoop {
  private static final float RATE = 1e-6f;

  private final int batchSize;
  private final int micro;
  private final Network network;
  private final Workspace workspace;
  private final Batch batch;
  private final byte[] pixels;
  private final float[] table;
  private final float[] weights;
  private final float[] gradient;
  private final float[] mean;
  private final Optimizer optimizer;
  private final float[] state;
  private final GradientSum sum;
  private long step;
  private double bestSeconds = Double.POSITIVE_INFINITY;

  /**
   * @param batchSize examples of a step, which need not be the job's
   */
  public EngineLoop(TrainConfig config, Network network, int batchSize) {
    this.batchSize = batchSize;
    this.micro = config.loop().microBatch();
    this.network = network;
    this.workspace = network.newWorkspace(micro, true);
    this.batch = network.newBatch(micro);
    this.pixels = new byte[config.model().input().size()];
    this.table = config.model().normalization().table();
    this.weights = network.initialWeights(1);
    this.gradient = new float[weights.length];
    this.mean = new float[weights.length];
    this.optimizer = config.update().optimizer();
    this.state = optimizer.newState(weights.length);
    this.sum = new GradientSum(weights.length);
  }

  /**
   * Takes one step.
   *
   * @param over asked before each micro-batch; once true, the step is left unfinished
   * @return seconds it took; NaN if it was left
   */
  public double step(BooleanSupplier over) {
    long start = System.nanoTime();
    step++;
    network.load(weights, workspace);
    sum.clear();
    for (int from = 0; from < batchSize; from += micro) {
      if (over.getAsBoolean()) {
        return Double.NaN;
      }
      int size = Math.min(micro, batchSize - from);
      batch.clear();
      for (int i = 0; i < size; i++) {
        pixels[(int) ((step * batchSize + from + i) % pixels.length)]++;
        batch.add(pixels, 0, table, i % network.outputs(0), (long) from + i);
        for (int o = 1; o < batch.labelsAnExample(); o++) {
          batch.label(o, i % network.outputs(o));
        }
      }
      network.gradient(batch, 1, step, workspace, gradient);
      if (sum.add(gradient, size, batchSize) >= 0) {
        return Double.NaN;
      }
    }
    sum.encode();
    sum.mean(mean);
    optimizer.update(weights, mean, state, 0, weights.length, 0f, RATE, step);
    double seconds = (System.nanoTime() - start) * 1e-9;
    bestSeconds = Math.min(bestSeconds, seconds);
    return seconds;
  }

  /** Seconds an example in the fastest step so far; infinite before the first. */
  public double bestSecondsAnExample() {
    return bestSeconds / batchSize;
  }
}
