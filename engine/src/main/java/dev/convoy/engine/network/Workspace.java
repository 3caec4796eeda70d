package dev.convoy.engine.network;

import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.layer.Layer;
import dev.convoy.engine.layer.Pass;
import dev.convoy.engine.layer.Scratch;
import dev.convoy.engine.tensor.Lanes;
import dev.convoy.engine.tensor.Tensor;
import java.util.List;

/**
 * The buffers of one thread: activations, their gradients, packed weights. Made by {@link
 * Network#newWorkspace}, reused from step to step, never shared between threads. Without training,
 * two blocks of activations serve all layers in turn.
 */
public final class Workspace {
  final Network network;
  final Kernels kernels;
  final int maxExamples;
  final boolean training;
  final Pass pass = new Pass();
  final Scratch[] scratch;

  /** {@code [layer][block]}: what leaves the layer. */
  final Tensor[][] activations;

  /**
   * {@code [layer][block]}: gradient with respect to what leaves the layer; null without training.
   */
  final Tensor[][] gradients;

  private float[] inputData;
  private Tensor[] inputs;

  double lossSum;
  int correct;

  Workspace(Network network, Kernels kernels, int maxExamples, boolean training) {
    this.network = network;
    this.kernels = kernels;
    this.maxExamples = maxExamples;
    this.training = training;
    List<Layer> layers = network.layers();
    int blocks = Lanes.blocks(maxExamples);
    scratch = new Scratch[layers.size()];
    for (int i = 0; i < scratch.length; i++) {
      scratch[i] = layers.get(i).newScratch(blocks, training, network.needsInputGradient(i));
    }
    activations = new Tensor[layers.size()][];
    gradients = training ? new Tensor[layers.size()][] : null;
    if (training) {
      for (int i = 0; i < scratch.length; i++) {
        activations[i] = whole(layers.get(i), blocks);
      }
      float[] even = new float[largest(layers, 0)];
      float[] odd = new float[largest(layers, 1)];
      for (int i = 0; i < scratch.length; i++) {
        gradients[i] =
            i < network.firstWhole() - 1
                ? shared(i % 2 == 0 ? even : odd, blocks)
                : whole(layers.get(i), blocks);
      }
    } else {
      float[] even = new float[largest(layers, 0)];
      float[] odd = new float[largest(layers, 1)];
      for (int i = 0; i < scratch.length; i++) {
        activations[i] = shared(i % 2 == 0 ? even : odd, blocks);
      }
    }
  }

  /** Sum over the examples of the last micro-batch of the loss (natural logarithm). */
  public double lossSum() {
    return lossSum;
  }

  /**
   * Examples of the last micro-batch whose largest output was at their label (first maximum wins).
   */
  public int correct() {
    return correct;
  }

  private static int largest(List<Layer> layers, int parity) {
    int size = 0;
    for (int i = parity; i < layers.size(); i += 2) {
      size = Math.max(size, layers.get(i).output().size() * Lanes.COUNT);
    }
    return size;
  }

  /** A place of its own for every block. */
  private static Tensor[] whole(Layer layer, int blocks) {
    int size = layer.output().size() * Lanes.COUNT;
    return views(new float[Math.multiplyExact(blocks, size)], blocks, size);
  }

  /** One place for all blocks in turn. */
  private static Tensor[] shared(float[] data, int blocks) {
    return views(data, blocks, 0);
  }

  private static Tensor[] views(float[] data, int blocks, int step) {
    Tensor[] views = new Tensor[blocks];
    for (int b = 0; b < blocks; b++) {
      views[b] = new Tensor(data, b * step);
    }
    return views;
  }

  /** Views of a batch's blocks; made anew only when another array comes. */
  Tensor[] inputs(float[] data, int blockSize) {
    if (data != inputData) {
      inputData = data;
      inputs = views(data, data.length / blockSize, blockSize);
    }
    return inputs;
  }
}
