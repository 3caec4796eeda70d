package dev.convoy.engine.kernel.convolution;

import static dev.convoy.engine.kernel.GradientProducts.PANEL;
import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.kernel.convolution.Convolution.Geometry;
import dev.convoy.engine.tensor.Tensor;
import java.util.Arrays;

/**
 * {@link WeightGradient} row after row: output gradients of a row are transposed to 16 channels
 * side by side, and 4 taps x 16 channels are summed over pixels and examples in one chain each:
 * (block, row, column, lane), ascending.
 */
final class RowWeightGradient extends WeightGradient {
  /**
   * Most columns of a row that are summed in one call, so that a panel of gradients stays in the
   * first-level cache.
   */
  private static final int COLUMNS = 32;

  /** Padded width of the copied input rows. */
  private final int pitch;

  /** Lines of a row of {@link #planes}. */
  private final int rowLength;

  /**
   * Input rows that the kernel covers: {@code [channel][row][column][lane]}, with strides {@code
   * [channel][row][kernel column][output column][lane]}.
   */
  private final float[] planes;

  /** Output gradients of a row, transposed. */
  private final float[] deltas;

  private final int deltasAt;

  /** {@code [tap][channel]}. */
  private final float[] sums;

  private final int sumsAt;
  private final int sumsLength;

  /** Where the lines that each tap meets begin; the last one again until they come in fours. */
  private final int[] lines;

  /** Input row that each row slot of {@link #planes} holds. */
  private final int[] held;

  RowWeightGradient(Geometry g, Arena arena) {
    super(g);
    pitch =
        Math.max(g.left() + g.inWidth(), (g.outWidth() - 1) * g.strideWidth() + g.kernelWidth());
    rowLength = g.strideWidth() == 1 ? pitch : g.kernelWidth() * g.outWidth();
    planes = new float[g.inChannels() * g.kernelHeight() * rowLength * LANES];
    int channels16 = up(g.outChannels(), PANEL);
    Tensor row = arena.take(channels16 * g.outWidth() * LANES);
    deltas = row.data();
    deltasAt = row.offset();
    sumsLength = up(taps, 4) * channels16;
    Tensor piece = arena.take(sumsLength);
    sums = piece.data();
    sumsAt = piece.offset();
    lines = new int[up(taps, 4)];
    held = new int[g.kernelHeight()];
  }

  @Override
  void clearWeights() {
    Arrays.fill(sums, sumsAt, sumsAt + sumsLength, 0f);
  }

  @Override
  void addWeights(Kernels k, int blocks, float[] in, int inOff, float[] dOut, int dOutOff) {
    for (int b = 0; b < blocks; b++) {
      addBlock(k, in, inOff + b * g.inBlock(), dOut, dOutOff + b * g.outBlock());
    }
  }

  @Override
  void storeWeights(float[] gradient, int offset) {
    int width = up(g.outChannels(), PANEL);
    for (int tap = 0; tap < taps; tap++) {
      System.arraycopy(sums, sumsAt + tap * width, gradient, offset + row(tap), g.outChannels());
    }
  }

  private void addBlock(Kernels k, float[] in, int inOff, float[] dOut, int dOutOff) {
    Arrays.fill(held, Integer.MIN_VALUE);
    int width = g.outWidth();
    int rowLines = width * g.outChannels();
    for (int y = 0; y < g.outHeight(); y++) {
      for (int ky = 0; ky < g.kernelHeight(); ky++) {
        holdRow(k, y * g.strideHeight() - g.top() + ky, in, inOff);
      }
      for (int x = 0; x < width; x++) {
        int from = dOutOff + (y * rowLines + x * g.outChannels()) * LANES;
        transpose(dOut, from, deltas, deltasAt + x * LANES * PANEL, width * LANES * PANEL);
      }
      for (int x = 0; x < width; x += COLUMNS) {
        addColumns(k, y, x, Math.min(COLUMNS, width - x));
      }
    }
  }

  private void addColumns(Kernels k, int y, int x, int columns) {
    int firstRow = y * g.strideHeight() - g.top();
    int width = up(g.outChannels(), PANEL);
    findLines(firstRow, x);
    k.gradients()
        .outer(
            lines.length,
            width / PANEL,
            columns * LANES,
            planes,
            lines,
            deltas,
            deltasAt + x * PANEL * LANES,
            PANEL * g.outWidth() * LANES,
            sums,
            sumsAt,
            width,
            sums,
            sumsAt,
            width);
  }

  /** Finds {@link #lines} for an output row, from output column x. */
  private void findLines(int firstRow, int x) {
    int tap = 0;
    for (int ky = 0; ky < g.kernelHeight(); ky++) {
      int slot = Math.floorMod(firstRow + ky, g.kernelHeight());
      for (int kx = 0; kx < g.kernelWidth(); kx++) {
        int column = x + (g.strideWidth() == 1 ? kx : kx * g.outWidth());
        for (int c = 0; c < g.inChannels(); c++) {
          lines[tap++] = ((c * g.kernelHeight() + slot) * rowLength + column) * LANES;
        }
      }
    }
    Arrays.fill(lines, taps, lines.length, lines[taps - 1]);
  }

  /** Copies an input row (zeros if it lies in the padding) to its slot, unless it is there. */
  private void holdRow(Kernels k, int row, float[] in, int inOff) {
    int slot = Math.floorMod(row, g.kernelHeight());
    if (held[slot] == row) {
      return;
    }
    held[slot] = row;
    boolean inside = row >= 0 && row < g.inHeight();
    int line = g.inChannels() * LANES;
    int from = inOff + row * g.inWidth() * line;
    for (int c = 0; c < g.inChannels(); c++) {
      int plane = c * g.kernelHeight() + slot;
      if (g.strideWidth() == 1) {
        int to = plane * pitch * LANES;
        if (inside) {
          k.copyLines(
              g.inWidth(), in, from + c * LANES, line, planes, to + g.left() * LANES, LANES);
        } else {
          Arrays.fill(planes, to, to + pitch * LANES, 0f);
        }
      } else {
        holdStrided(plane, inside, from + c * LANES, line, in);
      }
    }
  }

  private void holdStrided(int plane, boolean inside, int from, int line, float[] in) {
    for (int kx = 0; kx < g.kernelWidth(); kx++) {
      for (int x = 0; x < g.outWidth(); x++) {
        int to = ((plane * g.kernelWidth() + kx) * g.outWidth() + x) * LANES;
        int column = x * g.strideWidth() - g.left() + kx;
        if (inside && column >= 0 && column < g.inWidth()) {
          System.arraycopy(in, from + column * line, planes, to, LANES);
        } else {
          Arrays.fill(planes, to, to + LANES, 0f);
        }
      }
    }
  }
}
