package dev.convoy.engine.kernel;

import dev.convoy.engine.kernel.Convolution.Geometry;
import java.util.Arrays;

/**
 * {@link WeightGradient} of a dense layer (one pixel, one tap a channel). Blocks are only
 * collected; the products are taken at the end, all terms of a tile of 4 inputs x 16 outputs in one
 * chain of (block, lane), ascending, and go straight to the gradient.
 */
final class DenseWeightGradient extends WeightGradient {
  private static final float[] ZERO = new float[LANES];

  /** Rows of so many outputs are worth a loop of their own. */
  private static final int LONG_ROW = 48;

  private final int capacity;

  /** Inputs, {@code [input][block][lane]}. */
  private final float[] inputs;

  /**
   * Output gradients, transposed: {@code [group of 16 outputs][block][lane][output]}, or {@code
   * [block][lane][output]} by rows.
   */
  private final float[] deltas;

  /** A tile at the edge of the matrix. */
  private final float[] tile = new float[4 * 16];

  private Kernels kernels;
  private int blocks;

  DenseWeightGradient(Geometry g, int maxBlocks) {
    super(g);
    capacity = maxBlocks * LANES;
    inputs = new float[taps * capacity];
    deltas = new float[up(g.outChannels(), 16) * capacity];
  }

  @Override
  void clearWeights() {
    blocks = 0;
  }

  @Override
  void addWeights(Kernels k, int more, float[] in, int inOff, float[] dOut, int dOutOff) {
    kernels = k;
    for (int b = 0; b < more; b++) {
      int at = blocks++ * LANES;
      k.copyLines(taps, in, inOff + b * taps * LANES, LANES, inputs, at, capacity);
      int from = dOutOff + b * g.outChannels() * LANES;
      if (byRows()) {
        transposeRows(dOut, from, at * g.outChannels());
      } else {
        transpose(dOut, from, deltas, at * 16, capacity * 16);
      }
    }
  }

  private boolean byRows() {
    return kernels.prefersRows() && g.outChannels() >= LONG_ROW;
  }

  private void transposeRows(float[] d, int from, int to) {
    int outputs = g.outChannels();
    for (int l = 0; l < LANES; l++) {
      for (int c = 0; c < outputs; c++) {
        deltas[to + l * outputs + c] = d[from + c * LANES + l];
      }
    }
  }

  private void storeRows(float[] gradient, int offset) {
    int outputs = g.outChannels();
    for (int tap = 0; tap < taps; tap++) {
      int to = offset + tap * outputs;
      Arrays.fill(gradient, to, to + outputs, 0f);
      for (int j = 0; j < blocks * LANES; j += 4) {
        int i0 = j * outputs;
        int i1 = i0 + outputs;
        int i2 = i1 + outputs;
        int w = tap * capacity + j;
        kernels
            .windows()
            .rows4(outputs, inputs, w, 1, deltas, i0, i1, i2, i2 + outputs, gradient, to);
      }
    }
  }

  @Override
  void storeWeights(float[] gradient, int offset) {
    int outputs = g.outChannels();
    if (blocks > 0 && byRows()) {
      storeRows(gradient, offset);
      return;
    }
    for (int c = 0; c < outputs; c += 16) {
      int width = Math.min(16, outputs - c);
      for (int tap = 0; tap < taps; tap += 4) {
        int height = Math.min(4, taps - tap);
        int to = offset + tap * outputs + c;
        if (width == 16 && height == 4) {
          product(tap, c, gradient, to, outputs);
          continue;
        }
        product(tap, c, tile, 0, 16);
        for (int r = 0; r < height; r++) {
          System.arraycopy(tile, r * 16, gradient, to + r * outputs, width);
        }
      }
    }
  }

  private void product(int tap, int c, float[] out, int to, int step) {
    int a1 = Math.min(tap + 1, taps - 1) * capacity;
    int a2 = Math.min(tap + 2, taps - 1) * capacity;
    int a3 = Math.min(tap + 3, taps - 1) * capacity;
    int d = c * capacity;
    int n = blocks * LANES;
    kernels
        .gradients()
        .outer4(n, inputs, tap * capacity, a1, a2, a3, deltas, d, ZERO, 0, 0, out, to, step);
  }
}
