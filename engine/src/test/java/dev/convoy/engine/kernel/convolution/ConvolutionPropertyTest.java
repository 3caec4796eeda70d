package dev.convoy.engine.kernel.convolution;

import static dev.convoy.engine.tensor.Lanes.LANES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.KernelProvider;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.kernel.convolution.Convolution.Geometry;
import dev.convoy.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Convolutions of random shapes against the plain sum of their definition. All values are small
 * integers, so every order of a sum gives the same floats and equality is exact.
 */
class ConvolutionPropertyTest {
  private static final int CASES = 1500;

  private final SplittableRandom random = new SplittableRandom(7);
  private final Kernels kernels = KernelProvider.get();

  @Test
  void everyShapeGivesTheDefinition() {
    int run = 0;
    for (int i = 0; i < CASES; i++) {
      Geometry g = geometry();
      if (g != null) {
        check(g, 1 + random.nextInt(2));
        run++;
      }
    }
    assertThat(run).isGreaterThan(CASES / 2);
  }

  private int upTo(int most) {
    return 1 + random.nextInt(most);
  }

  private Geometry geometry() {
    int inHeight = upTo(9);
    int inWidth = upTo(9);
    int kernelHeight = upTo(5);
    int kernelWidth = upTo(5);
    int strideHeight = upTo(4);
    int strideWidth = upTo(4);
    int top = random.nextInt(4);
    int left = random.nextInt(4);
    int spareHeight = inHeight + top + random.nextInt(4) - kernelHeight;
    int spareWidth = inWidth + left + random.nextInt(4) - kernelWidth;
    if (spareHeight < 0 || spareWidth < 0) {
      return null;
    }
    int outHeight = spareHeight / strideHeight + 1;
    int outWidth = spareWidth / strideWidth + 1;
    return new Geometry(
        new Axis(inHeight, kernelHeight, strideHeight, top, outHeight),
        new Axis(inWidth, kernelWidth, strideWidth, left, outWidth),
        upTo(5),
        upTo(18),
        random.nextBoolean(),
        random.nextBoolean());
  }

  private float[] integers(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextInt(9) - 4;
    }
    return values;
  }

  private void check(Geometry g, int blocks) {
    float[] in = integers(blocks * g.inHeight() * g.inWidth() * g.inChannels() * LANES);
    float[] dOut = integers(blocks * g.outHeight() * g.outWidth() * g.outChannels() * LANES);
    float[] weights = integers(g.weights() + (g.bias() ? g.outChannels() : 0));
    Plain plain = new Plain(g, in, dOut, weights);
    for (int block = 0; block < blocks; block++) {
      plain.add(block);
    }

    Convolution convolution = new Convolution(g);
    Convolution.Scratch scratch = convolution.newScratch(new Arena(), blocks, true, true);
    convolution.load(kernels, weights, 0, scratch);
    float[] out = filled(dOut.length);
    convolution.forward(kernels, scratch, blocks, new Tensor(in, 0), false, new Tensor(out, 0));
    assertThat(Arrays.equals(out, plain.out)).as("out of %s", g).isTrue();
    float[] dIn = filled(in.length);
    convolution.backwardData(
        kernels, scratch, blocks, new Tensor(dOut, 0), null, new Tensor(dIn, 0));
    assertThat(Arrays.equals(dIn, plain.dIn)).as("dIn of %s", g).isTrue();
    for (int twice = 0; twice < 2; twice++) {
      float[] gradient = filled(weights.length);
      convolution.clearWeightGradient(scratch);
      convolution.backwardWeights(kernels, scratch, blocks, new Tensor(in, 0), new Tensor(dOut, 0));
      convolution.storeWeightGradient(scratch, gradient, 0);
      assertThat(Arrays.equals(gradient, plain.gradient)).as("gradient of %s", g).isTrue();
    }
  }

  private static float[] filled(int length) {
    float[] values = new float[length];
    Arrays.fill(values, Float.NaN);
    return values;
  }

  /** The definition, one product at a time. */
  private static final class Plain {
    private final Geometry g;
    private final float[] in;
    private final float[] dOut;
    private final float[] weights;
    final float[] out;
    final float[] dIn;
    final float[] gradient;

    Plain(Geometry g, float[] in, float[] dOut, float[] weights) {
      this.g = g;
      this.in = in;
      this.dOut = dOut;
      this.weights = weights;
      this.out = new float[dOut.length];
      this.dIn = new float[in.length];
      this.gradient = new float[weights.length];
    }

    void add(int block) {
      for (int y = 0; y < g.outHeight(); y++) {
        for (int x = 0; x < g.outWidth(); x++) {
          for (int f = 0; f < g.outChannels(); f++) {
            int pixel = (block * g.outHeight() + y) * g.outWidth() + x;
            for (int lane = 0; lane < LANES; lane++) {
              add(block, y, x, f, (pixel * g.outChannels() + f) * LANES + lane, lane);
            }
          }
        }
      }
    }

    private void add(int block, int y, int x, int f, int o, int lane) {
      if (g.bias()) {
        out[o] = weights[g.weights() + f];
        gradient[g.weights() + f] += dOut[o];
      }
      for (int ky = 0; ky < g.kernelHeight(); ky++) {
        for (int kx = 0; kx < g.kernelWidth(); kx++) {
          int row = y * g.strideHeight() + ky - g.top();
          int column = x * g.strideWidth() + kx - g.left();
          if (row < 0 || column < 0 || row >= g.inHeight() || column >= g.inWidth()) {
            continue;
          }
          for (int c = 0; c < g.inChannels(); c++) {
            int pixel = (block * g.inHeight() + row) * g.inWidth() + column;
            int i = (pixel * g.inChannels() + c) * LANES + lane;
            int w = weight(ky, kx, c, f);
            out[o] += weights[w] * in[i];
            dIn[i] += weights[w] * dOut[o];
            gradient[w] += in[i] * dOut[o];
          }
        }
      }
    }

    private int weight(int ky, int kx, int c, int f) {
      int y = g.flip() ? g.kernelHeight() - 1 - ky : ky;
      int x = g.flip() ? g.kernelWidth() - 1 - kx : kx;
      return ((y * g.kernelWidth() + x) * g.inChannels() + c) * g.outChannels() + f;
    }
  }
}
