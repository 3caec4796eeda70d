package dev.convoy.engine.peers;

import dev.convoy.engine.bench.EngineRun;
import dev.convoy.engine.bench.Nets;
import dev.convoy.engine.data.ImageSet;
import dev.convoy.engine.tensor.Lanes;

/**
 * What both sides do.
 *
 * @param batch examples a step
 * @param threads threads of each side
 * @param maxMicroBatch most examples that the engine computes at once
 * @param training true for training steps, false for inference
 * @param images {@link EngineRun#BATCHES} batches, cycled through
 */
record Work(
    Nets net, int batch, int threads, int maxMicroBatch, boolean training, ImageSet images) {

  static Work of(Nets net, int batch, int threads, int maxMicroBatch, boolean training) {
    ImageSet images = net.images(EngineRun.BATCHES * batch);
    return new Work(net, batch, threads, maxMicroBatch, training, images);
  }

  /** The engine's micro-batch: whole blocks, and one for each thread if the batch has as many. */
  int microBatch() {
    int share = (batch + threads - 1) / threads;
    int blocks = (share + Lanes.LANES - 1) / Lanes.LANES;
    return Math.min(batch, Math.min(maxMicroBatch, blocks * Lanes.LANES));
  }

  @Override
  public String toString() {
    return net.id()
        + ", batch "
        + batch
        + ", "
        + threads
        + (threads == 1 ? " thread" : " threads")
        + ", micro-batch "
        + microBatch();
  }
}
