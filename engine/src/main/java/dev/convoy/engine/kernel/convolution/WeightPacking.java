package dev.convoy.engine.kernel.convolution;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.kernel.convolution.Convolution.Geometry;
import java.util.Arrays;

/** Puts a convolution's weights in the order in which a {@link TileCorrelator} reads them. */
final class WeightPacking {
  private final Geometry g;

  WeightPacking(Geometry geometry) {
    g = geometry;
  }

  /** Weights and bias that start at {@code offset}. */
  void forward(
      Kernels kernels, float[] weights, int offset, CorrelationShape forward, float[] packed) {
    for (int tap = 0; tap < forward.taps(); tap++) {
      int channel = tap % g.inChannels();
      int from = offset + g.weightRow(forward.row(tap), forward.column(tap), channel);
      tap(kernels, weights, from, forward, tap, packed);
    }
    if (g.bias()) {
      for (int c = 0; c < g.outChannels(); c++) {
        int at = forward.biasIndex(c);
        Arrays.fill(packed, at, at + LANES, weights[offset + g.weights() + c]);
      }
    }
  }

  /** Packs the weights of one tap, ascending: a register's surplus falls on taps to come. */
  private void tap(
      Kernels kernels,
      float[] weights,
      int from,
      CorrelationShape forward,
      int tap,
      float[] packed) {
    int c = 0;
    if (tap < forward.taps() - 3 && from + g.outChannels() + 12 <= weights.length) {
      int tiles = g.outChannels() / 4;
      int step = forward.tileStart(4);
      kernels.scatterFours(tiles, weights, from, packed, 4 * tap, step);
      c = 4 * tiles;
    }
    for (; c < g.outChannels(); c++) {
      int tile = c / 4 * 4;
      packed[forward.tileStart(tile) + tap * forward.tileWidth(tile) + c - tile] =
          weights[from + c];
    }
  }

  /** The weights of one class of input pixels, turned by 180 degrees. */
  void phase(float[] weights, int offset, int py, int px, CorrelationShape phase, float[] packed) {
    for (int ty = 0; ty < phase.kernelHeight(); ty++) {
      int ky = py + g.strideHeight() * (phase.kernelHeight() - 1 - ty);
      for (int tx = 0; tx < phase.kernelWidth(); tx++) {
        int kx = px + g.strideWidth() * (phase.kernelWidth() - 1 - tx);
        int tap = phase.tap(ty, tx);
        for (int c = 0; c < g.inChannels(); c += 4) {
          int width = phase.tileWidth(c);
          int rows = Math.min(width, g.inChannels() - c);
          int from = offset + g.weightRow(ky, kx, c);
          interleave(weights, from, rows, packed, phase.tileStart(c) + tap * width, width);
        }
      }
    }
  }

  /** Writes {@code rows} consecutive rows of {@code outChannels} weights as columns. */
  private void interleave(float[] weights, int from, int rows, float[] packed, int to, int width) {
    int n = g.outChannels();
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
}
