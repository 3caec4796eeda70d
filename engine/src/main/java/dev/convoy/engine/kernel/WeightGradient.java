package dev.convoy.engine.kernel;

import dev.convoy.engine.kernel.Convolution.Geometry;
import java.util.Arrays;

/**
 * Gradient of a convolution with respect to its weights and bias, block after block. Two ways,
 * chosen by shape alone:
 *
 * <ul>
 *   <li><b>outer</b>: output gradients are transposed to 16 channels side by side, and 4 taps x 16
 *       channels are summed over examples and pixels in one chain each: (block, row, column, lane),
 *       ascending.
 *   <li><b>lanes</b>, for few channels in and kernels three or five wide: each of the 16 lanes
 *       keeps its own sum over (block, row, column); lanes are added in halves at the end.
 * </ul>
 */
final class WeightGradient {
  private static final int LANES = Kernels.LANES;

  /**
   * Most columns of a row that are summed in one call, so that a panel of gradients stays in the
   * first-level cache.
   */
  private static final int COLUMNS = 32;

  private final Geometry g;
  private final int taps;
  private final boolean lanes;

  /** Padded width, and floats of one channel's plane, of the channel-major copy of the input. */
  private final int pitch;

  private final int planeRows;

  WeightGradient(Geometry geometry) {
    g = geometry;
    taps = g.kernelHeight() * g.kernelWidth() * g.inChannels();
    lanes = prefersLanes(g);
    pitch =
        Math.max(g.left() + g.inWidth(), (g.outWidth() - 1) * g.strideWidth() + g.kernelWidth());
    planeRows =
        lanes
            ? Math.max(g.top() + g.inHeight(), g.outHeight() - 1 + g.kernelHeight())
            : g.kernelHeight();
  }

  /** Compares rough cycle counts a pixel. */
  private static boolean prefersLanes(Geometry g) {
    boolean fits = g.kernelWidth() == 3 || g.kernelWidth() == 5;
    int taps = g.kernelHeight() * g.kernelWidth() * g.inChannels();
    if (!fits || taps > 64 || g.strideHeight() != 1 || g.strideWidth() != 1 || g.outWidth() < 4) {
      return false;
    }
    int outer = up(taps, 4) * up(g.outChannels(), 16) + up(g.outChannels(), 16) * 9;
    int lanes = taps * up(g.outChannels(), laneChannels(g)) * 4 / 3 + g.outChannels() * 5;
    return lanes < outer;
  }

  /** Channels that one call of the lanes way takes: 2 with five taps, 3 with three. */
  private static int laneChannels(Geometry g) {
    return g.kernelWidth() == 5 ? 2 : 3;
  }

  private static int up(int n, int multiple) {
    return (n + multiple - 1) / multiple * multiple;
  }

  private boolean onePixel() {
    return g.inHeight() == 1
        && g.inWidth() == 1
        && g.kernelHeight() == 1
        && g.kernelWidth() == 1
        && g.outHeight() == 1
        && g.outWidth() == 1;
  }

  /** Working memory of one thread. */
  static final class Scratch {
    /** Channel-major copy of input rows: {@code [channel][row][column][lane]}. */
    private float[] planes;

    /** Output gradients, transposed; the outer way alone needs it. */
    private float[] deltas;

    /** Sums: {@code [tap][channel]} (outer), or a line for each tap and channel (lanes). */
    private float[] sums;

    /** Bias: a line a channel. */
    private float[] bias;

    /** Input row that each row slot of {@link #planes} holds. */
    private int[] held;

    private int maxBlocks;
  }

  Scratch newScratch(int maxBlocks) {
    Scratch s = new Scratch();
    s.maxBlocks = maxBlocks;
    s.bias = new float[g.outChannels() * LANES];
    s.held = new int[g.kernelHeight()];
    int channels16 = up(g.outChannels(), 16);
    if (lanes) {
      s.planes = new float[g.inChannels() * planeRows * pitch * LANES];
      s.sums = new float[taps * up(g.outChannels(), laneChannels(g)) * LANES];
    } else if (onePixel()) {
      s.planes = new float[taps * maxBlocks * LANES];
      s.deltas = new float[channels16 * maxBlocks * LANES];
      s.sums = new float[up(taps, 4) * channels16];
    } else {
      int perColumn = g.strideWidth() == 1 ? 1 : g.kernelWidth();
      int width = g.strideWidth() == 1 ? pitch : g.outWidth();
      s.planes = new float[g.inChannels() * planeRows * perColumn * width * LANES];
      s.deltas = new float[channels16 * g.outWidth() * LANES];
      s.sums = new float[up(taps, 4) * channels16];
    }
    return s;
  }

  void clear(Scratch s) {
    Arrays.fill(s.sums, 0f);
    Arrays.fill(s.bias, 0f);
  }

  void add(Kernels k, Scratch s, int blocks, float[] in, int inOff, float[] dOut, int dOutOff) {
    int inBlock = g.inHeight() * g.inWidth() * g.inChannels() * LANES;
    int outBlock = g.outHeight() * g.outWidth() * g.outChannels() * LANES;
    if (!lanes && onePixel()) {
      for (int b = 0; b < blocks; b += s.maxBlocks) {
        int n = Math.min(s.maxBlocks, blocks - b);
        addPixels(k, s, n, in, inOff + b * inBlock, dOut, dOutOff + b * outBlock);
      }
    }
    for (int b = 0; b < blocks; b++) {
      if (lanes) {
        addLanes(k, s, in, inOff + b * inBlock, dOut, dOutOff + b * outBlock);
      } else if (!onePixel()) {
        addOuter(k, s, in, inOff + b * inBlock, dOut, dOutOff + b * outBlock);
      }
      if (g.bias()) {
        int line = g.outChannels() * LANES;
        for (int p = 0; p < g.outHeight() * g.outWidth(); p++) {
          k.add(line, dOut, dOutOff + b * outBlock + p * line, s.bias, 0);
        }
      }
    }
  }

  /** One pixel, one tap (dense): the chain runs over the lanes of all blocks. */
  private void addPixels(
      Kernels k, Scratch s, int blocks, float[] in, int inOff, float[] dOut, int dOutOff) {
    int n = blocks * LANES;
    int width = up(g.outChannels(), 16);
    for (int b = 0; b < blocks; b++) {
      int from = inOff + b * taps * LANES;
      k.copyLines(taps, in, from, LANES, s.planes, b * LANES, n);
      transpose(dOut, dOutOff + b * g.outChannels() * LANES, s.deltas, b * LANES * 16, n * 16);
    }
    for (int c = 0; c < g.outChannels(); c += 16) {
      for (int tap = 0; tap < taps; tap += 4) {
        int last = taps - 1;
        k.outer4(
            n,
            s.planes,
            tap * n,
            Math.min(tap + 1, last) * n,
            Math.min(tap + 2, last) * n,
            Math.min(tap + 3, last) * n,
            s.deltas,
            c * n,
            s.sums,
            tap * width + c,
            width);
      }
    }
  }

  /**
   * Lines of all channels of one pixel to rows of 16 channels, one row a lane; {@code panel} floats
   * between groups of 16 channels.
   */
  private void transpose(float[] d, int from, float[] out, int to, int panel) {
    int channels = g.outChannels();
    for (int c = 0; c < channels; c++) {
      int o = to + c / 16 * panel + c % 16;
      int i = from + c * LANES;
      for (int l = 0; l < LANES; l++) {
        out[o + l * 16] = d[i + l];
      }
    }
  }

  private void addOuter(Kernels k, Scratch s, float[] in, int inOff, float[] dOut, int dOutOff) {
    Arrays.fill(s.held, Integer.MIN_VALUE);
    int width = g.outWidth();
    int rowLines = width * g.outChannels();
    for (int y = 0; y < g.outHeight(); y++) {
      for (int ky = 0; ky < g.kernelHeight(); ky++) {
        holdRow(k, s, y * g.strideHeight() - g.top() + ky, in, inOff);
      }
      for (int x = 0; x < width; x++) {
        int from = dOutOff + (y * rowLines + x * g.outChannels()) * LANES;
        transpose(dOut, from, s.deltas, x * LANES * 16, width * LANES * 16);
      }
      for (int x = 0; x < width; x += COLUMNS) {
        addColumns(k, s, y, x, Math.min(COLUMNS, width - x));
      }
    }
  }

  private void addColumns(Kernels k, Scratch s, int y, int x, int columns) {
    int firstRow = y * g.strideHeight() - g.top();
    int width = up(g.outChannels(), 16);
    for (int c = 0; c < g.outChannels(); c += 16) {
      int d = (c * g.outWidth() + x * 16) * LANES;
      for (int tap = 0; tap < taps; tap += 4) {
        int last = taps - 1;
        k.outer4(
            columns * LANES,
            s.planes,
            lineOf(tap, firstRow, x),
            lineOf(Math.min(tap + 1, last), firstRow, x),
            lineOf(Math.min(tap + 2, last), firstRow, x),
            lineOf(Math.min(tap + 3, last), firstRow, x),
            s.deltas,
            d,
            s.sums,
            tap * width + c,
            width);
      }
    }
  }

  /** Where the lines that a tap meets in an output row begin, from output column x. */
  private int lineOf(int tap, int firstRow, int x) {
    int channel = tap % g.inChannels();
    int kx = tap / g.inChannels() % g.kernelWidth();
    int ky = tap / g.inChannels() / g.kernelWidth();
    int slot = Math.floorMod(firstRow + ky, g.kernelHeight());
    int row = channel * g.kernelHeight() + slot;
    if (g.strideWidth() == 1) {
      return (row * pitch + kx + x) * LANES;
    }
    return ((row * g.kernelWidth() + kx) * g.outWidth() + x) * LANES;
  }

  /** Copies an input row (zeros if it lies in the padding) to its slot, unless it is there. */
  private void holdRow(Kernels k, Scratch s, int row, float[] in, int inOff) {
    int slot = Math.floorMod(row, g.kernelHeight());
    if (s.held[slot] == row) {
      return;
    }
    s.held[slot] = row;
    boolean inside = row >= 0 && row < g.inHeight();
    int line = g.inChannels() * LANES;
    int from = inOff + row * g.inWidth() * line;
    for (int c = 0; c < g.inChannels(); c++) {
      int plane = c * g.kernelHeight() + slot;
      if (g.strideWidth() == 1) {
        int to = plane * pitch * LANES;
        if (inside) {
          k.copyLines(
              g.inWidth(), in, from + c * LANES, line, s.planes, to + g.left() * LANES, LANES);
        } else {
          Arrays.fill(s.planes, to, to + pitch * LANES, 0f);
        }
      } else {
        holdStrided(s, plane, inside, from + c * LANES, line, in);
      }
    }
  }

  private void holdStrided(Scratch s, int plane, boolean inside, int from, int line, float[] in) {
    for (int kx = 0; kx < g.kernelWidth(); kx++) {
      for (int x = 0; x < g.outWidth(); x++) {
        int to = ((plane * g.kernelWidth() + kx) * g.outWidth() + x) * LANES;
        int column = x * g.strideWidth() - g.left() + kx;
        if (inside && column >= 0 && column < g.inWidth()) {
          System.arraycopy(in, from + column * line, s.planes, to, LANES);
        } else {
          Arrays.fill(s.planes, to, to + LANES, 0f);
        }
      }
    }
  }

  private void addLanes(Kernels k, Scratch s, float[] in, int inOff, float[] dOut, int dOutOff) {
    int line = g.inChannels() * LANES;
    for (int c = 0; c < g.inChannels(); c++) {
      for (int y = 0; y < g.inHeight(); y++) {
        int to = ((c * planeRows + y + g.top()) * pitch + g.left()) * LANES;
        int from = inOff + y * g.inWidth() * line + c * LANES;
        k.copyLines(g.inWidth(), in, from, line, s.planes, to, LANES);
      }
    }
    for (int y = 0; y < g.outHeight(); y++) {
      addRows(k, s, y, dOut, dOutOff + y * g.outWidth() * g.outChannels() * LANES);
    }
  }

  private void addRows(Kernels k, Scratch s, int y, float[] dOut, int from) {
    int step = g.outChannels() * LANES;
    int n = g.outWidth();
    int group = laneChannels(g);
    int rows = g.inChannels() * g.kernelHeight();
    int tile = group * g.kernelWidth() * LANES;
    for (int c = 0, at = 0; c < g.outChannels(); c += group) {
      int d = from + c * LANES;
      int d1 = from + Math.min(c + 1, g.outChannels() - 1) * LANES;
      int d2 = from + Math.min(c + 2, g.outChannels() - 1) * LANES;
      for (int row = 0; row < rows; row++, at += tile) {
        int channel = row / g.kernelHeight();
        int i = (channel * planeRows + y + row % g.kernelHeight()) * pitch * LANES;
        if (group == 2) {
          k.lanes2x5(n, dOut, d, d1, step, s.planes, i, s.sums, at);
        } else {
          k.lanes3x3(n, dOut, d, d1, d2, step, s.planes, i, s.sums, at);
        }
      }
    }
  }

  /** Where {@link #addRows} keeps the line of sums of a tap and a channel. */
  private int laneSum(int channel, int ky, int kx, int c) {
    int group = laneChannels(g);
    int tile = c / group * g.inChannels() * g.kernelHeight() + channel * g.kernelHeight() + ky;
    return ((tile * group + c % group) * g.kernelWidth() + kx) * LANES;
  }

  void store(Scratch s, float[] gradient, int offset) {
    int width = up(g.outChannels(), 16);
    for (int tap = 0; tap < taps; tap++) {
      int channel = tap % g.inChannels();
      int kx = tap / g.inChannels() % g.kernelWidth();
      int ky = tap / g.inChannels() / g.kernelWidth();
      int to = offset + g.weightRow(ky, kx, channel);
      if (lanes) {
        for (int c = 0; c < g.outChannels(); c++) {
          gradient[to + c] = sumOfLanes(s.sums, laneSum(channel, ky, kx, c));
        }
      } else {
        System.arraycopy(s.sums, tap * width, gradient, to, g.outChannels());
      }
    }
    if (g.bias()) {
      for (int c = 0; c < g.outChannels(); c++) {
        gradient[offset + g.weights() + c] = sumOfLanes(s.bias, c * LANES);
      }
    }
  }

  /** Lanes added in halves: l + (l + 8), then + 4, + 2, + 1. */
  private static float sumOfLanes(float[] a, int i) {
    float s0 = (a[i] + a[i + 8]) + (a[i + 4] + a[i + 12]);
    float s1 = (a[i + 1] + a[i + 9]) + (a[i + 5] + a[i + 13]);
    float s2 = (a[i + 2] + a[i + 10]) + (a[i + 6] + a[i + 14]);
    float s3 = (a[i + 3] + a[i + 11]) + (a[i + 7] + a[i + 15]);
    return (s0 + s2) + (s1 + s3);
  }
}
