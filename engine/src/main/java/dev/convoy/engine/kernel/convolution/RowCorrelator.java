package dev.convoy.engine.kernel.convolution;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.kernel.Kernels.End;
import dev.convoy.engine.kernel.WindowProducts;
import dev.convoy.engine.kernel.convolution.CorrelationShape.Way;
import dev.convoy.engine.tensor.Tensor;
import java.util.Arrays;

/**
 * A {@link CorrelationShape} for {@link Kernels#prefersRows}: inputs are copied to rows of one
 * channel each, so that a whole row of outputs is summed by loops as long as it, four taps at a
 * time. The shape's {@link Way} fixes the order of every sum, and with it the bits.
 */
final class RowCorrelator {
  private final CorrelationShape shape;
  private final float[] packed;

  /** Rows of zeros above the input, and of columns before it, in {@link #rows}. */
  private final int top;

  private final int left;

  /** Floats of one row of one channel. */
  private int pitch;

  /**
   * {@code [row][channel][column][lane]}; for a dense layer, whose blocks take the part of columns,
   * {@code [channel][block][lane]}.
   */
  private float[] rows = new float[0];

  /** A row of outputs of one channel. */
  private float[] sums;

  RowCorrelator(CorrelationShape shape, float[] packed) {
    this.shape = shape;
    this.packed = packed;
    Way way = shape.way();
    top = way == Way.WALK ? 0 : Math.max(0, shape.top());
    left = way == Way.WALK ? 0 : shape.paddingBefore();
  }

  /** False where the outputs of a row do not meet inputs side by side, or are too few. */
  static boolean serves(CorrelationShape c) {
    return c.onePixel() || c.strideWidth() == 1 && c.outWidth() > 3 && c.inWidth() > 0;
  }

  /** As {@link TileCorrelator#run}. */
  void run(Kernels k, int blocks, Tensor input, End end, Tensor gate, Tensor output, int outBlock) {
    float[] in = input.data();
    int inOff = input.offset();
    if (shape.onePixel()) {
      int first = shape.outFirst() * shape.outChannels() * LANES;
      reserve(shape.inChannels(), blocks * LANES, blocks);
      for (int b = 0; b < blocks; b++) {
        int from = inOff + b * shape.inChannels() * LANES;
        k.copyLines(shape.inChannels(), in, from, LANES, rows, b * LANES, pitch);
      }
      row(k, 0, blocks, end, gate, output, first, outBlock);
      return;
    }
    int inBlock = shape.inHeight() * shape.inWidth() * shape.inChannels() * LANES;
    int outStep = shape.outColumnStep() * shape.outChannels() * LANES;
    for (int b = 0; b < blocks; b++) {
      copy(k, in, inOff + b * inBlock);
      for (int y = 0; y < shape.outHeight(); y++) {
        int pixel = shape.outFirst() + y * shape.outRowStep();
        int at = b * outBlock + pixel * shape.outChannels() * LANES;
        row(k, y, shape.outWidth(), end, gate, output, at, outStep);
      }
    }
  }

  /** Room for {@code count} rows; a dense layer may come with more blocks another time. */
  private void reserve(int count, int pitch, int outputs) {
    this.pitch = pitch;
    if (rows.length < count * pitch) {
      rows = new float[count * pitch];
    }
    if (sums == null || sums.length < outputs * LANES) {
      sums = new float[outputs * LANES];
    }
  }

  private void copy(Kernels k, float[] in, int inOff) {
    int channels = shape.inChannels();
    int width = shape.inWidth();
    int last = (shape.outHeight() - 1) * shape.strideHeight() - shape.top() + shape.kernelHeight();
    int height = top + Math.max(shape.inHeight(), last);
    int columns = shape.way() == Way.WALK ? width : shape.paddedWidth();
    reserve(height * channels, columns * LANES, shape.outWidth());
    for (int y = 0; y < shape.inHeight(); y++) {
      for (int c = 0; c < channels; c++) {
        int from = inOff + (y * width * channels + c) * LANES;
        int to = ((top + y) * channels + c) * pitch + left * LANES;
        k.copyLines(width, in, from, channels * LANES, rows, to, LANES);
      }
    }
  }

  /** One row of outputs, all channels, to {@code first} floats into the output. */
  private void row(
      Kernels k, int y, int places, End end, Tensor gate, Tensor output, int first, int outStep) {
    float[] out = output.data();
    int outOff = output.offset() + first;
    int channels = shape.outChannels();
    int n = places * LANES;
    for (int c = 0; c < channels; c++) {
      Arrays.fill(sums, 0, n, packed[shape.biasIndex(c)]);
      switch (shape.way()) {
        case SLIDE -> slide(k, c, y, n);
        case SIDE_BY_SIDE -> {
          int from = top + y * shape.strideHeight() - shape.top();
          columns(k, c, from, shape.kernelHeight() * shape.inChannels(), 0, places);
        }
        case WALK -> walk(k, c, y, places);
      }
      if (end == End.RELU) {
        k.relu(n, sums, 0, sums, 0);
      }
      k.copyLines(places, sums, 0, LANES, out, outOff + c * LANES, outStep);
    }
    for (int p = 0; end == End.GATE && p < places; p++) {
      int at = p * outStep;
      k.gate(channels * LANES, gate.data(), gate.offset() + first + at, out, outOff + at);
    }
  }

  private void slide(Kernels k, int c, int y, int n) {
    int taps = shape.taps();
    int from = y * pitch;
    int third = 2 * LANES;
    int w = weight(c, 0);
    int step = shape.tileWidth(c / 4 * 4);
    WindowProducts windows = k.windows();
    int a = from + pitch;
    int b = a + pitch;
    windows.rows4(n, packed, w, step, rows, from, from + LANES, from + third, a, sums, 0);
    w += 4 * step;
    windows.rows4(n, packed, w, step, rows, a + LANES, a + third, b, b + LANES, sums, 0);
    k.addScaled(n, packed[weight(c, taps - 1)], rows, b + third, sums, 0);
  }

  private void walk(Kernels k, int c, int y, int places) {
    int first = y * shape.strideHeight() - shape.top();
    int end = Math.min(shape.kernelHeight(), shape.inHeight() - first);
    for (int ky = Math.max(0, -first); ky < end; ky++) {
      int tap = ky * shape.kernelWidth() * shape.inChannels();
      columns(k, c, first + ky, shape.inChannels(), tap, places);
    }
  }

  /**
   * The taps of {@code terms} rows from input row {@code first} on, kernel column after kernel
   * column, where they meet the input.
   */
  private void columns(Kernels k, int c, int first, int terms, int tap, int places) {
    int base = first * shape.inChannels() * pitch;
    if (shape.onePixel()) {
      add(k, c, tap, terms, base, 0, places);
      return;
    }
    for (int kx = 0; kx < shape.kernelWidth(); kx++) {
      int shift = kx + left - shape.left();
      int x0 = Math.max(0, -shift);
      int x1 = Math.min(places, pitch / LANES - shift);
      if (x1 > x0) {
        add(k, c, tap + kx * terms, terms, base + (x0 + shift) * LANES, x0, x1 - x0);
      }
    }
  }

  /** Adds {@code terms} taps, whose rows lie one after the other, to {@code places} outputs. */
  private void add(Kernels k, int c, int tap, int terms, int from, int x, int places) {
    int n = places * LANES;
    int o = x * LANES;
    int step = shape.tileWidth(c / 4 * 4);
    int w = weight(c, tap);
    WindowProducts windows = k.windows();
    int t = 0;
    for (; t + 4 <= terms; t += 4) {
      int i0 = from + t * pitch;
      int i1 = i0 + pitch;
      int i2 = i1 + pitch;
      windows.rows4(n, packed, w + t * step, step, rows, i0, i1, i2, i2 + pitch, sums, o);
    }
    for (; t < terms; t++) {
      k.addScaled(n, packed[w + t * step], rows, from + t * pitch, sums, o);
    }
  }

  private int weight(int c, int tap) {
    int tile = c / 4 * 4;
    return shape.tileStart(tile) + tap * shape.tileWidth(tile) + c - tile;
  }
}
