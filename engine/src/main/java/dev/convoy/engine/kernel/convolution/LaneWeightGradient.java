package dev.convoy.engine.kernel.convolution;

import static dev.convoy.engine.kernel.GradientProducts.PANEL;
import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.kernel.convolution.Convolution.Geometry;
import dev.convoy.engine.tensor.Tensor;
import java.util.Arrays;

/**
 * {@link WeightGradient} for few channels in and kernels three or five wide: each of the 16 lanes
 * keeps its own sum over (block, row, column); lanes are added in halves at the end.
 */
final class LaneWeightGradient extends WeightGradient {
  /** Most channels that one call of the kernels takes. */
  private static final int LARGEST_GROUP = 4;

  /** Channels that one call takes; known once there are kernels. */
  private int group = 1;

  /** Where output gradients of those channels begin. */
  private int[] starts = new int[group];

  /** True if there are sums, whose places follow from the group. */
  private boolean started;

  /** Rows and columns of the zero-padded copy of a block of inputs. */
  private final int height;

  private final int pitch;

  /** The copy, channel after channel: {@code [channel][row][column][lane]}. */
  private final float[] planes;

  private final int planesAt;

  /** A line for each tap and channel, see {@link #laneSum}. */
  private final float[] sums;

  private final int sumsAt;
  private final int sumsLength;

  LaneWeightGradient(Geometry g, Arena arena) {
    super(g);
    height = Math.max(g.top() + g.inHeight(), g.outHeight() - 1 + g.kernelHeight());
    pitch = Math.max(g.left() + g.inWidth(), g.outWidth() - 1 + g.kernelWidth());
    Tensor copy = arena.take(g.inChannels() * height * pitch * LANES);
    planes = copy.data();
    planesAt = copy.offset();
    sumsLength = taps * (g.outChannels() + LARGEST_GROUP - 1) * LANES;
    Tensor piece = arena.take(sumsLength);
    sums = piece.data();
    sumsAt = piece.offset();
  }

  /** Compares rough cycle counts a pixel with the counts of {@link RowWeightGradient}. */
  static boolean serves(Geometry g) {
    boolean fits = g.kernelWidth() == 3 || g.kernelWidth() == 5;
    int taps = g.kernelHeight() * g.kernelWidth() * g.inChannels();
    if (!fits || taps > 64 || g.strideHeight() != 1 || g.strideWidth() != 1 || g.outWidth() < 4) {
      return false;
    }
    int outer = up(taps, 4) * up(g.outChannels(), PANEL) + up(g.outChannels(), PANEL) * 9;
    int lanes =
        taps * up(g.outChannels(), g.kernelWidth() == 5 ? 2 : 3) * 4 / 3 + g.outChannels() * 5;
    return lanes < outer;
  }

  @Override
  void clearWeights() {
    started = false;
    Arrays.fill(sums, sumsAt, sumsAt + sumsLength, 0f);
  }

  @Override
  void addWeights(Kernels k, int blocks, float[] in, int inOff, float[] dOut, int dOutOff) {
    int streams = k.gradients().streams(g.kernelWidth());
    if (group != streams) {
      assert !started : "other kernels since clear()";
      group = streams;
      starts = new int[streams];
    }
    started = true;
    for (int b = 0; b < blocks; b++) {
      addBlock(k, in, inOff + b * g.inBlock(), dOut, dOutOff + b * g.outBlock());
    }
  }

  @Override
  void storeWeights(float[] gradient, int offset) {
    for (int tap = 0; tap < taps; tap++) {
      int cell = tap / g.inChannels();
      int ky = cell / g.kernelWidth();
      int kx = cell % g.kernelWidth();
      for (int c = 0; c < g.outChannels(); c++) {
        int line = laneSum(tap % g.inChannels(), ky, kx, c);
        gradient[offset + row(tap) + c] = sumOfLanes(sums, line);
      }
    }
  }

  private void addBlock(Kernels k, float[] in, int inOff, float[] dOut, int dOutOff) {
    copy(k, in, inOff);
    for (int y = 0; y < g.outHeight(); y++) {
      int from = dOutOff + y * g.outWidth() * g.outChannels() * LANES;
      addRows(k, y, dOut, from);
    }
  }

  private void copy(Kernels k, float[] in, int inOff) {
    int line = g.inChannels() * LANES;
    for (int c = 0; c < g.inChannels(); c++) {
      for (int y = 0; y < g.inHeight(); y++) {
        int to = planesAt + ((c * height + y + g.top()) * pitch + g.left()) * LANES;
        int from = inOff + y * g.inWidth() * line + c * LANES;
        k.copyLines(g.inWidth(), in, from, line, planes, to, LANES);
      }
    }
  }

  private void addRows(Kernels k, int y, float[] dOut, int from) {
    int step = g.outChannels() * LANES;
    int n = g.outWidth();
    int count = g.inChannels() * g.kernelHeight();
    int tile = group * g.kernelWidth() * LANES;
    for (int c = 0, at = sumsAt; c < g.outChannels(); c += group) {
      for (int r = 0; r < group; r++) {
        starts[r] = from + Math.min(c + r, g.outChannels() - 1) * LANES;
      }
      for (int row = 0; row < count; row++, at += tile) {
        int channel = row / g.kernelHeight();
        int i = planesAt + (channel * height + y + row % g.kernelHeight()) * pitch * LANES;
        k.gradients().lanes(g.kernelWidth(), n, dOut, starts, step, planes, i, sums, at);
      }
    }
  }

  /** Where {@link #addRows} keeps the line of sums of a tap and a channel. */
  private int laneSum(int channel, int ky, int kx, int c) {
    int tile = c / group * g.inChannels() * g.kernelHeight() + channel * g.kernelHeight() + ky;
    return sumsAt + ((tile * group + c % group) * g.kernelWidth() + kx) * LANES;
  }
}
