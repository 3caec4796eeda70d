package dev.convoy.engine.kernel.convolution;

import static dev.convoy.engine.kernel.GradientProducts.PANEL;
import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.kernel.convolution.Convolution.Geometry;
import dev.convoy.engine.tensor.Tensor;
import java.util.Arrays;

/**
 * {@link WeightGradient} of a dense layer (one pixel, one tap a channel). Blocks are only
 * collected; the products are taken at the end, all terms of a tile of 4 inputs x 16 outputs in one
 * chain of (block, lane), ascending, and go straight to the gradient.
 */
final class DenseWeightGradient extends WeightGradient {
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

  private final int deltasAt;

  /** Products at the right and lower edge of the matrix. */
  private final float[] edge;

  /** A row to start from. */
  private final float[] zeros;

  /** Where each input begins; the last is repeated until rows come in fours. */
  private final int[] starts;

  private final int[] at;

  private Kernels kernels;
  private int blocks;

  DenseWeightGradient(Geometry g, int maxBlocks, Arena arena) {
    super(g);
    capacity = maxBlocks * LANES;
    inputs = new float[taps * capacity];
    int outputs16 = up(g.outChannels(), PANEL);
    Tensor piece = arena.take(outputs16 * capacity);
    deltas = piece.data();
    deltasAt = piece.offset();
    edge = new float[Math.max(up(taps, 4) * PANEL, 4 * outputs16)];
    zeros = new float[outputs16];
    starts = new int[up(taps, 4)];
    for (int tap = 0; tap < starts.length; tap++) {
      starts[tap] = Math.min(tap, taps - 1) * capacity;
    }
    at = new int[starts.length];
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
        transposeRows(dOut, from, deltasAt + at * g.outChannels());
      } else {
        transpose(dOut, from, deltas, deltasAt + at * PANEL, capacity * PANEL);
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
        int i0 = deltasAt + j * outputs;
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
    if (blocks > 0 && byRows()) {
      storeRows(gradient, offset);
      return;
    }
    int outputs = g.outChannels();
    int wholeRows = taps - taps % 4;
    int wholePanels = outputs / PANEL;
    product(0, wholeRows, 0, wholePanels, gradient, offset, outputs);
    for (int c = wholePanels * PANEL; c < outputs; c += PANEL) {
      product(0, starts.length, c, 1, edge, 0, PANEL);
      copyEdge(taps, outputs - c, PANEL, gradient, offset + c);
    }
    if (wholeRows < taps) {
      int width = wholePanels * PANEL;
      product(wholeRows, 4, 0, wholePanels, edge, 0, width);
      copyEdge(taps - wholeRows, width, width, gradient, offset + wholeRows * outputs);
    }
  }

  private void copyEdge(int rows, int columns, int step, float[] gradient, int to) {
    for (int r = 0; r < rows; r++) {
      System.arraycopy(edge, r * step, gradient, to + r * g.outChannels(), columns);
    }
  }

  /** The products of {@code rows} inputs from {@code tap} with panels of outputs from c. */
  private void product(int tap, int rows, int c, int panels, float[] out, int to, int step) {
    System.arraycopy(starts, tap, at, 0, rows);
    int d = deltasAt + c * capacity;
    int n = blocks * LANES;
    kernels
        .gradients()
        .outer(
            rows, panels, n, inputs, at, deltas, d, capacity * PANEL, zeros, 0, 0, out, to, step);
  }
}
