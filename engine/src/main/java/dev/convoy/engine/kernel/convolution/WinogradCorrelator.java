package dev.convoy.engine.kernel.convolution;

import static dev.convoy.engine.kernel.WinogradTransforms.INPUTS;
import static dev.convoy.engine.kernel.WinogradTransforms.OUTPUTS;
import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.kernel.Kernels.End;
import dev.convoy.engine.kernel.WinogradTransforms;
import dev.convoy.engine.kernel.convolution.Convolution.Geometry;
import dev.convoy.engine.tensor.Tensor;
import java.util.Arrays;

/**
 * A 3x3 correlation with stride 1 by Winograd's F(4x4, 3x3), forward or with respect to the data:
 * for a chunk of tiles, transform the inputs, take 36 products of matrices, transform back. One a
 * thread; see {@link WinogradTransforms} for the method.
 *
 * <p>Sums run over the input channels, ascending. A value that is no number, or infinite, reaches
 * all 16 outputs of each tile that it lies in, not only those whose window holds it.
 */
final class WinogradCorrelator {
  /** Lines of a tile. */
  private static final int POINTS = INPUTS * INPUTS;

  /** Tiles that are taken at a time: as many as the products have places side by side. */
  private static final int CHUNK = 4;

  /** Channels that are transformed back at a time. */
  private static final int GROUP = 64;

  private static final float[] ZEROS = new float[4 * LANES];

  private final Arena arena;
  private final WinogradInput input;
  private final int inChannels;
  private final int outChannels;
  private final int outPadded;

  /** Transformed weights {@code [point][out / 4][in][4]}. */
  private final float[] weights;

  /** A line a channel. */
  private final float[] bias;

  private final int productsAt;
  private final int rowsAt;
  private final int edgeAt;
  private final int workAt;

  WinogradCorrelator(CorrelationShape shape, Arena arena) {
    this.arena = arena;
    input = new WinogradInput(shape.vertical(), shape.horizontal(), shape.inChannels());
    inChannels = shape.inChannels();
    outChannels = shape.outChannels();
    outPadded = (outChannels + 3) / 4 * 4;
    weights = new float[POINTS * outPadded * inChannels];
    bias = new float[outPadded * LANES];
    productsAt = CHUNK * POINTS * inChannels * LANES;
    rowsAt = productsAt + CHUNK * POINTS * outPadded * LANES;
    int group = Math.min(GROUP, outChannels) * LANES;
    edgeAt = rowsAt + INPUTS * OUTPUTS * group;
    workAt = edgeAt + OUTPUTS * group;
    arena.reserveShared(Math.max(workAt + input.memory(), loadMemory()));
  }

  static boolean serves(CorrelationShape s) {
    return WinogradInput.serves(s.vertical(), s.horizontal(), s.inChannels(), s.outChannels());
  }

  /** Transforms the weights of a layer that start at {@code offset}, and takes its bias. */
  void loadForward(Kernels kernels, float[] from, int offset, Geometry g) {
    load(kernels, from, offset, g, false);
    for (int c = 0; g.bias() && c < outChannels; c++) {
      Arrays.fill(bias, c * LANES, c * LANES + LANES, from[offset + g.weights() + c]);
    }
  }

  /** The same for the gradient of the data: turned by 180 degrees, outputs for inputs. */
  void loadBackward(Kernels kernels, float[] from, int offset, Geometry g) {
    load(kernels, from, offset, g, true);
  }

  /** A channel of the layer's input at a time: its nine rows of weights are streams. */
  private void load(Kernels kernels, float[] from, int offset, Geometry g, boolean turned) {
    WinogradTransforms k = kernels.winograd();
    int filters = g.outChannels();
    int n = (filters + LANES - 1) / LANES * LANES;
    Tensor room = arena.shared();
    float[] work = room.data();
    int taps = room.offset();
    int left = taps + 9 * n;
    int all = left + 3 * INPUTS * n;
    for (int c = 0; c < g.inChannels(); c++) {
      for (int tap = 0; tap < 9; tap++) {
        int at = turned ? 8 - tap : tap;
        System.arraycopy(
            from, offset + g.weightRow(at / 3, at % 3, c), work, taps + tap * n, filters);
        Arrays.fill(work, taps + tap * n + filters, taps + tap * n + n, 0f);
      }
      for (int x = 0; x < 3; x++) {
        k.weights(n, work, taps + x * n, 3 * n, work, left + x * n, 3 * n);
      }
      for (int r = 0; r < INPUTS; r++) {
        k.weights(n, work, left + r * 3 * n, n, work, all + r * INPUTS * n, n);
      }
      for (int point = 0; point < POINTS; point++) {
        int to = point * outPadded * inChannels;
        int row = all + point * n;
        if (turned) {
          int tile = to + c / 4 * 4 * inChannels + c % 4;
          for (int f = 0; f < filters; f++) {
            weights[tile + 4 * f] = work[row + f];
          }
        } else {
          for (int f = 0; f < filters; f++) {
            weights[to + f / 4 * 4 * inChannels + 4 * c + f % 4] = work[row + f];
          }
        }
      }
    }
  }

  /** Most floats of shared working memory that {@link #load} needs. */
  private int loadMemory() {
    int filters = Math.max(inChannels, outChannels);
    return (9 + 3 * INPUTS + POINTS) * ((filters + LANES - 1) / LANES * LANES);
  }

  /**
   * Runs {@code blocks} blocks; overwrites {@code out}.
   *
   * @param gate as {@link End#GATE} says, in the places of {@code out}; null for other endings
   */
  void run(Kernels kernels, int blocks, Tensor in, End end, Tensor gate, Tensor out) {
    Tensor room = arena.shared();
    var target =
        new WinogradInput.Target(
            room.data(), room.offset(), inChannels * LANES, POINTS * inChannels * LANES, LANES);
    int all = blocks * input.tiles();
    for (int first = 0; first < all; first += CHUNK) {
      int n = Math.min(CHUNK, all - first);
      input.transform(
          kernels.winograd(),
          first,
          n,
          in.data(),
          in.offset(),
          room.data(),
          room.offset() + workAt,
          target);
      products(kernels, n, room);
      for (int j = 0; j < n; j++) {
        back(kernels, first + j, room, j, end, gate, out);
      }
    }
  }

  private void products(Kernels kernels, int n, Tensor room) {
    float[] data = room.data();
    int from = room.offset();
    int to = room.offset() + productsAt;
    for (int point = 0; point < POINTS; point++) {
      for (int c = 0; c < outPadded; c += 4) {
        kernels
            .windows()
            .dot4(
                n,
                inChannels,
                weights,
                (point * outPadded + c) * inChannels,
                data,
                from + point * inChannels * LANES,
                POINTS * inChannels * LANES,
                ZEROS,
                0,
                0,
                End.PLAIN,
                null,
                0,
                data,
                to + (point * outPadded + c) * LANES,
                POINTS * outPadded * LANES);
      }
    }
  }

  /** Transforms a tile back, {@code j}-th of its chunk. */
  private void back(
      Kernels kernels, int tile, Tensor room, int j, End end, Tensor gate, Tensor out) {
    float[] data = room.data();
    int rows = room.offset() + rowsAt;
    int height = input.vertical().out();
    int width = input.horizontal().out();
    int y = input.row(tile);
    int x = input.column(tile);
    int pixel = (tile / input.tiles() * height + y) * width + x;
    int high = Math.min(OUTPUTS, height - y);
    int wide = Math.min(OUTPUTS, width - x);
    int plane = outPadded * LANES;
    for (int c = 0; c < outChannels; c += GROUP) {
      int lines = Math.min(GROUP, outChannels - c) * LANES;
      int from = room.offset() + productsAt + j * POINTS * plane + c * LANES;
      for (int r = 0; r < INPUTS; r++) {
        int line = from + r * INPUTS * plane;
        int to = rows + r * OUTPUTS * lines;
        kernels
            .winograd()
            .output(lines, data, line, plane, null, 0, End.PLAIN, null, 0, data, to, lines);
      }
      for (int s = 0; s < wide; s++) {
        int at = ((pixel + s) * outChannels + c) * LANES;
        column(kernels, room, rows + s * lines, lines, c, high, at, end, gate, out);
      }
    }
  }

  /** Transforms a column of a tile back, of which {@code high} rows lie inside. */
  private void column(
      Kernels kernels,
      Tensor room,
      int from,
      int lines,
      int c,
      int high,
      int at,
      End end,
      Tensor gate,
      Tensor out) {
    float[] data = room.data();
    WinogradTransforms k = kernels.winograd();
    int step = OUTPUTS * lines;
    int row = input.horizontal().out() * outChannels * LANES;
    float[] start = end == End.GATE ? null : bias;
    float[] g = gate == null ? null : gate.data();
    int gateAt = gate == null ? 0 : gate.offset() + at;
    int to = out.offset() + at;
    if (high == OUTPUTS) {
      k.output(lines, data, from, step, start, c * LANES, end, g, gateAt, out.data(), to, row);
      return;
    }
    int edge = room.offset() + edgeAt;
    k.output(lines, data, from, step, start, c * LANES, End.PLAIN, null, 0, data, edge, lines);
    for (int r = 0; r < high; r++) {
      int o = to + r * row;
      System.arraycopy(data, edge + r * lines, out.data(), o, lines);
      if (end == End.RELU) {
        kernels.relu(lines, out.data(), o, out.data(), o);
      } else if (end == End.GATE) {
        kernels.gate(lines, g, gateAt + r * row, out.data(), o);
      }
    }
  }
}
