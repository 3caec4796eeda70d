package dev.convoy.engine.network;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.kernel.KernelProvider;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.layer.Activation;
import dev.convoy.engine.layer.Conv2d;
import dev.convoy.engine.layer.Dense;
import dev.convoy.engine.layer.Dropout;
import dev.convoy.engine.layer.Layer;
import dev.convoy.engine.layer.LayerSpec;
import dev.convoy.engine.layer.Pool2d;
import dev.convoy.engine.loss.Loss;
import dev.convoy.engine.loss.SigmoidCrossEntropy;
import dev.convoy.engine.loss.SoftmaxCrossEntropy;
import dev.convoy.engine.loss.SquaredError;
import dev.convoy.engine.tensor.Lanes;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link ModelSpec} bound to shapes and parameter offsets. Immutable and shared between threads;
 * all that changes lives in three other places: weights (one flat array, read-only here), {@link
 * Workspace} (one a thread) and optimizer state (elsewhere).
 *
 * <p>Call order for one step: {@link #load} the weights into a workspace, then {@link #gradient}
 * for each micro-batch, or {@link #predict}.
 */
public final class Network {
  private final ModelSpec spec;
  private final ParameterLayout parameters;

  /**
   * What is executed: flatten moves no data, and a ReLU right above a convolution or dense layer is
   * part of it.
   */
  private final List<Layer> layers;

  /**
   * Layers from here on see the whole micro-batch at once in backward; those below one block after
   * the other, while it is in cache.
   */
  private final int firstWhole;

  /** Layers below this one need no gradient: nothing there is trained. */
  private final int firstTrained;

  private final Loss loss;

  /**
   * Binds {@code spec}.
   *
   * @throws IllegalArgumentException naming the layer whose input does not fit
   */
  public Network(ModelSpec spec) {
    this.spec = spec;
    this.parameters = Parameters.layout(spec);
    this.layers = List.copyOf(bind(spec, parameters));
    int whole = 0;
    while (whole < layers.size() && !(layers.get(whole) instanceof Dense)) {
      whole++;
    }
    this.firstWhole = whole;
    this.firstTrained = firstTrained(spec, layers.size());
    this.loss =
        switch (spec.loss()) {
          case SOFTMAX -> new SoftmaxCrossEntropy();
          case SIGMOID -> new SigmoidCrossEntropy();
          case SQUARED -> new SquaredError();
        };
  }

  private static List<Layer> bind(ModelSpec spec, ParameterLayout parameters) {
    List<Layer> bound = new ArrayList<>();
    Shape shape = spec.input();
    for (int i = 0; i < spec.layers().size(); i++) {
      LayerSpec layer = spec.layers().get(i);
      boolean relu = i + 1 < spec.layers().size() && isRelu(spec.layers().get(i + 1));
      int offset = Parameters.offset(parameters, i);
      if (layer instanceof LayerSpec.Conv2d conv) {
        bound.add(new Conv2d(conv, shape, offset, relu));
      } else if (layer instanceof LayerSpec.Dense dense) {
        bound.add(new Dense(dense, shape, offset, relu));
      } else if (layer instanceof LayerSpec.Pool2d pool) {
        bound.add(new Pool2d(pool, shape));
      } else if (layer instanceof LayerSpec.Dropout dropout) {
        bound.add(new Dropout(dropout, shape, i));
      } else if (layer instanceof LayerSpec.Activation activation && !isFused(spec, i)) {
        bound.add(new Activation(activation, shape));
      }
      shape = layer.outputShape(shape);
    }
    if (bound.isEmpty()) {
      throw new IllegalArgumentException(
          "model: got nothing to compute, expected at least one layer besides flatten");
    }
    return bound;
  }

  private static boolean isRelu(LayerSpec layer) {
    return layer instanceof LayerSpec.Activation a && a.function() == LayerSpec.Function.RELU;
  }

  private static boolean isFused(ModelSpec spec, int i) {
    return i > 0
        && isRelu(spec.layers().get(i))
        && (spec.layers().get(i - 1) instanceof LayerSpec.Conv2d
            || spec.layers().get(i - 1) instanceof LayerSpec.Dense);
  }

  private static int firstTrained(ModelSpec spec, int none) {
    int executed = 0;
    for (int i = 0; i < spec.layers().size(); i++) {
      LayerSpec layer = spec.layers().get(i);
      if (layer instanceof LayerSpec.Conv2d conv && !conv.frozen()
          || layer instanceof LayerSpec.Dense dense && !dense.frozen()) {
        return executed;
      }
      if (!(layer instanceof LayerSpec.Flatten) && !isFused(spec, i)) {
        executed++;
      }
    }
    return none;
  }

  /** The model on paper. */
  public ModelSpec spec() {
    return spec;
  }

  /** Length of the flat parameter array. */
  public int parameterCount() {
    return parameters.size();
  }

  /** Values that leave the last layer; for a classifier the number of classes. */
  public int outputs() {
    return layers.get(layers.size() - 1).output().size();
  }

  /** Names and places of the parameter arrays. */
  public ParameterLayout parameters() {
    return parameters;
  }

  List<Layer> layers() {
    return layers;
  }

  int firstWhole() {
    return firstWhole;
  }

  boolean needsInputGradient(int layer) {
    return layer > firstTrained;
  }

  /** Fresh weights: a pure function of the seed. */
  public float[] initialWeights(long seed) {
    return Parameters.initial(spec, parameters, seed);
  }

  /**
   * Buffers for micro-batches of up to {@code maxExamples}; {@code training} keeps what backward
   * needs.
   */
  public Workspace newWorkspace(int maxExamples, boolean training) {
    return newWorkspace(maxExamples, training, KernelProvider.get());
  }

  /** As above, with the kernels to use. */
  public Workspace newWorkspace(int maxExamples, boolean training, Kernels kernels) {
    if (maxExamples < 1) {
      throw new IllegalArgumentException(
          "workspace: got " + maxExamples + " examples, expected 1 or more");
    }
    return new Workspace(this, kernels, maxExamples, training);
  }

  /**
   * Packs {@code weights} into the workspace; once a step, before {@link #gradient} or {@link
   * #predict}.
   */
  public void load(float[] weights, Workspace workspace) {
    if (weights.length != parameterCount()) {
      throw new IllegalArgumentException(
          "weights: got " + weights.length + " values, expected " + parameterCount());
    }
    for (int i = 0; i < layers.size(); i++) {
      layers.get(i).load(workspace.kernels, weights, workspace.scratch[i]);
    }
  }

  /**
   * Forward, loss and backward over one micro-batch. Overwrites {@code gradient} with the SUM over
   * the examples of the loss gradient (means are taken once, later). Loss sum and correct count are
   * then in {@code workspace}.
   *
   * @param seed keys dropout, together with {@code step} and the examples' ids
   */
  public void gradient(Batch batch, long seed, long step, Workspace workspace, float[] gradient) {
    check(batch, workspace);
    if (!workspace.training) {
      throw new IllegalArgumentException(
          "workspace: made for inference, expected one for training");
    }
    workspace.pass.train(seed, step, batch.ids());
    forward(batch, workspace, null, true);
    for (int i = firstTrained; i < layers.size(); i++) {
      layers.get(i).clearGradient(workspace.scratch[i]);
    }
    for (int i = layers.size() - 1; i >= Math.max(firstWhole, firstTrained); i--) {
      backward(i, batch, workspace, 0, batch.blocks());
    }
    for (int b = 0; b < batch.blocks(); b++) {
      for (int i = Math.min(firstWhole, layers.size()) - 1; i >= firstTrained; i--) {
        backward(i, batch, workspace, b, 1);
      }
    }
    for (int i = 0; i < layers.size(); i++) {
      layers.get(i).storeGradient(workspace.scratch[i], gradient);
    }
  }

  private void backward(int i, Batch batch, Workspace ws, int block, int blocks) {
    Tensor dIn = needsInputGradient(i) ? ws.gradients[i - 1][block] : null;
    boolean gated = i > 0 && layers.get(i - 1).endsInRelu();
    layers
        .get(i)
        .backward(
            ws.kernels,
            ws.scratch[i],
            blocks,
            input(i, block, batch, ws),
            ws.activations[i][block],
            ws.gradients[i][block],
            gated,
            dIn);
  }

  private Tensor input(int i, int block, Batch batch, Workspace ws) {
    return i == 0
        ? ws.inputs(batch.inputs(), spec.input().size() * Lanes.COUNT)[block]
        : ws.activations[i - 1][block];
  }

  /**
   * Forward and loss without gradient. Loss sum and correct count are then in {@code workspace}.
   *
   * @param outputs overwritten with {@code [example][output]}: probabilities (softmax, sigmoid) or
   *     plain outputs (squared); may be null
   */
  public void predict(Batch batch, Workspace workspace, float[] outputs) {
    check(batch, workspace);
    workspace.pass.infer();
    forward(batch, workspace, outputs, false);
  }

  private void forward(Batch batch, Workspace ws, float[] predictions, boolean training) {
    ws.lossSum = 0;
    ws.correct = 0;
    int last = layers.size() - 1;
    int n = outputs();
    for (int b = 0; b < batch.blocks(); b++) {
      int first = b * Lanes.COUNT;
      ws.pass.at(first);
      for (int i = 0; i <= last; i++) {
        layers
            .get(i)
            .forward(
                ws.kernels,
                ws.scratch[i],
                ws.pass,
                1,
                input(i, b, batch, ws),
                ws.activations[i][b]);
      }
      int examples = Math.min(Lanes.COUNT, batch.size() - first);
      Tensor z = ws.activations[last][b];
      Tensor dz = training ? ws.gradients[last][b] : null;
      float[] own = endsInOwnRelu() && training ? z.data() : null;
      ws.lossSum +=
          loss.apply(
              examples,
              n,
              z.data(),
              z.offset(),
              batch.labels(),
              first,
              batch.targets(),
              first * n,
              dz == null ? null : dz.data(),
              dz == null ? 0 : dz.offset());
      if (own != null) {
        ws.kernels.gate(n * Lanes.COUNT, own, z.offset(), dz.data(), dz.offset());
      }
      ws.correct += correct(examples, n, z, batch.labels(), first);
      for (int lane = 0; predictions != null && lane < examples; lane++) {
        loss.predictions(n, z.data(), z.offset(), lane, predictions, (first + lane) * n);
      }
    }
  }

  private boolean endsInOwnRelu() {
    return layers.get(layers.size() - 1).endsInRelu();
  }

  private static int correct(int examples, int outputs, Tensor z, int[] labels, int first) {
    int correct = 0;
    for (int lane = 0; lane < examples; lane++) {
      int best = 0;
      float top = z.data()[z.offset() + lane];
      for (int o = 1; o < outputs; o++) {
        float value = z.data()[z.offset() + o * Lanes.COUNT + lane];
        if (value > top) {
          top = value;
          best = o;
        }
      }
      correct += best == labels[first + lane] ? 1 : 0;
    }
    return correct;
  }

  private void check(Batch batch, Workspace workspace) {
    if (workspace.network != this) {
      throw new IllegalArgumentException(
          "workspace: made for another network; make one with newWorkspace");
    }
    if (batch.size() < 1 || batch.size() > workspace.maxExamples) {
      throw new IllegalArgumentException(
          "batch: got " + batch.size() + " examples, expected 1 to " + workspace.maxExamples);
    }
    if (batch.shape().size() != spec.input().size()) {
      throw new IllegalArgumentException(
          "batch: got examples of " + batch.shape() + ", expected " + spec.input());
    }
  }
}
