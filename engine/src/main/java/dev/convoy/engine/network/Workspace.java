package dev.convoy.engine.network;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.layer.Pass;
import dev.convoy.engine.layer.Scratch;
import dev.convoy.engine.loss.Loss;
import dev.convoy.engine.loss.Targets;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.Source;
import dev.convoy.engine.tensor.Lanes;
import dev.convoy.engine.tensor.Tensor;
import java.util.List;

/**
 * The buffers of one thread: activations, their gradients, packed weights. Made by {@link
 * Network#newWorkspace}, reused from step to step, never shared between threads. Layers share
 * gradients, and without training activations too: two serve a chain in turn. What works block by
 * block shares blocks, what sees whole micro-batches shares those.
 */
public final class Workspace {
  final Network network;
  final Kernels kernels;
  final int maxExamples;
  final boolean training;
  final Pass pass;
  final Scratch[] scratch;

  /** {@code [node][block]}: what leaves the layer. */
  final Tensor[][] activations;

  /**
   * {@code [node][block]}: gradient with respect to what leaves the layer; null without training.
   */
  final Tensor[][] gradients;

  /**
   * What is to be added to a gradient that another consumer wrote first; null if no layer has two.
   */
  final Tensor extra;

  /** Working memory of the losses. */
  final double[] lossWork;

  final Targets targets = new Targets();

  final double[] lossSums;
  final int[] corrects;
  double lossSum;

  private final Arena arena;
  private float[] inputData;
  private Tensor[][] inputs;

  Workspace(Network network, Kernels kernels, int maxExamples, boolean training) {
    this.network = network;
    this.kernels = kernels;
    this.pass = new Pass(kernels);
    this.maxExamples = maxExamples;
    this.training = training;
    Plan plan = network.plan();
    int blocks = Lanes.blocks(maxExamples);
    int n = plan.nodes.size();
    scratch = new Scratch[n];
    activations = new Tensor[n][];
    gradients = training ? new Tensor[n][] : null;
    arena = new Arena();
    Tensor[] shared = sharedBuffers(plan, false, 1, arena);
    Tensor[] sharedWhole = sharedBuffers(plan, true, blocks, arena);
    int[] buffers = plan.buffers();
    for (int i = 0; i < n; i++) {
      Plan.Node node = plan.nodes.get(i);
      scratch[i] = node.layer().newScratch(arena, blocks, training, plan.needsInputGradient(i, 0));
      Tensor[] inTurn =
          node.whole
              ? views(sharedWhole[buffers[i]], blocks, node.output().size() * LANES)
              : views(shared[buffers[i]], blocks, 0);
      activations[i] = training || node.keeps() ? whole(node, blocks, arena) : inTurn;
      if (training) {
        gradients[i] = node.keeps() ? whole(node, blocks, arena) : inTurn;
      }
    }
    int extraSize = training ? extraSize(plan, blocks) : 0;
    extra = extraSize == 0 ? null : arena.take(extraSize);
    lossWork = new double[Loss.work(plan.heads.stream().mapToInt(Plan.Head::size).max().orElse(1))];
    lossSums = new double[plan.heads.size()];
    corrects = new int[plan.heads.size()];
  }

  /** Bytes of activations, their gradients and packed weights. */
  public long bytes() {
    return arena.bytes();
  }

  /**
   * Sum over the examples of the last micro-batch of the loss (natural logarithm); of several
   * outputs the weighted sum.
   */
  public double lossSum() {
    return lossSum;
  }

  /** The loss sum of output {@code o} alone, without its weight. */
  public double lossSum(int o) {
    return lossSums[o];
  }

  /**
   * Examples of the last micro-batch whose largest output was at their label (first maximum wins);
   * by the first of several outputs.
   */
  public int correct() {
    return corrects[0];
  }

  /** As above, by output {@code o}. */
  public int correct(int o) {
    return corrects[o];
  }

  /**
   * Places for {@code blocks} blocks of nodes that are not alive at the same time.
   *
   * @param whole true for the nodes that see whole micro-batches, false for the others
   */
  private static Tensor[] sharedBuffers(Plan plan, boolean whole, int blocks, Arena arena) {
    int[] buffers = plan.buffers();
    int[] sizes = new int[plan.nodes.size()];
    for (int i = 0; i < buffers.length; i++) {
      Plan.Node node = plan.nodes.get(i);
      int size = Math.multiplyExact(blocks, node.output().size() * LANES);
      if (node.whole == whole && !node.keeps()) {
        sizes[buffers[i]] = Math.max(sizes[buffers[i]], size);
      }
    }
    Tensor[] shared = new Tensor[sizes.length];
    for (int b = 0; b < sizes.length; b++) {
      shared[b] = arena.take(sizes[b]);
    }
    return shared;
  }

  private static int extraSize(Plan plan, int blocks) {
    int most = 0;
    for (Plan.Head head : plan.heads) {
      most = head.overwrites() ? most : Math.max(most, head.size() * LANES);
    }
    for (int i = 0; i < plan.nodes.size(); i++) {
      Plan.Node node = plan.nodes.get(i);
      for (int s = 0; s < node.sources.length; s++) {
        if (plan.needsInputGradient(i, s)
            && !node.overwrites[s]
            && node.sources[s] instanceof Source.Layer source) {
          int size = plan.nodes.get(source.index()).output().size() * LANES;
          most = Math.max(most, Math.multiplyExact(size, node.whole ? blocks : 1));
        }
      }
    }
    return most;
  }

  /** A place of its own for every block. */
  private static Tensor[] whole(Plan.Node node, int blocks, Arena arena) {
    int size = node.output().size() * LANES;
    return views(arena.take(Math.multiplyExact(blocks, size)), blocks, size);
  }

  private static Tensor[] views(Tensor first, int blocks, int step) {
    Tensor[] views = new Tensor[blocks];
    for (int b = 0; b < blocks; b++) {
      views[b] = new Tensor(first.data(), first.offset() + b * step);
    }
    return views;
  }

  /**
   * Input {@code k} in the blocks of a batch; views are made anew only when another array comes.
   */
  Tensor[] inputs(float[] data, int k) {
    if (data != inputData) {
      inputData = data;
      List<ModelSpec.Input> parts = network.spec().inputs();
      int blockSize = network.inputSize() * LANES;
      inputs = new Tensor[parts.size()][data.length / blockSize];
      int offset = 0;
      for (int i = 0; i < inputs.length; i++) {
        for (int b = 0; b < inputs[i].length; b++) {
          inputs[i][b] = new Tensor(data, b * blockSize + offset);
        }
        offset += parts.get(i).shape().size() * LANES;
      }
    }
    return inputs[k];
  }
}
