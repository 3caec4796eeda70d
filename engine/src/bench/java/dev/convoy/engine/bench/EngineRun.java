package dev.convoy.engine.bench;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.data.ImageSet;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.network.Workspace;
import dev.convoy.engine.optimizer.Optimizer;
import dev.convoy.engine.optimizer.Sgd;
import dev.convoy.engine.sum.GradientSum;
import java.util.ArrayList;
import java.util.List;

/**
 * One thread of the engine at work: the whole training step as a task and the driver do it (load
 * the weights, forward, loss, backward and exact sum for each micro-batch, mean, update), or
 * inference. Cycles through batches that are made once.
 */
public final class EngineRun {
  /** Batches to cycle through, if nothing else is said. */
  public static final int BATCHES = 4;

  private final Network network;
  private final List<List<Batch>> batches = new ArrayList<>();
  private final int batchSize;
  private final Workspace workspace;
  private final float[] weights;
  private final float[] gradient;
  private final float[] mean;
  private final GradientSum sum;
  private final Optimizer optimizer = new Sgd(0f, false);
  private final float[] state;
  private final float[] outputs;
  private long step;

  /**
   * @param images at least {@code BATCHES * batchSize}
   * @param training false if only {@link #predict} will be called
   */
  public EngineRun(
      ModelSpec spec, ImageSet images, int batchSize, int microBatch, boolean training) {
    this(spec, images, batchSize, microBatch, training, BATCHES);
  }

  /** As above, over {@code count} batches. */
  public EngineRun(
      ModelSpec spec, ImageSet images, int batchSize, int microBatch, boolean training, int count) {
    this.network = new Network(spec);
    this.batchSize = batchSize;
    for (int i = 0; i < count; i++) {
      batches.add(
          Digits.batches(
              images, spec.normalization(), i * batchSize, (i + 1) * batchSize, microBatch));
    }
    this.workspace = network.newWorkspace(microBatch, training);
    this.weights = network.initialWeights(1);
    this.gradient = new float[weights.length];
    this.mean = new float[weights.length];
    this.sum = new GradientSum(weights.length);
    this.state = optimizer.newState(weights.length);
    this.outputs = new float[microBatch * network.outputs()];
    network.load(weights, workspace);
  }

  public Network network() {
    return network;
  }

  /** The weights as they are now; not a copy. */
  public float[] weights() {
    return weights;
  }

  public int batchSize() {
    return batchSize;
  }

  /** One training step. Returns the mean loss before the update. */
  public double step(float learningRate) {
    List<Batch> parts = batches.get((int) (step % batches.size()));
    step++;
    network.load(weights, workspace);
    sum.clear();
    double loss = 0;
    for (int i = 0; i < parts.size(); i++) {
      Batch batch = parts.get(i);
      network.gradient(batch, 1, step, workspace, gradient);
      loss += workspace.lossSum();
      int bad = sum.add(gradient, batch.size(), batchSize);
      if (bad >= 0) {
        throw new IllegalStateException("diverged in step " + step + " at parameter " + bad);
      }
    }
    sum.mean(mean);
    optimizer.update(weights, mean, state, 0, weights.length, 0f, learningRate, step);
    return loss / batchSize;
  }

  /** Probabilities for one batch. Returns the first example's probability of class 0. */
  public double predict() {
    List<Batch> parts = batches.get((int) (step % batches.size()));
    step++;
    float first = 0;
    for (int i = 0; i < parts.size(); i++) {
      network.predict(parts.get(i), workspace, outputs);
      first = i == 0 ? outputs[0] : first;
    }
    return first;
  }
}
