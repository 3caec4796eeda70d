package dev.convoy.engine.kernel;

import dev.convoy.engine.kernel.Kernels.End;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A 2-D convolution layer's arithmetic on blocks of 16 examples: forward, gradient with respect to
 * the data, gradient with respect to weights and bias. A dense layer is the case of one pixel and
 * one tap.
 *
 * <p>Weights are {@code [kernelHeight][kernelWidth][inChannels][outChannels]}, then the bias {@code
 * [outChannels]}. Immutable; what changes is in {@link Scratch}, one a thread.
 */
public final class Convolution {

  /**
   * The shape of a convolution.
   *
   * @param top rows of padding above, {@code left} columns before; padding at the tail follows from
   *     the output size
   * @param bias true if a bias is added
   * @param flip true for convolution proper, false for cross-correlation
   */
  public record Geometry(
      int inHeight,
      int inWidth,
      int inChannels,
      int kernelHeight,
      int kernelWidth,
      int strideHeight,
      int strideWidth,
      int top,
      int left,
      int outHeight,
      int outWidth,
      int outChannels,
      boolean bias,
      boolean flip) {

    /** Number of weights, without the bias. */
    public int weights() {
      return kernelHeight * kernelWidth * inChannels * outChannels;
    }

    /** Floats of a block of inputs. */
    int inBlock() {
      return inHeight * inWidth * inChannels * Kernels.LANES;
    }

    /** Floats of a block of outputs. */
    int outBlock() {
      return outHeight * outWidth * outChannels * Kernels.LANES;
    }

    /** Taps of one output. */
    int taps() {
      return kernelHeight * kernelWidth * inChannels;
    }

    /** Index of the first of the {@code outChannels} weights of a tap. */
    int weightRow(int ky, int kx, int channel) {
      int y = flip ? kernelHeight - 1 - ky : ky;
      int x = flip ? kernelWidth - 1 - kx : kx;
      return ((y * kernelWidth + x) * inChannels + channel) * outChannels;
    }
  }

  /** Working memory of one thread. */
  public static final class Scratch {
    private final Correlator forward;
    private final Correlator[] phases;
    private final WeightGradient weights;

    private Scratch(Correlator forward, Correlator[] phases, WeightGradient weights) {
      this.forward = forward;
      this.phases = phases;
      this.weights = weights;
    }
  }

  private final Geometry g;
  private final Correlation forward;

  /**
   * With strides above 1, input pixels fall into classes that meet different taps; each class is a
   * correlation of its own.
   */
  private final List<Correlation> phases;

  public Convolution(Geometry geometry) {
    g = geometry;
    forward =
        new Correlation(
            g.inHeight,
            g.inWidth,
            g.inChannels,
            g.kernelHeight,
            g.kernelWidth,
            g.strideHeight,
            g.strideWidth,
            g.top,
            g.left,
            g.outHeight,
            g.outWidth,
            g.outChannels,
            0,
            g.outWidth,
            1);
    phases = new ArrayList<>();
    for (int y = 0; y < g.strideHeight; y++) {
      for (int x = 0; x < g.strideWidth; x++) {
        phases.add(phase(y, x));
      }
    }
  }

  public Geometry geometry() {
    return g;
  }

  /** First input row (column) of a phase; then every {@code stride}-th. */
  private static int first(int phase, int stride, int pad) {
    return Math.floorMod(phase - pad, stride);
  }

  private static int taps(int phase, int stride, int kernel) {
    return kernel > phase ? (kernel - phase + stride - 1) / stride : 0;
  }

  private static int count(int length, int first, int stride) {
    return length > first ? (length - first + stride - 1) / stride : 0;
  }

  /**
   * Input pixel i with (i + pad) mod stride = phase meets taps k = phase + stride t at outputs (i +
   * pad - k) / stride.
   */
  private Correlation phase(int py, int px) {
    int y0 = first(py, g.strideHeight, g.top);
    int x0 = first(px, g.strideWidth, g.left);
    int rows = taps(py, g.strideHeight, g.kernelHeight);
    int columns = taps(px, g.strideWidth, g.kernelWidth);
    int firstOutY = (y0 + g.top - py) / g.strideHeight;
    int firstOutX = (x0 + g.left - px) / g.strideWidth;
    return new Correlation(
        g.outHeight,
        g.outWidth,
        g.outChannels,
        rows,
        columns,
        1,
        1,
        rows - 1 - firstOutY,
        columns - 1 - firstOutX,
        count(g.inHeight, y0, g.strideHeight),
        count(g.inWidth, x0, g.strideWidth),
        g.inChannels,
        y0 * g.inWidth + x0,
        g.strideHeight * g.inWidth,
        g.strideWidth);
  }

  /**
   * Working memory.
   *
   * @param maxBlocks most blocks that {@link #backwardWeights} will get from clear to store
   * @param data true if {@link #backwardData} will be called
   * @param weights true if {@link #backwardWeights} will be called
   */
  public Scratch newScratch(int maxBlocks, boolean data, boolean weights) {
    Correlator[] correlators = new Correlator[data ? phases.size() : 0];
    for (int i = 0; i < correlators.length; i++) {
      correlators[i] = new Correlator(phases.get(i));
    }
    return new Scratch(
        new Correlator(forward), correlators, weights ? WeightGradient.of(g, maxBlocks) : null);
  }

  /**
   * Packs weights (and bias) that start at {@code offset}; before any forward or backward of a
   * step.
   */
  public void load(Kernels kernels, float[] weights, int offset, Scratch s) {
    float[] packed = s.forward.packed;
    for (int tap = 0; tap < forward.taps(); tap++) {
      int from = offset + g.weightRow(forward.row(tap), forward.column(tap), tap % g.inChannels);
      loadTap(kernels, weights, from, tap, packed);
    }
    if (g.bias) {
      for (int c = 0; c < g.outChannels; c++) {
        int at = forward.biasIndex(c);
        Arrays.fill(packed, at, at + Kernels.LANES, weights[offset + g.weights() + c]);
      }
    }
    for (int i = 0; i < s.phases.length; i++) {
      int py = i / g.strideWidth;
      int px = i % g.strideWidth;
      loadPhase(weights, offset, py, px, phases.get(i), s.phases[i].packed);
    }
  }

  /** Packs the weights of one tap, ascending: a register's surplus falls on taps to come. */
  private void loadTap(Kernels kernels, float[] weights, int from, int tap, float[] packed) {
    int c = 0;
    if (tap < forward.taps() - 3 && from + g.outChannels + 12 <= weights.length) {
      int tiles = g.outChannels / 4;
      int step = forward.tileStart(4);
      kernels.scatterFours(tiles, weights, from, packed, 4 * tap, step);
      c = 4 * tiles;
    }
    for (; c < g.outChannels; c++) {
      int tile = c / 4 * 4;
      packed[forward.tileStart(tile) + tap * forward.tileWidth(tile) + c - tile] =
          weights[from + c];
    }
  }

  private void loadPhase(
      float[] weights, int offset, int py, int px, Correlation phase, float[] packed) {
    for (int ty = 0; ty < phase.kernelHeight(); ty++) {
      int ky = py + g.strideHeight * (phase.kernelHeight() - 1 - ty);
      for (int tx = 0; tx < phase.kernelWidth(); tx++) {
        int kx = px + g.strideWidth * (phase.kernelWidth() - 1 - tx);
        int tap = phase.tap(ty, tx);
        for (int c = 0; c < g.inChannels; c += 4) {
          int width = phase.tileWidth(c);
          int rows = Math.min(width, g.inChannels - c);
          int from = offset + g.weightRow(ky, kx, c);
          interleave(weights, from, rows, packed, phase.tileStart(c) + tap * width, width);
        }
      }
    }
  }

  /** Writes {@code rows} consecutive rows of {@code outChannels} weights as columns. */
  private void interleave(float[] weights, int from, int rows, float[] packed, int to, int width) {
    int n = g.outChannels;
    if (rows == 4) {
      for (int i = 0; i < n; i++) {
        packed[to + 4 * i] = weights[from + i];
        packed[to + 4 * i + 1] = weights[from + n + i];
        packed[to + 4 * i + 2] = weights[from + 2 * n + i];
        packed[to + 4 * i + 3] = weights[from + 3 * n + i];
      }
      return;
    }
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < n; i++) {
        packed[to + r + i * width] = weights[from + r * n + i];
      }
    }
  }

  /** Forward for {@code blocks} blocks: overwrites {@code out}, through ReLU if {@code relu}. */
  public void forward(
      Kernels kernels,
      Scratch s,
      int blocks,
      float[] in,
      int inOff,
      boolean relu,
      float[] out,
      int outOff) {
    End end = relu ? End.RELU : End.PLAIN;
    s.forward.run(kernels, blocks, in, inOff, end, null, 0, out, outOff, g.outBlock());
  }

  /**
   * Gradient with respect to the input: overwrites {@code dIn}.
   *
   * @param gate the layer's input if a ReLU made it (the gradient is stopped where it is 0), else
   *     null
   */
  public void backwardData(
      Kernels kernels,
      Scratch s,
      int blocks,
      float[] dOut,
      int dOutOff,
      float[] gate,
      int gateOff,
      float[] dIn,
      int dInOff) {
    End end = gate == null ? End.PLAIN : End.GATE;
    for (Correlator phase : s.phases) {
      phase.run(kernels, blocks, dOut, dOutOff, end, gate, gateOff, dIn, dInOff, g.inBlock());
    }
  }

  /** Starts the sums of {@link #backwardWeights} at zero. */
  public void clearWeightGradient(Scratch s) {
    s.weights.clear();
  }

  /**
   * Adds the gradient of {@code blocks} blocks to the sums in scratch; at most {@code maxBlocks} of
   * them from clear to store.
   */
  public void backwardWeights(
      Kernels kernels, Scratch s, int blocks, float[] in, int inOff, float[] dOut, int dOutOff) {
    s.weights.add(kernels, blocks, in, inOff, dOut, dOutOff);
  }

  /**
   * Overwrites weights and bias of {@code gradient} from {@code offset} with the sums in scratch.
   */
  public void storeWeightGradient(Scratch s, float[] gradient, int offset) {
    s.weights.store(gradient, offset);
  }
}
