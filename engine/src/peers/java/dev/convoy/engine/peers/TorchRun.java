package dev.convoy.engine.peers;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.convoy.engine.bench.EngineRun;
import dev.convoy.engine.bench.Rates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The same net and the same batches in PyTorch: eager mode, autograd, plain SGD in place.
 *
 * <p>As little of DJL as possible stands between: operators are called through its JNI layer, the
 * gradient of the loss is seeded with minus the learning rate so that the update is one in-place
 * addition a parameter, and each step differentiates with respect to fresh views of the parameters,
 * which is what {@code zero_grad(set_to_none=True)} does.
 */
final class TorchRun implements Peer {
  private static final Shape ONE = new Shape(1, 1);

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final List<PtNDArray> parameters = new ArrayList<>();
  private final PtNDArray[] inputs = new PtNDArray[EngineRun.BATCHES];
  private final PtNDArray[] labels = new PtNDArray[EngineRun.BATCHES];
  private final TorchNet net;
  private final boolean training;
  private PtNDArray seed;
  private float seededRate = Float.NaN;
  private long step;

  /** Starts from the net's parameters. */
  TorchRun(TorchNet net, boolean training) {
    this.net = net;
    this.training = training;
    for (TorchNet.Parameter parameter : net.parameters()) {
      parameters.add(array(parameter.values(), shape(parameter.shape())));
    }
    int batch = net.batch();
    int size = net.pixels().length / (inputs.length * batch);
    for (int b = 0; b < inputs.length; b++) {
      float[] values = Arrays.copyOfRange(net.pixels(), b * batch * size, (b + 1) * batch * size);
      long[] classes = new long[batch];
      for (int i = 0; i < batch; i++) {
        classes[i] = net.labels()[b * batch + i];
      }
      int[] image = net.input();
      inputs[b] = array(values, new Shape(batch, image[0], image[1], image[2]));
      labels[b] = (PtNDArray) manager.create(classes, new Shape(batch, 1));
    }
  }

  private static Shape shape(int[] sizes) {
    return new Shape(Arrays.stream(sizes).asLongStream().toArray());
  }

  @Override
  public String name() {
    return "eager, through DJL";
  }

  @Override
  public double rate(long nanos, float learningRate) {
    return Rates.window(training ? () -> step(learningRate) : this::predict, net.batch(), nanos);
  }

  @Override
  public double step(float learningRate) {
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

  @Override
  public double predict() {
    int at = (int) (step++ % EngineRun.BATCHES);
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      PtNDArray logits = forward(inputs[at], parameters.toArray(new PtNDArray[0]));
      return JniUtils.softmax(logits, 1, DataType.FLOAT32).toFloatArray()[0];
    }
  }

  private PtNDArray forward(PtNDArray input, PtNDArray[] leaves) {
    PtNDArray x = input;
    for (TorchNet.Op op : net.ops()) {
      PtNDArray weight = op.weight() < 0 ? null : leaves[op.weight()];
      PtNDArray bias = op.bias() < 0 ? null : leaves[op.bias()];
      Shape stride = shape(op.stride());
      Shape padding = shape(op.padding());
      x =
          switch (op.kind()) {
            case CONV -> JniUtils.convolution(x, weight, bias, stride, padding, ONE, 1);
            case MAX_POOL -> JniUtils.maxPool(x, shape(op.window()), stride, padding, false);
            case RELU -> JniUtils.relu(x);
            case FLATTEN -> JniUtils.reshape(x, new long[] {net.batch(), -1});
            case LINEAR -> JniUtils.linear(x, weight, bias);
          };
    }
    return x;
  }

  private PtNDArray array(float[] values, Shape shape) {
    return (PtNDArray) manager.create(values, shape);
  }

  @Override
  public void close() {
    manager.close();
  }
}
