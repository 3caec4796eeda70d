package dev.convoy.engine.peers;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.convoy.engine.bench.EngineRun;
import dev.convoy.engine.data.ImageSet;
import dev.convoy.engine.layer.Conv2d;
import dev.convoy.engine.layer.Dense;
import dev.convoy.engine.layer.Flatten;
import dev.convoy.engine.layer.LayerSpec;
import dev.convoy.engine.layer.Pool2d;
import dev.convoy.engine.layer.Window;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.ParameterLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The same net and the same batches in PyTorch: eager mode, autograd, plain SGD in place.
 *
 * <p>As little of DJL as possible stands between: operators are called through its JNI layer, the
 * gradient of the loss is seeded with minus the learning rate so that the update is one in-place
 * addition a parameter, and each step differentiates with respect to fresh views of the parameters,
 * which is what {@code zero_grad(set_to_none=True)} does.
 */
final class TorchRun implements AutoCloseable {
  private static final Shape ONE = new Shape(1, 1);

  /** An operator of the forward pass; weight and bias are indices of parameters, -1 for none. */
  private record Op(Kind kind, int weight, int bias, Shape stride, Shape padding, Shape window) {}

  private enum Kind {
    CONV,
    MAX_POOL,
    RELU,
    FLATTEN,
    LINEAR
  }

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final List<Op> ops = new ArrayList<>();
  private final List<PtNDArray> parameters = new ArrayList<>();
  private final PtNDArray[] inputs = new PtNDArray[EngineRun.BATCHES];
  private final PtNDArray[] labels = new PtNDArray[EngineRun.BATCHES];
  private final int batchSize;
  private PtNDArray seed;
  private float seededRate = Float.NaN;
  private long step;

  /** Starts from {@code weights} in the engine's layout. */
  TorchRun(
      ModelSpec spec, ParameterLayout layout, float[] weights, ImageSet images, int batchSize) {
    this.batchSize = batchSize;
    build(spec, layout, weights);
    float[] table = spec.normalization().table();
    int pixels = images.shape().size();
    for (int b = 0; b < inputs.length; b++) {
      float[] values = new float[batchSize * pixels];
      long[] classes = new long[batchSize];
      for (int i = 0; i < values.length; i++) {
        values[i] = table[images.pixels()[b * values.length + i] & 0xff];
      }
      for (int i = 0; i < batchSize; i++) {
        classes[i] = images.labels()[b * batchSize + i];
      }
      // one channel, so height x width x channel is channel x height x width
      inputs[b] = array(values, new Shape(batchSize, 1, 28, 28));
      labels[b] = (PtNDArray) manager.create(classes, new Shape(batchSize, 1));
    }
  }

  /** One training step. Returns the mean loss before the update. */
  double step(float learningRate) {
    if (learningRate != seededRate) {
      seed = (PtNDArray) manager.create(-learningRate);
      seededRate = learningRate;
    }
    int at = (int) (step++ % EngineRun.BATCHES);
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      JniUtils.setGradMode(true);
      PtNDArray[] leaves = new PtNDArray[parameters.size()];
      for (int i = 0; i < leaves.length; i++) {
        leaves[i] = JniUtils.detachGradient(parameters.get(i));
        JniUtils.attachGradient(leaves[i], true);
      }
      PtNDArray logits = forward(inputs[at], leaves);
      PtNDArray logProbabilities = JniUtils.logSoftmax(logits, 1, DataType.FLOAT32);
      PtNDArray loss =
          JniUtils.neg(JniUtils.mean(JniUtils.gather(logProbabilities, labels[at], 1)));
      JniUtils.backward(loss, seed, false, false);
      JniUtils.setGradMode(false);
      for (int i = 0; i < leaves.length; i++) {
        JniUtils.addi(parameters.get(i), JniUtils.getGradient(leaves[i]));
      }
      return loss.getFloat();
    }
  }

  /** Probabilities for one batch. Returns the first. */
  double predict() {
    int at = (int) (step++ % EngineRun.BATCHES);
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      PtNDArray logits = forward(inputs[at], parameters.toArray(new PtNDArray[0]));
      return JniUtils.softmax(logits, 1, DataType.FLOAT32).toFloatArray()[0];
    }
  }

  private PtNDArray forward(PtNDArray input, PtNDArray[] leaves) {
    PtNDArray x = input;
    for (Op op : ops) {
      PtNDArray weight = op.weight < 0 ? null : leaves[op.weight];
      PtNDArray bias = op.bias < 0 ? null : leaves[op.bias];
      x =
          switch (op.kind) {
            case CONV -> JniUtils.convolution(x, weight, bias, op.stride, op.padding, ONE, 1);
            case MAX_POOL -> JniUtils.maxPool(x, op.window, op.stride, op.padding, false);
            case RELU -> JniUtils.relu(x);
            case FLATTEN -> JniUtils.reshape(x, new long[] {batchSize, -1});
            case LINEAR -> JniUtils.linear(x, weight, bias);
          };
    }
    return x;
  }

  private void build(ModelSpec spec, ParameterLayout layout, float[] weights) {
    dev.convoy.engine.tensor.Shape shape = spec.input();
    dev.convoy.engine.tensor.Shape unflattened = null;
    for (int layer = 0; layer < spec.layers().size(); layer++) {
      LayerSpec item = spec.layers().get(layer);
      int first = parameters.size();
      if (item instanceof Conv2d.Spec conv) {
        add(layout, layer, weights, shape.channels(), null, true);
        Window.Extent extent = conv.window().on(shape);
        Shape padding = new Shape(extent.vertical().before(), extent.horizontal().before());
        Shape stride = new Shape(extent.vertical().stride(), extent.horizontal().stride());
        ops.add(new Op(Kind.CONV, first, conv.bias() ? first + 1 : -1, stride, padding, ONE));
      } else if (item instanceof Pool2d.Spec pool) {
        Window window = pool.window();
        Shape stride = new Shape(window.strideHeight(), window.strideWidth());
        Shape size = new Shape(window.height(), window.width());
        ops.add(new Op(Kind.MAX_POOL, -1, -1, stride, new Shape(0, 0), size));
      } else if (item instanceof Dense.Spec dense) {
        add(layout, layer, weights, shape.size(), unflattened, false);
        unflattened = null;
        ops.add(new Op(Kind.LINEAR, first, dense.bias() ? first + 1 : -1, ONE, ONE, ONE));
      } else {
        boolean flatten = item instanceof Flatten;
        unflattened = flatten ? shape : unflattened;
        ops.add(new Op(flatten ? Kind.FLATTEN : Kind.RELU, -1, -1, ONE, ONE, ONE));
      }
      shape = item.outputShape(shape);
    }
  }

  /** Adds a layer's arrays in PyTorch's layout: [filter][channel][y][x], [unit][input], [bias]. */
  private void add(
      ParameterLayout layout,
      int layer,
      float[] weights,
      int inputs,
      dev.convoy.engine.tensor.Shape unflattened,
      boolean conv) {
    for (ParameterLayout.Entry entry : layout.entries()) {
      if (entry.layer() != layer) {
        continue;
      }
      List<Integer> dims = entry.dimensions();
      int outputs = dims.get(dims.size() - 1);
      float[] values = new float[entry.length()];
      if (entry.length() == outputs) {
        System.arraycopy(weights, entry.offset(), values, 0, outputs);
        parameters.add(array(values, new Shape(outputs)));
        continue;
      }
      int cells = conv ? dims.get(0) * dims.get(1) : unflattened == null ? 1 : unflattened.pixels();
      int channels = entry.length() / outputs / cells;
      for (int cell = 0; cell < cells; cell++) {
        for (int c = 0; c < channels; c++) {
          for (int o = 0; o < outputs; o++) {
            int ours = (cell * channels + c) * outputs + o;
            values[(o * channels + c) * cells + cell] = weights[entry.offset() + ours];
          }
        }
      }
      Shape shape =
          conv
              ? new Shape(outputs, channels, dims.get(0), dims.get(1))
              : new Shape(outputs, inputs);
      parameters.add(array(values, shape));
    }
  }

  private PtNDArray array(float[] values, Shape shape) {
    return (PtNDArray) manager.create(values, shape);
  }

  @Override
  public void close() {
    manager.close();
  }
}
