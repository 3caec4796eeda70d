package dev.convoy.engine.network;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.kernel.KernelProvider;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.loss.Targets;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.ParameterLayout;
import dev.convoy.engine.model.Parameters;
import dev.convoy.engine.model.Source;
import dev.convoy.engine.tensor.Tensor;
import java.util.Arrays;

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

  private final Plan plan;
  private final int inputSize;

  /**
   * Binds {@code spec}.
   *
   * @throws IllegalArgumentException naming the layer whose input does not fit
   */
  public Network(ModelSpec spec) {
    this.spec = spec;
    this.parameters = Parameters.layout(spec);
    this.plan = new Plan(spec, parameters);
    this.inputSize = spec.input().size();
  }

  /** The model on paper. */
  public ModelSpec spec() {
    return spec;
  }

  /** Length of the flat parameter array. */
  public int parameterCount() {
    return parameters.size();
  }

  /**
   * Values of one prediction: the values of all outputs, one behind the other; for a classifier the
   * number of classes.
   */
  public int outputs() {
    return plan.outputs();
  }

  /** Values of output {@code o} of the model; for a classifier the number of its classes. */
  public int outputs(int o) {
    return plan.heads.get(o).size();
  }

  /** Names and places of the parameter arrays. */
  public ParameterLayout parameters() {
    return parameters;
  }

  Plan plan() {
    return plan;
  }

  int inputSize() {
    return inputSize;
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
      throw new InvalidInputException(
          "workspace: got " + maxExamples + " examples, expected 1 or more");
    }
    return new Workspace(this, kernels, maxExamples, training);
  }

  /** Room for {@code capacity} examples with a label for each output. */
  public Batch newBatch(int capacity) {
    return new Batch(spec.input(), capacity, 0, plan.heads.size());
  }

  /**
   * Packs {@code weights} into the workspace; once a step, before {@link #gradient} or {@link
   * #predict}.
   */
  public void load(float[] weights, Workspace workspace) {
    if (weights.length != parameterCount()) {
      throw new InvalidInputException(
          "weights: got " + weights.length + " values, expected " + parameterCount());
    }
    for (int i = 0; i < plan.nodes.size(); i++) {
      plan.nodes.get(i).layer().load(workspace.kernels, weights, workspace.scratch[i]);
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
      throw new InvalidInputException("workspace: made for inference, expected one for training");
    }
    if (batch.targets() == null) {
      expectLabelsInRange(batch);
    }
    workspace.pass.train(seed, step, batch.ids(), batch.size());
    forward(batch, workspace, null, true);
    int n = plan.nodes.size();
    for (int i = 0; i < n; i++) {
      Plan.Node node = plan.nodes.get(i);
      if (node.carries) {
        node.layer().clearGradient(workspace.scratch[i]);
      }
    }
    backward(true, batch, workspace, 0, batch.blocks());
    for (int b = 0; b < batch.blocks(); b++) {
      workspace.pass.at(b * LANES);
      backward(false, batch, workspace, b, 1);
    }
    for (int i = 0; i < n; i++) {
      plan.nodes.get(i).layer().storeGradient(workspace.scratch[i], gradient);
    }
  }

  /** Backward through the nodes that work on whole micro-batches, or through the others. */
  private void backward(boolean whole, Batch batch, Workspace ws, int block, int blocks) {
    for (int i = plan.nodes.size() - 1; i >= 0; i--) {
      Plan.Node node = plan.nodes.get(i);
      if (node.whole == whole && node.carries) {
        for (int s = 0; s < node.parts.length; s++) {
          backward(node, i, s, batch, ws, block, blocks);
        }
      }
    }
  }

  private void backward(
      Plan.Node node, int i, int s, Batch batch, Workspace ws, int block, int blocks) {
    Source source = node.sources[s];
    boolean wanted = plan.needsInputGradient(i, s);
    boolean adds = wanted && !node.overwrites[s];
    Tensor dIn = null;
    boolean gated = false;
    if (source instanceof Source.Layer from) {
      dIn = wanted ? ws.gradients[from.index()][block] : null;
      gated = plan.nodes.get(from.index()).layer().endsInRelu();
    }
    node.parts[s].backward(
        ws.pass,
        ws.scratch[i],
        blocks,
        input(source, block, batch, ws),
        ws.activations[i][block],
        ws.gradients[i][block],
        gated,
        adds ? ws.extra : dIn);
    if (adds) {
      int values = blocks * node.parts[s].input().size() * LANES;
      ws.kernels.add(values, ws.extra.data(), ws.extra.offset(), dIn.data(), dIn.offset());
    }
  }

  private static Tensor input(Source source, int block, Batch batch, Workspace ws) {
    return source instanceof Source.Layer layer
        ? ws.activations[layer.index()][block]
        : ws.inputs(batch.inputs(), ((Source.Input) source).index())[block];
  }

  /**
   * Forward and loss without gradient. Loss sum and correct count are then in {@code workspace}.
   *
   * @param outputs overwritten with {@code [example][output]}: probabilities (softmax, sigmoid) or
   *     plain outputs (squared), {@link #outputs()} values an example; may be null
   */
  public void predict(Batch batch, Workspace workspace, float[] outputs) {
    check(batch, workspace);
    workspace.pass.infer();
    forward(batch, workspace, outputs, false);
  }

  private void forward(Batch batch, Workspace ws, float[] predictions, boolean training) {
    ws.lossSum = 0;
    Arrays.fill(ws.lossSums, 0);
    Arrays.fill(ws.corrects, 0);
    for (int b = 0; b < batch.blocks(); b++) {
      ws.pass.at(b * LANES);
      forward(false, batch, ws, b, 1);
    }
    ws.pass.at(0);
    forward(true, batch, ws, 0, batch.blocks());
    for (int b = 0; b < batch.blocks(); b++) {
      for (int o = 0; o < plan.heads.size(); o++) {
        judge(o, b, batch, ws, predictions, training);
      }
    }
  }

  private void forward(boolean whole, Batch batch, Workspace ws, int block, int blocks) {
    for (int i = 0; i < plan.nodes.size(); i++) {
      Plan.Node node = plan.nodes.get(i);
      for (int s = 0; node.whole == whole && s < node.parts.length; s++) {
        node.parts[s].forward(
            ws.pass,
            ws.scratch[i],
            blocks,
            input(node.sources[s], block, batch, ws),
            ws.activations[i][block]);
      }
    }
  }

  /** Loss of output {@code o} on one block, its gradient, what was right, and the predictions. */
  private void judge(
      int o, int block, Batch batch, Workspace ws, float[] predictions, boolean training) {
    Plan.Head head = plan.heads.get(o);
    int first = block * LANES;
    int examples = Math.min(LANES, batch.size() - first);
    int n = head.size();
    Tensor z = ws.activations[head.node()][block];
    Tensor sum = training ? ws.gradients[head.node()][block] : null;
    Tensor dz = training && !head.overwrites() ? ws.extra : sum;
    double loss =
        head.loss()
            .apply(ws.kernels, ws.lossWork, examples, n, z, targets(ws, batch, o, first, head), dz);
    ws.lossSums[o] += loss;
    ws.lossSum += head.weight() * loss;
    if (training) {
      addGradient(head, z, dz, sum, ws);
    }
    ws.corrects[o] += correct(examples, n, z, batch.labels(o), first);
    if (predictions != null) {
      int step = outputs();
      int to = first * step + head.offset();
      head.loss().predictions(ws.kernels, ws.lossWork, examples, n, z, predictions, to, step);
    }
  }

  private Targets targets(Workspace ws, Batch batch, int o, int first, Plan.Head head) {
    if (batch.targets() == null) {
      ws.targets.set(batch.labels(o), first);
    } else {
      ws.targets.set(batch.targets(), first * outputs() + head.offset() * LANES);
    }
    return ws.targets;
  }

  /** Weighs the gradient {@code dz} of a head, and adds it where another head's stands. */
  private void addGradient(Plan.Head head, Tensor z, Tensor dz, Tensor sum, Workspace ws) {
    int values = head.size() * LANES;
    for (int i = 0; head.weight() != 1f && i < values; i++) {
      dz.data()[dz.offset() + i] *= head.weight();
    }
    if (plan.nodes.get(head.node()).layer().endsInRelu()) {
      ws.kernels.gate(values, z.data(), z.offset(), dz.data(), dz.offset());
    }
    if (dz != sum) {
      ws.kernels.add(values, dz.data(), dz.offset(), sum.data(), sum.offset());
    }
  }

  /** Counts the examples whose largest output is their label's; NaN is never the largest. */
  private static int correct(int examples, int outputs, Tensor z, int[] labels, int first) {
    int correct = 0;
    for (int lane = 0; lane < examples; lane++) {
      int best = 0;
      float top = Float.NEGATIVE_INFINITY;
      for (int o = 0; o < outputs; o++) {
        float value = z.data()[z.offset() + o * LANES + lane];
        if (value > top) {
          top = value;
          best = o;
        } else if (Float.isNaN(value)) {
          top = Float.POSITIVE_INFINITY;
          best = -1;
        }
      }
      correct += best == labels[first + lane] ? 1 : 0;
    }
    return correct;
  }

  private void check(Batch batch, Workspace workspace) {
    if (workspace.network != this) {
      throw new InvalidInputException(
          "workspace: made for another network; make one with newWorkspace");
    }
    if (batch.size() < 1 || batch.size() > workspace.maxExamples) {
      throw new InvalidInputException(
          "batch: got " + batch.size() + " examples, expected 1 to " + workspace.maxExamples);
    }
    if (batch.labelsAnExample() < plan.heads.size()) {
      throw new InvalidInputException(
          "batch: got "
              + batch.labelsAnExample()
              + " labels an example, expected "
              + plan.heads.size()
              + ", one for each output; make batches with newBatch");
    }
    if (batch.shape().size() != inputSize) {
      throw new InvalidInputException(
          "batch: got examples of " + batch.shape() + ", expected " + spec.input());
    }
  }

  private void expectLabelsInRange(Batch batch) {
    for (int o = 0; o < plan.heads.size(); o++) {
      int[] labels = batch.labels(o);
      int classes = plan.heads.get(o).size();
      for (int i = 0; i < batch.size(); i++) {
        if (labels[i] < 0 || labels[i] >= classes) {
          throw new InvalidInputException(
              "batch: got label "
                  + labels[i]
                  + " of example "
                  + i
                  + ", expected 0 to "
                  + (classes - 1));
        }
      }
    }
  }
}
