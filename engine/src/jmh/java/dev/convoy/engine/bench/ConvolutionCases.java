package dev.convoy.engine.bench;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.kernel.convolution.Axis;
import dev.convoy.engine.kernel.convolution.Convolution;
import dev.convoy.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Convolution and dense layers at the shapes of the four nets, 64 examples a run: forward, gradient
 * with respect to the data, gradient with respect to weights and bias. Operations are counted as 2
 * x kernel x channels x filters x outputs, taps in the padding included.
 */
final class ConvolutionCases {
  private static final int EXAMPLES = 64;
  private static final int BLOCKS = EXAMPLES / LANES;

  private final Kernels kernels;
  private final SplittableRandom random = new SplittableRandom(11);
  private final List<Case> cases = new ArrayList<>();

  private ConvolutionCases(Kernels kernels) {
    this.kernels = kernels;
  }

  static List<Case> of(Kernels kernels) {
    ConvolutionCases all = new ConvolutionCases(kernels);
    all.conv("conv 3x3 1->8 @28", 28, 1, 3, 0, 8);
    all.conv("conv 5x5 1->6 p2 @28", 28, 1, 5, 2, 6);
    all.conv("conv 3x3 1->32 p1 @28", 28, 1, 3, 1, 32);
    all.conv("conv 5x5 6->16 @14", 14, 6, 5, 0, 16);
    all.conv("conv 3x3 32->32 p1 @28", 28, 32, 3, 1, 32);
    all.conv("conv 3x3 32->64 p1 @14", 14, 32, 3, 1, 64);
    all.dense(1352, 10);
    all.dense(400, 120);
    all.dense(120, 84);
    all.dense(84, 10);
    all.dense(784, 128);
    all.dense(3136, 128);
    return all.cases;
  }

  private void dense(int inputs, int units) {
    conv("dense " + inputs + "->" + units, 1, inputs, 1, 0, units);
  }

  private void conv(String name, int side, int channels, int kernel, int pad, int filters) {
    int out = side + 2 * pad - kernel + 1;
    Axis axis = new Axis(side, kernel, 1, pad, out);
    Convolution conv =
        new Convolution(new Convolution.Geometry(axis, axis, channels, filters, true, false));
    Arena arena = new Arena();
    Convolution.Scratch scratch = conv.newScratch(arena, BLOCKS, true, true);
    float[] weights = random(conv.geometry().weights() + filters);
    conv.load(kernels, weights, 0, scratch);
    Tensor in = random(arena, EXAMPLES * side * side * channels);
    Tensor sums = random(arena, EXAMPLES * out * out * filters);
    Tensor back = arena.take(EXAMPLES * side * side * channels);
    float[] gradient = new float[weights.length];
    double flop = 2.0 * kernel * kernel * channels * filters * out * out * EXAMPLES;
    cases.add(
        Case.flops(
            name + " fwd", flop, () -> conv.forward(kernels, scratch, BLOCKS, in, false, sums)));
    if (channels > 1) {
      cases.add(
          Case.flops(
              name + " bwd-data",
              flop,
              () -> conv.backwardData(kernels, scratch, BLOCKS, sums, null, back)));
    }
    cases.add(
        Case.flops(
            name + " bwd-weights",
            flop,
            () -> {
              conv.clearWeightGradient(scratch);
              conv.backwardWeights(kernels, scratch, BLOCKS, in, sums);
              conv.storeWeightGradient(scratch, gradient, 0);
            }));
    cases.add(
        Case.bytes(
            name + " load", 8.0 * weights.length, () -> conv.load(kernels, weights, 0, scratch)));
  }

  private Tensor random(Arena arena, int length) {
    Tensor piece = arena.take(length);
    System.arraycopy(random(length), 0, piece.data(), piece.offset(), length);
    return piece;
  }

  private float[] random(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }
}
