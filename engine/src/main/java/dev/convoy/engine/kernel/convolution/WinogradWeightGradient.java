package dev.convoy.engine.kernel.convolution;

import static dev.convoy.engine.kernel.GradientProducts.PANEL;
import static dev.convoy.engine.kernel.WinogradTransforms.INPUTS;
import static dev.convoy.engine.kernel.WinogradTransforms.OUTPUTS;
import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.kernel.WinogradTransforms;
import dev.convoy.engine.kernel.convolution.Convolution.Geometry;
import dev.convoy.engine.tensor.Tensor;
import java.util.Arrays;

/**
 * Gradient of the weights of a 3x3 convolution with stride 1 by Winograd's method: {@code dW = G^T
 * [sum over tiles (B^T d B) .* (A dY A^T)] G}. The sums over tiles and examples are 36 products of
 * matrices, for which output gradients are turned so that 16 channels lie side by side. Sums run
 * over tiles, then lanes, ascending.
 */
final class WinogradWeightGradient extends WeightGradient {
  private static final int POINTS = INPUTS * INPUTS;
  private static final int CHUNK = 4;

  private final Arena arena;
  private final WinogradInput input;
  private final int inPadded;
  private final int outPadded;

  /** Sums {@code [point][in][out]}. */
  private final Tensor sums;

  private final int[] starts;

  /** Of the last call; null before the first. */
  private WinogradTransforms transforms;

  /** Floats between points of transformed inputs {@code [point][in][tile][lane]}. */
  private final int inputPlane;

  /** Of transformed output gradients {@code [point][panel][tile][lane][16]}. */
  private final int deltaPlane;

  private final int deltasAt;
  private final int turnedAt;
  private final int columnsAt;
  private final int workAt;

  WinogradWeightGradient(Geometry g, Arena arena) {
    super(g);
    this.arena = arena;
    input = new WinogradInput(g.vertical(), g.horizontal(), g.inChannels());
    inPadded = up(g.inChannels(), 4);
    outPadded = up(g.outChannels(), PANEL);
    starts = new int[inPadded];
    inputPlane = CHUNK * g.inChannels() * LANES;
    deltaPlane = CHUNK * outPadded * LANES;
    deltasAt = POINTS * inputPlane;
    turnedAt = deltasAt + POINTS * deltaPlane;
    columnsAt = turnedAt + OUTPUTS * OUTPUTS * outPadded * LANES;
    workAt = columnsAt + INPUTS * OUTPUTS * outPadded * LANES;
    arena.reserveShared(Math.max(workAt + input.memory(), (3 * INPUTS + 9) * outPadded));
    sums = arena.take(POINTS * inPadded * outPadded);
  }

  static boolean serves(Geometry g) {
    return WinogradInput.serves(g.vertical(), g.horizontal(), g.inChannels(), g.outChannels());
  }

  @Override
  void clearWeights() {
    int from = sums.offset();
    Arrays.fill(sums.data(), from, from + POINTS * inPadded * outPadded, 0f);
  }

  @Override
  void addWeights(Kernels k, int blocks, float[] in, int inOff, float[] dOut, int dOutOff) {
    transforms = k.winograd();
    Tensor room = arena.shared();
    var target =
        new WinogradInput.Target(room.data(), room.offset(), inputPlane, LANES, CHUNK * LANES);
    int all = blocks * input.tiles();
    for (int first = 0; first < all; first += CHUNK) {
      int n = Math.min(CHUNK, all - first);
      input.transform(
          k.winograd(), first, n, in, inOff, room.data(), room.offset() + workAt, target);
      for (int j = 0; j < n; j++) {
        delta(k.winograd(), first + j, j, room, dOut, dOutOff);
      }
      products(k, n, room);
    }
  }

  /** Turns the output gradients of a tile, {@code j}-th of its chunk, and transforms them. */
  private void delta(
      WinogradTransforms k, int tile, int j, Tensor room, float[] dOut, int dOutOff) {
    float[] data = room.data();
    int turned = room.offset() + turnedAt;
    int columns = room.offset() + columnsAt;
    int line = outPadded * LANES;
    int y = input.row(tile);
    int x = input.column(tile);
    int first = tile / input.tiles() * g.outHeight() + y;
    for (int r = 0; r < OUTPUTS; r++) {
      for (int s = 0; s < OUTPUTS; s++) {
        int to = turned + (r * OUTPUTS + s) * line;
        if (y + r < g.outHeight() && x + s < g.outWidth()) {
          int pixel = (first + r) * g.outWidth() + x + s;
          transpose(dOut, dOutOff + pixel * g.outChannels() * LANES, data, to, PANEL * LANES);
        } else {
          Arrays.fill(data, to, to + line, 0f);
        }
      }
    }
    for (int s = 0; s < OUTPUTS; s++) {
      k.delta(
          line, data, turned + s * line, OUTPUTS * line, data, columns + s * line, OUTPUTS * line);
    }
    int panel = PANEL * LANES;
    for (int r = 0; r < INPUTS; r++) {
      for (int q = 0; q < outPadded / PANEL; q++) {
        int from = columns + r * OUTPUTS * line + q * panel;
        int to = room.offset() + deltasAt + r * INPUTS * deltaPlane + (q * CHUNK + j) * panel;
        k.delta(panel, data, from, line, data, to, deltaPlane);
      }
    }
  }

  private void products(Kernels k, int n, Tensor room) {
    for (int point = 0; point < POINTS; point++) {
      for (int c = 0; c < inPadded; c++) {
        int channel = Math.min(c, g.inChannels() - 1);
        starts[c] = room.offset() + point * inputPlane + channel * CHUNK * LANES;
      }
      int at = sums.offset() + point * inPadded * outPadded;
      k.gradients()
          .outer(
              inPadded,
              outPadded / PANEL,
              n * LANES,
              room.data(),
              starts,
              room.data(),
              room.offset() + deltasAt + point * deltaPlane,
              CHUNK * LANES * PANEL,
              sums.data(),
              at,
              outPadded,
              sums.data(),
              at,
              outPadded);
    }
  }

  @Override
  void storeWeights(float[] gradient, int offset) {
    if (transforms == null) {
      Arrays.fill(gradient, offset, offset + g.weights(), 0f);
      return;
    }
    WinogradTransforms k = transforms;
    Tensor room = arena.shared();
    float[] data = room.data();
    int n = outPadded;
    int left = room.offset();
    int taps = left + 3 * INPUTS * n;
    int plane = inPadded * outPadded;
    for (int c = 0; c < g.inChannels(); c++) {
      int at = sums.offset() + c * outPadded;
      for (int s = 0; s < INPUTS; s++) {
        k.gradient(n, sums.data(), at + s * plane, INPUTS * plane, data, left + s * n, INPUTS * n);
      }
      for (int y = 0; y < 3; y++) {
        k.gradient(n, data, left + y * INPUTS * n, n, data, taps + 3 * y * n, n);
      }
      for (int tap = 0; tap < 9; tap++) {
        int to = offset + g.weightRow(tap / 3, tap % 3, c);
        System.arraycopy(data, taps + tap * n, gradient, to, g.outChannels());
      }
    }
  }
}
