package dev.convoy.engine.kernel.convolution;

import static dev.convoy.engine.kernel.WinogradTransforms.INPUTS;
import static dev.convoy.engine.kernel.WinogradTransforms.OUTPUTS;
import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.WinogradTransforms;
import java.util.Arrays;

/**
 * The input side of Winograd convolutions: tiles of 6x6 inputs, each transformed to 36 lines a
 * channel. A tile gives 4x4 outputs, so neighbours share two rows or columns. Tiles are numbered
 * row by row, block after block.
 *
 * <p>For a run of tiles beside each other the columns are transformed first, each once though two
 * tiles meet it, then the rows of each tile. Long loops count for more than a small buffer.
 *
 * @param vertical rows
 * @param horizontal columns
 * @param channels of the input
 */
record WinogradInput(Axis vertical, Axis horizontal, int channels) {
  /** Channels that are transformed at a time. */
  private static final int GROUP = 64;

  /** Most tiles beside each other whose columns are held at a time. */
  private static final int RUN = 4;

  /**
   * True for shapes on which tiles win: 3x3, stride 1, channels enough to be worth the transforms,
   * and tiles that are at least half full. A pure function of the shape, because bits follow from
   * it.
   */
  static boolean serves(Axis vertical, Axis horizontal, int inChannels, int outChannels) {
    boolean threeByThree =
        vertical.kernel() == 3
            && horizontal.kernel() == 3
            && vertical.stride() == 1
            && horizontal.stride() == 1;
    int rows = vertical.out();
    int columns = horizontal.out();
    long computed = 16L * up(rows) * up(columns);
    return threeByThree
        && inChannels >= 8
        && outChannels >= 8
        && rows >= OUTPUTS
        && columns >= OUTPUTS
        && 2L * rows * columns >= computed;
  }

  private static int up(int side) {
    return (side + OUTPUTS - 1) / OUTPUTS;
  }

  int tilesWide() {
    return up(horizontal.out());
  }

  /** Tiles of a block. */
  int tiles() {
    return up(vertical.out()) * tilesWide();
  }

  /** First output row of a tile of any block. */
  int row(int tile) {
    return tile % tiles() / tilesWide() * OUTPUTS;
  }

  /** First output column of a tile of any block. */
  int column(int tile) {
    return tile % tiles() % tilesWide() * OUTPUTS;
  }

  /** Floats of working memory. */
  int memory() {
    int lines = Math.min(GROUP, channels) * LANES;
    return INPUTS * (RUN * OUTPUTS + 2) * lines + INPUTS * lines;
  }

  /**
   * Where the transformed lines go: line xi of tile j and channel c to {@code at + xi * plane + j *
   * tile + c * line}.
   */
  record Target(float[] data, int at, int plane, int tile, int line) {}

  /**
   * Transforms tiles {@code first} to {@code first + n}.
   *
   * @param work from {@code workAt}: {@link #memory} floats, overwritten
   */
  void transform(
      WinogradTransforms k,
      int first,
      int n,
      float[] in,
      int inOff,
      float[] work,
      int workAt,
      Target to) {
    int block = vertical.in() * horizontal.in() * channels * LANES;
    for (int at = first; at < first + n; ) {
      int tx = column(at) / OUTPUTS;
      int count = Math.min(first + n - at, Math.min(tilesWide() - tx, RUN));
      int from = inOff + at / tiles() * block;
      for (int c = 0; c < channels; c += GROUP) {
        int lines = Math.min(GROUP, channels - c) * LANES;
        columns(k, at, count, in, from + c * LANES, lines, work, workAt);
        rows(k, count, lines, work, workAt, to, (at - first) * to.tile + c * to.line);
      }
      at += count;
    }
  }

  private void columns(
      WinogradTransforms k,
      int tile,
      int count,
      float[] in,
      int from,
      int lines,
      float[] work,
      int workAt) {
    int width = horizontal.in();
    int pixel = channels * LANES;
    int pitch = (count * OUTPUTS + 2) * lines;
    int y0 = row(tile) - vertical.before();
    int x0 = column(tile) - horizontal.before();
    boolean whole = y0 >= 0 && y0 + INPUTS <= vertical.in();
    for (int j = 0; j < count * OUTPUTS + 2; j++) {
      int x = x0 + j;
      int to = workAt + j * lines;
      if (x < 0 || x >= width) {
        for (int r = 0; r < INPUTS; r++) {
          Arrays.fill(work, to + r * pitch, to + r * pitch + lines, 0f);
        }
        continue;
      }
      int i = from + (y0 * width + x) * pixel;
      if (whole && lines == pixel) {
        // Columns lie side by side: all that are inside in one loop.
        int side = Math.min(count * OUTPUTS + 2 - j, width - x);
        k.input(side * lines, in, i, width * pixel, work, to, pitch);
        j += side - 1;
      } else if (whole) {
        k.input(lines, in, i, width * pixel, work, to, pitch);
      } else {
        int stage = workAt + INPUTS * (RUN * OUTPUTS + 2) * lines;
        for (int r = 0; r < INPUTS; r++) {
          int s = stage + r * lines;
          if (y0 + r >= 0 && y0 + r < vertical.in()) {
            System.arraycopy(in, i + r * width * pixel, work, s, lines);
          } else {
            Arrays.fill(work, s, s + lines, 0f);
          }
        }
        k.input(lines, work, stage, lines, work, to, pitch);
      }
    }
  }

  private static void rows(
      WinogradTransforms k, int count, int lines, float[] work, int workAt, Target to, int shift) {
    int pitch = (count * OUTPUTS + 2) * lines;
    for (int j = 0; j < count; j++) {
      for (int r = 0; r < INPUTS; r++) {
        int i = workAt + r * pitch + j * OUTPUTS * lines;
        int o = to.at + shift + r * INPUTS * to.plane + j * to.tile;
        if (to.line == LANES) {
          k.input(lines, work, i, lines, to.data, o, to.plane);
        } else {
          k.inputLines(lines, work, i, lines, to.data, o, to.plane, to.line);
        }
      }
    }
  }
}
