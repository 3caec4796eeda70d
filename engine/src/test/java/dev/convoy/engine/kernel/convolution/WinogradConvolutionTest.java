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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Convolutions by Winograd's method against their definition in double, and the error of sums in
 * float as the definition has them, which is that of the direct kernels.
 */
class WinogradConvolutionTest {
  private final SplittableRandom random = new SplittableRandom(3);

  private static Geometry geometry(
      int height, int width, int top, int left, int in, int out, boolean flip) {
    return new Geometry(
        new Axis(height, 3, 1, top, height + 2 * top - 2),
        new Axis(width, 3, 1, left, width + 2 * left - 2),
        in,
        out,
        true,
        flip);
  }

  private float[] normal(int n, double deviation) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    return values;
  }

  /** What is computed, in float and in double, by the definition. */
  private static final class Definition {
    final double[] exact;
    final float[] direct;

    Definition(int n) {
      exact = new double[n];
      direct = new float[n];
    }

    void add(int at, float a, float b) {
      exact[at] += (double) a * b;
      direct[at] = Math.fma(a, b, direct[at]);
    }
  }

  private static Definition[] define(Geometry g, int blocks, float[] in, float[] d, float[] w) {
    Definition out = new Definition(d.length);
    Definition dIn = new Definition(in.length);
    Definition dW = new Definition(g.weights());
    for (int b = 0; b < blocks; b++) {
      for (int y = 0; y < g.outHeight(); y++) {
        for (int x = 0; x < g.outWidth(); x++) {
          for (int f = 0; f < g.outChannels(); f++) {
            int o = (((b * g.outHeight() + y) * g.outWidth() + x) * g.outChannels() + f) * LANES;
            for (int l = 0; l < LANES; l++) {
              out.add(o + l, w[g.weights() + f], 1f);
            }
            for (int tap = 0; tap < 9; tap++) {
              int row = y - g.top() + tap / 3;
              int column = x - g.left() + tap % 3;
              if (row < 0 || row >= g.inHeight() || column < 0 || column >= g.inWidth()) {
                continue;
              }
              for (int c = 0; c < g.inChannels(); c++) {
                int i = ((b * g.inHeight() + row) * g.inWidth() + column) * g.inChannels() + c;
                int at = g.weightRow(tap / 3, tap % 3, c) + f;
                for (int l = 0; l < LANES; l++) {
                  out.add(o + l, in[i * LANES + l], w[at]);
                  dIn.add(i * LANES + l, d[o + l], w[at]);
                  dW.add(at, in[i * LANES + l], d[o + l]);
                }
              }
            }
          }
        }
      }
    }
    return new Definition[] {out, dIn, dW};
  }

  private static double error(float[] got, Definition expected, int n) {
    double squares = 0;
    for (int i = 0; i < n; i++) {
      squares += Math.pow(got[i] - expected.exact[i], 2);
    }
    return Math.sqrt(squares / n);
  }

  @ParameterizedTest
  @CsvSource({
    "8, 8, 1, 1, 8, 8, false",
    "14, 14, 1, 1, 16, 12, false",
    "9, 11, 1, 1, 9, 13, true",
    "10, 10, 0, 0, 11, 17, false",
    "6, 13, 2, 0, 8, 10, true",
    "7, 7, 1, 2, 20, 8, false",
    "12, 8, 1, 1, 40, 70, false"
  })
  void errorsStayNearThoseOfDirectSums(
      int height, int width, int top, int left, int in, int out, boolean flip) {
    Geometry g = geometry(height, width, top, left, in, out, flip);
    assertThat(WinogradInput.serves(g.vertical(), g.horizontal(), in, out)).isTrue();
    int blocks = 2;
    float[] x = normal(blocks * g.inBlock(), 1);
    for (int i = 0; i < x.length; i++) {
      x[i] = Math.max(0, x[i]);
    }
    float[] d = normal(blocks * g.outBlock(), 1);
    float[] w = normal(g.weights() + out, Math.sqrt(2.0 / (9 * in)));
    Kernels kernels = KernelProvider.get();
    Convolution convolution = new Convolution(g);
    Convolution.Scratch scratch = convolution.newScratch(new Arena(), blocks, true, true);
    convolution.load(kernels, w, 0, scratch);
    float[] y = new float[d.length];
    convolution.forward(kernels, scratch, blocks, new Tensor(x, 0), false, new Tensor(y, 0));
    float[] dx = new float[x.length];
    convolution.backwardData(kernels, scratch, blocks, new Tensor(d, 0), null, new Tensor(dx, 0));
    float[] gradient = new float[w.length];
    convolution.clearWeightGradient(scratch);
    for (int b = 0; b < blocks; b++) {
      convolution.backwardWeights(
          kernels, scratch, 1, new Tensor(x, b * g.inBlock()), new Tensor(d, b * g.outBlock()));
    }
    convolution.storeWeightGradient(scratch, gradient, 0);

    Definition[] expected = define(g, blocks, x, d, w);
    float[][] got = {y, dx, gradient};
    String[] names = {"forward", "data", "weights"};
    for (int i = 0; i < 3; i++) {
      int n = i == 2 ? g.weights() : got[i].length;
      double ours = error(got[i], expected[i], n);
      double direct = error(expected[i].direct, expected[i], n);
      assertThat(ours).as("%s: %s against %s", names[i], ours, direct).isLessThan(4 * direct);
    }
  }

  @Test
  void aReluAndItsGateAreThoseOfTheDirectKernels() {
    Geometry g = geometry(9, 10, 1, 1, 8, 9, false);
    Kernels kernels = KernelProvider.get();
    Convolution convolution = new Convolution(g);
    Convolution.Scratch scratch = convolution.newScratch(new Arena(), 1, true, false);
    float[] w = normal(g.weights() + 9, 0.1);
    convolution.load(kernels, w, 0, scratch);
    float[] x = normal(g.inBlock(), 1);
    float[] plain = new float[g.outBlock()];
    float[] relu = new float[g.outBlock()];
    convolution.forward(kernels, scratch, 1, new Tensor(x, 0), false, new Tensor(plain, 0));
    convolution.forward(kernels, scratch, 1, new Tensor(x, 0), true, new Tensor(relu, 0));
    float[] d = normal(g.outBlock(), 1);
    float[] free = new float[x.length];
    float[] gated = new float[x.length];
    Tensor dOut = new Tensor(d, 0);
    convolution.backwardData(kernels, scratch, 1, dOut, null, new Tensor(free, 0));
    convolution.backwardData(kernels, scratch, 1, dOut, new Tensor(x, 0), new Tensor(gated, 0));
    for (int i = 0; i < plain.length; i++) {
      assertThat(relu[i]).isEqualTo(plain[i] < 0 ? 0f : plain[i]);
    }
    for (int i = 0; i < free.length; i++) {
      assertThat(gated[i]).isEqualTo(x[i] <= 0 ? 0f : free[i]);
    }
  }

  /** A NaN must reach every output that it belongs to; it may reach others of its tiles. */
  @Test
  void noNaNVanishes() {
    Geometry g = geometry(8, 8, 1, 1, 8, 8, false);
    Kernels kernels = KernelProvider.get();
    Convolution convolution = new Convolution(g);
    Convolution.Scratch scratch = convolution.newScratch(new Arena(), 1, true, true);
    float[] w = normal(g.weights() + 8, 0.1);
    convolution.load(kernels, w, 0, scratch);
    for (int place = 0; place < 64; place++) {
      float[] x = normal(g.inBlock(), 1);
      x[place * 8 * LANES + 5] = Float.NaN;
      float[] y = new float[g.outBlock()];
      convolution.forward(kernels, scratch, 1, new Tensor(x, 0), true, new Tensor(y, 0));
      for (int p = 0; p < 64; p++) {
        boolean near = Math.abs(p / 8 - place / 8) <= 1 && Math.abs(p % 8 - place % 8) <= 1;
        for (int f = 0; near && f < 8; f++) {
          assertThat(y[(p * 8 + f) * LANES + 5]).isNaN();
        }
        assertThat(y[p * 8 * LANES + 4]).as("another example").isNotNaN();
      }
      float[] gradient = new float[w.length];
      convolution.clearWeightGradient(scratch);
      Tensor ones = new Tensor(filled(g.outBlock()), 0);
      convolution.backwardWeights(kernels, scratch, 1, new Tensor(x, 0), ones);
      convolution.storeWeightGradient(scratch, gradient, 0);
      assertThat(gradient[g.weightRow(1, 1, 0)]).isNaN();
    }
  }

  private static float[] filled(int n) {
    float[] ones = new float[n];
    Arrays.fill(ones, 1f);
    return ones;
  }

  @Test
  void theChoiceFollowsFromTheShapeAlone() {
    assertThat(serves(28, 32, 32)).isTrue();
    assertThat(serves(7, 64, 64)).isTrue();
    assertThat(serves(32, 3, 64)).isFalse();
    assertThat(serves(32, 64, 7)).isFalse();
    assertThat(serves(3, 64, 64)).isFalse();
    assertThat(serves(5, 64, 64)).isFalse();
    Axis strided = new Axis(32, 3, 2, 1, 16);
    assertThat(WinogradInput.serves(strided, strided, 32, 32)).isFalse();
  }

  private static boolean serves(int side, int in, int out) {
    Axis axis = new Axis(side, 3, 1, 1, side);
    return WinogradInput.serves(axis, axis, in, out);
  }
}
