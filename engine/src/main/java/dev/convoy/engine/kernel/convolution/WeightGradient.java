package dev.convoy.engine.kernel.convolution;

import static dev.convoy.engine.kernel.GradientProducts.PANEL;
import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.kernel.convolution.Convolution.Geometry;
import java.util.Arrays;

/**
 * Gradient of a convolution with respect to its weights and bias, summed over the blocks of a
 * micro-batch, with the working memory that it takes: one a thread. Call order: {@link #clear},
 * {@link #add} for at most {@code maxBlocks} blocks, {@link #store}. Which of three ways serves is
 * a pure function of the shape, because the order of a sum is.
 */
abstract sealed class WeightGradient
    permits DenseWeightGradient, LaneWeightGradient, RowWeightGradient, WinogradWeightGradient {
  final Geometry g;
  final int taps;

  /** Bias: a line a channel. */
  private final float[] bias;

  WeightGradient(Geometry geometry) {
    g = geometry;
    taps = g.taps();
    bias = new float[g.outChannels() * LANES];
  }

  /** The way for a shape. */
  static WeightGradient of(Geometry g, int maxBlocks, Arena arena) {
    if (WinogradWeightGradient.serves(g)) {
      return new WinogradWeightGradient(g, arena);
    }
    if (LaneWeightGradient.serves(g)) {
      return new LaneWeightGradient(g, arena);
    }
    boolean onePixel =
        g.inHeight() * g.inWidth() * g.kernelHeight() * g.kernelWidth() == 1
            && g.outHeight() * g.outWidth() == 1
            && g.top() == 0
            && g.left() == 0;
    return onePixel
        ? new DenseWeightGradient(g, maxBlocks, arena)
        : new RowWeightGradient(g, arena);
  }

  static int up(int n, int multiple) {
    return (n + multiple - 1) / multiple * multiple;
  }

  /** Starts the sums at zero. */
  final void clear() {
    Arrays.fill(bias, 0f);
    clearWeights();
  }

  /** Adds blocks of inputs and output gradients. */
  final void add(Kernels k, int blocks, float[] in, int inOff, float[] dOut, int dOutOff) {
    addWeights(k, blocks, in, inOff, dOut, dOutOff);
    if (g.bias()) {
      int line = g.outChannels() * LANES;
      k.addRows(line, blocks * g.outHeight() * g.outWidth(), dOut, dOutOff, line, bias, 0);
    }
  }

  /** Overwrites weights and bias of {@code gradient} from {@code offset} with the sums. */
  final void store(float[] gradient, int offset) {
    storeWeights(gradient, offset);
    if (g.bias()) {
      for (int c = 0; c < g.outChannels(); c++) {
        gradient[offset + g.weights() + c] = sumOfLanes(bias, c * LANES);
      }
    }
  }

  abstract void clearWeights();

  abstract void addWeights(Kernels k, int blocks, float[] in, int inOff, float[] dOut, int dOutOff);

  abstract void storeWeights(float[] gradient, int offset);

  /** Index in the gradient, from its offset, of the row of {@code outChannels} of a tap. */
  final int row(int tap) {
    int cell = tap / g.inChannels();
    return g.weightRow(cell / g.kernelWidth(), cell % g.kernelWidth(), tap % g.inChannels());
  }

  /**
   * Lines of all channels of one pixel to rows of 16 channels, one row a lane; {@code panel} floats
   * between groups of 16 channels.
   */
  final void transpose(float[] d, int from, float[] out, int to, int panel) {
    int channels = g.outChannels();
    for (int c = 0; c < channels; c++) {
      int o = to + c / PANEL * panel + c % PANEL;
      int i = from + c * LANES;
      for (int l = 0; l < LANES; l++) {
        out[o + l * PANEL] = d[i + l];
      }
    }
  }

  /** Lanes added in halves: l + (l + 8), then + 4, + 2, + 1. */
  static float sumOfLanes(float[] a, int i) {
    float s0 = (a[i] + a[i + 8]) + (a[i + 4] + a[i + 12]);
    float s1 = (a[i + 1] + a[i + 9]) + (a[i + 5] + a[i + 13]);
    float s2 = (a[i + 2] + a[i + 10]) + (a[i + 6] + a[i + 14]);
    float s3 = (a[i + 3] + a[i + 11]) + (a[i + 7] + a[i + 15]);
    return (s0 + s2) + (s1 + s3);
  }
}
