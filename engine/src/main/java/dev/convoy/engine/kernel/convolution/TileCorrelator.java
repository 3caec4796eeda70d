package dev.convoy.engine.kernel.convolution;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.kernel.Kernels.End;
import dev.convoy.engine.kernel.WindowProducts;
import dev.convoy.engine.kernel.convolution.CorrelationShape.Way;
import dev.convoy.engine.tensor.Tensor;
import java.util.Arrays;

/**
 * A {@link CorrelationShape} at work: its packed weights, working memory and the arguments of the
 * call at hand. One a thread. Every output is {@code bias + sum of w * x}, in the order of the
 * shape's {@link Way}.
 */
final class TileCorrelator {
  private final CorrelationShape shape;

  /** As {@link CorrelationShape#packedSize} says; filled by {@link Convolution#load}. */
  final float[] packed;

  /** What rows are walked as: the shape itself, or its rows laid side by side. */
  private final CorrelationShape walked;

  /** Rows side by side, or the zero-padded copy that a window slides over. */
  private final float[] copy;

  private final int copyAt;

  /** A tile of outputs when the last channels do not fill one. */
  private final float[] tile = new float[4 * LANES];

  /** Does the work for kernels that prefer rows; made when needed. */
  private RowCorrelator byRows;

  private Kernels kernels;
  private End end;
  private float[] gate;
  private int gateOff;
  private float[] out;
  private int outOff;

  TileCorrelator(CorrelationShape shape, Arena arena) {
    this.shape = shape;
    packed = new float[shape.packedSize()];
    Way way = shape.way();
    walked = way == Way.SIDE_BY_SIDE ? shape.sideBySide() : shape;
    int lines =
        switch (way) {
          case SLIDE -> shape.paddedHeight() * shape.paddedWidth();
          case SIDE_BY_SIDE -> walked.inWidth() * walked.inChannels();
          case WALK -> 0;
        };
    Tensor piece = arena.take(lines * LANES);
    copy = piece.data();
    copyAt = piece.offset();
  }

  /**
   * Runs {@code blocks} blocks; overwrites the output lines of the grid.
   *
   * @param gate as {@link End#GATE} says, in the places of {@code output}; null for other endings
   * @param outBlock floats from one block of outputs to the next
   */
  void run(
      Kernels kernels,
      int blocks,
      Tensor input,
      End end,
      Tensor gate,
      Tensor output,
      int outBlock) {
    if (kernels.prefersRows() && RowCorrelator.serves(shape)) {
      byRows = byRows == null ? new RowCorrelator(shape, packed) : byRows;
      byRows.run(kernels, blocks, input, end, gate, output, outBlock);
      return;
    }
    this.kernels = kernels;
    this.end = end;
    this.gate = gate == null ? null : gate.data();
    this.out = output.data();
    float[] in = input.data();
    int inOff = input.offset();
    int gateFrom = gate == null ? 0 : gate.offset();
    int inBlock = shape.inHeight() * shape.inWidth() * shape.inChannels() * LANES;
    if (shape.onePixel()) {
      // Blocks take the part of pixels: a tile's weights serve all of them while they are in cache.
      this.gateOff = gateFrom;
      this.outOff = output.offset();
      for (int c = 0; c < shape.outChannels(); c += 4) {
        int run = shape.inChannels();
        int w = shape.tileStart(c);
        int to = rowStart(0) + c * LANES;
        tiles(shape, c, blocks, 1, run, w, 0, in, inOff, inBlock, 0, to, outBlock);
      }
      return;
    }
    for (int b = 0; b < blocks; b++) {
      this.gateOff = gateFrom + b * outBlock;
      this.outOff = output.offset() + b * outBlock;
      if (shape.way() == Way.SLIDE) {
        slide(in, inOff + b * inBlock);
      } else {
        walk(in, inOff + b * inBlock);
      }
    }
  }

  private int rowStart(int y) {
    return (shape.outFirst() + y * shape.outRowStep()) * shape.outChannels() * LANES;
  }

  private void walk(float[] in, int inOff) {
    if (walked != shape) {
      for (int y = 0; y < shape.outHeight(); y++) {
        laySideBySide(y * shape.strideHeight() - shape.top(), in, inOff);
        walkBlock(copy, copyAt, rowStart(y));
      }
    } else {
      walkBlock(in, inOff, rowStart(0));
    }
  }

  /**
   * Zero-padded input rows as channels of one row. What lies outside the input was zero from the
   * start, or is made so.
   */
  private void laySideBySide(int firstRow, float[] in, int inOff) {
    int channels = shape.inChannels();
    int width = shape.inWidth();
    int step = walked.inChannels() * LANES;
    int before = shape.paddingBefore() * step;
    for (int ky = 0; ky < shape.kernelHeight(); ky++) {
      int row = firstRow + ky;
      for (int c = 0; c < channels; c++) {
        int to = copyAt + before + (ky * channels + c) * LANES;
        if (row >= 0 && row < shape.inHeight()) {
          int from = inOff + (row * width * channels + c) * LANES;
          kernels.copyLines(width, in, from, channels * LANES, copy, to, step);
        } else {
          for (int x = 0; x < width; x++) {
            Arrays.fill(copy, to + x * step, to + x * step + LANES, 0f);
          }
        }
      }
    }
  }

  /**
   * All outputs of a block: columns whose windows lie inside, row by row; the others column by
   * column, which makes rows of places of them too.
   */
  private void walkBlock(float[] in, int inOff, int to) {
    CorrelationShape s = walked;
    int first = s.firstWholeColumn();
    int end = s.endWholeColumn();
    for (int y = 0; y < s.outHeight() && end > first; y++) {
      for (int c = 0; c < s.outChannels(); c += 4) {
        walkPlaces(c, y, first, end - first, false, in, inOff, to);
      }
    }
    for (int x = 0; x < s.outWidth(); x++) {
      for (int c = 0; c < s.outChannels() && (x < first || x >= end); c += 4) {
        walkColumn(c, x, in, inOff, to);
      }
    }
  }

  private void walkColumn(int c, int x, float[] in, int inOff, int to) {
    int first = walked.firstWholeRow();
    int end = walked.endWholeRow();
    for (int y = 0; y < first; y++) {
      walkPlaces(c, y, x, 1, true, in, inOff, to);
    }
    if (end > first) {
      walkPlaces(c, first, x, end - first, true, in, inOff, to);
    }
    for (int y = end; y < walked.outHeight(); y++) {
      walkPlaces(c, y, x, 1, true, in, inOff, to);
    }
  }

  /**
   * Outputs from (y, x) on, along a row or {@code down} a column, whose windows meet the same taps.
   */
  private void walkPlaces(
      int c, int y, int x, int places, boolean down, float[] in, int inOff, int to) {
    CorrelationShape s = walked;
    int firstRow = y * s.strideHeight() - s.top();
    int firstColumn = x * s.strideWidth() - s.left();
    int y0 = Math.max(0, -firstRow);
    int y1 = Math.min(s.kernelHeight(), s.inHeight() - firstRow);
    int x0 = Math.max(0, -firstColumn);
    int x1 = Math.min(s.kernelWidth(), s.inWidth() - firstColumn);
    int run = y1 > y0 && x1 > x0 ? (x1 - x0) * s.inChannels() : 0;
    int pixel = (firstRow + y0) * s.inWidth() + firstColumn + x0;
    int w = s.tileStart(c) + (y0 * s.kernelWidth() + x0) * s.inChannels() * s.tileWidth(c);
    int inRow = s.inWidth() * s.inChannels() * LANES;
    int outPixel = s.outChannels() * LANES;
    tiles(
        s,
        c,
        places,
        run == 0 ? 1 : y1 - y0,
        run,
        w,
        s.kernelWidth() * s.inChannels() * s.tileWidth(c),
        in,
        inOff + pixel * s.inChannels() * LANES,
        down ? s.strideHeight() * inRow : s.strideWidth() * s.inChannels() * LANES,
        inRow,
        to + (y * s.outRowStep() + x * s.outColumnStep()) * outPixel + c * LANES,
        (down ? s.outRowStep() : s.outColumnStep()) * outPixel);
  }

  /**
   * The tiles of channels from c at a row of places: {@code rows} runs of taps, one after the
   * other.
   *
   * @param wRow from one run's weights to the next
   * @param inRow from one run's lines to the next
   */
  private void tiles(
      CorrelationShape s,
      int c,
      int places,
      int rows,
      int run,
      int w,
      int wRow,
      float[] in,
      int i,
      int inStep,
      int inRow,
      int to,
      int outStep) {
    int channels = Math.min(4, s.outChannels() - c);
    if (channels == s.tileWidth(c)) {
      int o = outOff + to;
      sums(s, c, places, rows, run, w, wRow, in, i, inStep, inRow, end, out, o, outStep);
      return;
    }
    for (int p = 0; p < places; p++) {
      int at = i + p * inStep;
      sums(s, c, 1, rows, run, w, wRow, in, at, 0, inRow, End.PLAIN, tile, 0, 0);
      finish(channels * LANES, to + p * outStep);
    }
  }

  private void sums(
      CorrelationShape s,
      int c,
      int places,
      int rows,
      int run,
      int w,
      int wRow,
      float[] in,
      int i,
      int inStep,
      int inRow,
      End last,
      float[] to,
      int o,
      int outStep) {
    WindowProducts windows = kernels.windows();
    int g = gateOff + o - outOff;
    float[] from = packed;
    int f = s.biasIndex(c);
    int fromStep = 0;
    for (int r = 0; r < rows; r++) {
      End then = r == rows - 1 ? last : End.PLAIN;
      int wAt = w + r * wRow;
      int at = i + r * inRow;
      if (s.tileWidth(c) == 4) {
        windows.dot4(
            places, run, packed, wAt, in, at, inStep, from, f, fromStep, then, gate, g, to, o,
            outStep);
      } else {
        windows.dot2(
            places, run, packed, wAt, in, at, inStep, from, f, fromStep, then, gate, g, to, o,
            outStep);
      }
      from = to;
      f = o;
      fromStep = outStep;
    }
  }

  /** Moves the valid lines of a tile to their place, through {@link #end}. */
  private void finish(int n, int to) {
    System.arraycopy(tile, 0, out, outOff + to, n);
    end(n, out, outOff + to, to);
  }

  /** The ending of n finished sums in {@code out}, {@code to} floats into the output. */
  private void end(int n, float[] out, int o, int to) {
    if (end == End.RELU) {
      kernels.relu(n, out, o, out, o);
    } else if (end == End.GATE) {
      kernels.gate(n, gate, gateOff + to, out, o);
    }
  }

  private void slide(float[] in, int inOff) {
    int pitch = shape.paddedWidth() * LANES;
    pad(in, inOff);
    int outStep = shape.outColumnStep() * shape.outChannels() * LANES;
    for (int y = 0; y < shape.outHeight(); y++) {
      int i = copyAt + y * pitch;
      int to = outOff + rowStart(y);
      for (int c = 0; c < shape.outChannels(); c += 4) {
        kernels
            .windows()
            .slide3x3(
                Math.min(4, shape.outChannels() - c),
                shape.outWidth(),
                packed,
                shape.tileStart(c),
                shape.tileWidth(c),
                shape.biasIndex(c),
                copy,
                i,
                i + pitch,
                i + 2 * pitch,
                out,
                to + c * LANES,
                outStep);
      }
      for (int x = 0; end != End.PLAIN && x < shape.outWidth(); x++) {
        int at = rowStart(y) + x * outStep;
        end(shape.outChannels() * LANES, out, outOff + at, at);
      }
    }
  }

  private void pad(float[] in, int inOff) {
    int width = shape.inWidth();
    for (int y = 0; y < shape.inHeight(); y++) {
      int to = copyAt + ((y + shape.top()) * shape.paddedWidth() + shape.left()) * LANES;
      kernels.copyLines(width, in, inOff + y * width * LANES, LANES, copy, to, LANES);
    }
  }
}
