package dev.convoy.engine.kernel.convolution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.KernelProvider;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.kernel.convolution.Convolution.Geometry;
import dev.convoy.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Convolutions of random shapes and values have the bits of the scalar kernels, whatever way their
 * shapes choose, and leave what lies around their places alone.
 */
class ConvolutionBitsTest {
  private static final int CASES = 400;
  private static final int MOST_BLOCKS = 4;

  private SplittableRandom random;

  @Test
  void everyShapeHasTheBitsOfTheScalarKernels() {
    int run = 0;
    for (int seed = 0; seed < CASES; seed++) {
      random = new SplittableRandom(seed);
      Geometry g = seed % 7 == 6 ? tiled() : geometry(seed % 7);
      if (g != null) {
        int blocks = upTo(MOST_BLOCKS);
        List<float[]> expected = outcome(KernelProvider.byName("scalar"), g, blocks, seed);
        List<float[]> got = outcome(KernelProvider.get(), g, blocks, seed);
        for (int i = 0; i < expected.size(); i++) {
          assertThat(sameBits(got.get(i), expected.get(i))).as("array %d of %s", i, g).isTrue();
        }
        run++;
      }
    }
    assertThat(run).isGreaterThan(CASES / 2);
  }

  private int upTo(int most) {
    return 1 + random.nextInt(most);
  }

  /** A shape that Winograd's method serves. */
  private Geometry tiled() {
    int height = 6 + random.nextInt(12);
    int width = 6 + random.nextInt(12);
    int top = random.nextInt(3);
    int left = random.nextInt(3);
    return new Geometry(
        new Axis(height, 3, 1, top, height + 2 * top - 2),
        new Axis(width, 3, 1, left, width + 2 * left - 2),
        8 + random.nextInt(80),
        8 + random.nextInt(80),
        random.nextBoolean(),
        random.nextBoolean());
  }

  /** Shapes of a kind, so that every way is taken often; null for one that cannot be. */
  private Geometry geometry(int kind) {
    boolean dense = kind == 0;
    boolean slides = kind == 1;
    boolean short1 = kind == 2;
    int most = kind == 4 ? 7 : 5;
    int inHeight = dense ? 1 : upTo(9);
    int inWidth = dense ? 1 : short1 ? 4 + upTo(60) : upTo(12);
    int inChannels = dense ? upTo(70) : slides ? 1 : short1 ? upTo(3) : upTo(kind == 3 ? 40 : 7);
    int kernelHeight = dense ? 1 : slides ? 3 : upTo(most);
    int kernelWidth = dense ? 1 : slides ? 3 : short1 ? 3 + 2 * random.nextInt(2) : upTo(most);
    int strideHeight = dense || slides || short1 ? 1 : upTo(kind == 4 ? 4 : 3);
    int strideWidth = dense || slides || short1 ? 1 : upTo(kind == 4 ? 5 : 3);
    int top = dense ? 0 : random.nextInt(5);
    int left = dense ? 0 : random.nextInt(5);
    int spareHeight = inHeight + top + (dense ? 0 : random.nextInt(5)) - kernelHeight;
    int spareWidth = inWidth + left + (dense ? 0 : random.nextInt(5)) - kernelWidth;
    if (spareHeight < 0 || spareWidth < 0) {
      return null;
    }
    int outHeight = spareHeight / strideHeight + 1;
    int outWidth = spareWidth / strideWidth + 1;
    return new Geometry(
        new Axis(inHeight, kernelHeight, strideHeight, top, outHeight),
        new Axis(inWidth, kernelWidth, strideWidth, left, outWidth),
        inChannels,
        upTo(dense ? 90 : 40),
        random.nextBoolean(),
        random.nextBoolean());
  }

  /** What some calls leave behind, in arrays that are longer than their results. */
  private List<float[]> outcome(Kernels kernels, Geometry g, int blocks, long seed) {
    random = new SplittableRandom(~seed);
    Arena arena = new Arena();
    Convolution convolution = new Convolution(g);
    Convolution.Scratch scratch = convolution.newScratch(arena, MOST_BLOCKS, true, true);
    Tensor neighbour = arena.take(1000);
    float[] weights = values(3 + g.weights() + (g.bias() ? g.outChannels() : 0));
    convolution.load(kernels, weights, 3, scratch);
    List<float[]> found = new ArrayList<>();
    for (int turn = 0; turn < 3; turn++) {
      int b = turn == 1 ? MOST_BLOCKS : blocks;
      float[] in = values(7 + b * g.inBlock());
      float[] dOut = values(5 + b * g.outBlock());
      float[] gate = turn == 2 ? null : values(3 + b * g.inBlock());
      float[] out = unset(11 + b * g.outBlock());
      convolution.forward(kernels, scratch, b, new Tensor(in, 7), turn != 1, new Tensor(out, 2));
      float[] dIn = unset(13 + b * g.inBlock());
      Tensor gates = gate == null ? null : new Tensor(gate, 3);
      convolution.backwardData(kernels, scratch, b, new Tensor(dOut, 5), gates, new Tensor(dIn, 4));
      float[] gradient = unset(1 + weights.length);
      convolution.clearWeightGradient(scratch);
      convolution.backwardWeights(kernels, scratch, 1, new Tensor(in, 7), new Tensor(dOut, 5));
      int rest = b - 1;
      convolution.backwardWeights(
          kernels,
          scratch,
          rest,
          new Tensor(in, 7 + g.inBlock()),
          new Tensor(dOut, 5 + g.outBlock()));
      convolution.storeWeightGradient(scratch, gradient, 1);
      found.addAll(List.of(out, dIn, gradient));
    }
    int from = neighbour.offset();
    found.add(Arrays.copyOfRange(neighbour.data(), from, from + 1000));
    assertThat(found.get(9)).as("the next piece of working memory").containsOnly(0f);
    return found;
  }

  private float[] values(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  private static float[] unset(int n) {
    float[] values = new float[n];
    Arrays.fill(values, Float.NaN);
    return values;
  }

  private static boolean sameBits(float[] a, float[] b) {
    for (int i = 0; i < a.length; i++) {
      if (Float.floatToRawIntBits(a[i]) != Float.floatToRawIntBits(b[i])) {
        return false;
      }
    }
    return a.length == b.length;
  }
}
