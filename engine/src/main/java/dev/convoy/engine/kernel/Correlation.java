package dev.convoy.engine.kernel;

import dev.convoy.engine.kernel.Kernels.End;

/**
 * A cross-correlation of one block of 16 examples, from {@code
 * [inHeight][inWidth][inChannels][lane]} to channels at a regular grid of output pixels. Forward
 * convolution, its gradient with respect to the data, and dense layers (one pixel, one tap) are all
 * of this form.
 *
 * <p>Every output is {@code bias + sum of w * x} over (kernel row, kernel column, input channel),
 * ascending. Which of two ways serves is a pure function of the shape: long kernel rows are walked
 * in place and taps in the padding skipped; short ones are gathered through a table of offsets from
 * a zero-padded copy.
 *
 * @param outFirst index of the first output pixel
 * @param outRowStep output pixels between two rows of the grid
 * @param outColumnStep output pixels between two columns of the grid
 */
record Correlation(
    int inHeight,
    int inWidth,
    int inChannels,
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int top,
    int left,
    int outHeight,
    int outWidth,
    int outChannels,
    int outFirst,
    int outRowStep,
    int outColumnStep) {

  private static final int LANES = Kernels.LANES;

  /** Kernel rows of up to this many lines are gathered. */
  private static final int LONGEST_GATHERED_ROW = 16;

  /** Taps of one output. */
  int taps() {
    return kernelHeight * kernelWidth * inChannels;
  }

  /** Output channels, rounded up to the pairs that kernels work in. */
  private int evenChannels() {
    return outChannels + (outChannels & 1);
  }

  /**
   * Floats of packed weights: {@code [tile of channels][tap][channel of tile]}, then a line of bias
   * a channel.
   */
  int packedSize() {
    return taps() * evenChannels() + biasLinesSize();
  }

  private int biasLinesSize() {
    return (evenChannels() + 2) * LANES;
  }

  /** Where {@link #packedSize} keeps the weights of the tile that begins with {@code channel}. */
  int tileStart(int channel) {
    return channel * taps();
  }

  /** Where {@link #packedSize} keeps the bias line of an output channel. */
  int biasIndex(int channel) {
    return taps() * evenChannels() + channel * LANES;
  }

  /** Channels of a tile; the last may be unused. */
  int tileWidth(int firstChannel) {
    return outChannels - firstChannel >= 3 ? 4 : 2;
  }

  /** Backward phases may begin inside their input, where padding is negative: these are walked. */
  boolean gathers() {
    return kernelHeight > 1
        && top >= 0
        && left >= 0
        && kernelWidth * inChannels <= LONGEST_GATHERED_ROW;
  }

  private int paddedHeight() {
    return Math.max((outHeight - 1) * strideHeight + kernelHeight, top + inHeight);
  }

  private int paddedWidth() {
    return Math.max((outWidth - 1) * strideWidth + kernelWidth, left + inWidth);
  }

  private boolean needsPaddedCopy() {
    return gathers() && (paddedHeight() != inHeight || paddedWidth() != inWidth);
  }

  /** Working memory of one thread. */
  static final class Scratch {
    /** Zero-padded copy of the input; its border stays zero. */
    private final float[] padded;

    private final int[] offsets;

    /** A tile of outputs when the last channels do not fill one. */
    private final float[] tile = new float[4 * LANES];

    private Scratch(float[] padded, int[] offsets) {
      this.padded = padded;
      this.offsets = offsets;
    }
  }

  Scratch newScratch() {
    if (!gathers()) {
      return new Scratch(null, null);
    }
    int[] offsets = new int[taps()];
    for (int tap = 0; tap < offsets.length; tap++) {
      int row = tap / (kernelWidth * inChannels);
      int rest = tap % (kernelWidth * inChannels);
      offsets[tap] = (row * paddedWidth() * inChannels + rest) * LANES;
    }
    int size = paddedHeight() * paddedWidth() * inChannels * LANES;
    return new Scratch(needsPaddedCopy() ? new float[size] : null, offsets);
  }

  /**
   * Runs one block; overwrites the output lines of the grid.
   *
   * @param gate as {@link End#GATE} says, {@code gateOff} matching {@code outOff}
   */
  void run(
      Kernels kernels,
      float[] packed,
      Scratch scratch,
      float[] in,
      int inOff,
      End end,
      float[] gate,
      int gateOff,
      float[] out,
      int outOff) {
    if (gathers()) {
      if (needsPaddedCopy()) {
        pad(kernels, in, inOff, scratch.padded);
        gather(kernels, packed, scratch, scratch.padded, 0, end, gate, gateOff, out, outOff);
      } else {
        gather(kernels, packed, scratch, in, inOff, end, gate, gateOff, out, outOff);
      }
    } else {
      walk(kernels, packed, scratch, in, inOff, end, gate, gateOff, out, outOff);
    }
  }

  private void pad(Kernels kernels, float[] in, int inOff, float[] padded) {
    int row = inWidth * inChannels;
    for (int y = 0; y < inHeight; y++) {
      int to = ((y + top) * paddedWidth() + left) * inChannels * LANES;
      kernels.copyLines(row, in, inOff + y * row * LANES, LANES, padded, to, LANES);
    }
  }

  private void gather(
      Kernels kernels,
      float[] packed,
      Scratch scratch,
      float[] in,
      int inOff,
      End end,
      float[] gate,
      int gateOff,
      float[] out,
      int outOff) {
    int taps = taps();
    int[] offsets = scratch.offsets;
    int inStep = strideWidth * inChannels * LANES;
    int outStep = outColumnStep * outChannels * LANES;
    for (int y = 0; y < outHeight; y++) {
      int row = inOff + y * strideHeight * paddedWidth() * inChannels * LANES;
      for (int c = 0; c < outChannels; c += 4) {
        int channels = outChannels - c;
        int to = ((outFirst + y * outRowStep) * outChannels + c) * LANES;
        int a = c * taps;
        int bias = biasIndex(c);
        if (channels >= 4) {
          for (int x = 0; x < outWidth; x++) {
            int o = to + x * outStep;
            kernels.gather4(
                taps,
                packed,
                a,
                in,
                row + x * inStep,
                offsets,
                packed,
                bias,
                end,
                gate,
                gateOff + o,
                out,
                outOff + o);
          }
        } else if (channels == 2) {
          for (int x = 0; x < outWidth; x += 2) {
            int o = to + x * outStep;
            boolean pair = x + 1 < outWidth;
            kernels.gather2(
                taps,
                packed,
                a,
                in,
                row + x * inStep,
                pair ? inStep : 0,
                offsets,
                packed,
                bias,
                0,
                end,
                gate,
                gateOff + o,
                out,
                outOff + o,
                pair ? outStep : 0);
          }
        } else {
          for (int x = 0; x < outWidth; x++) {
            int o = to + x * outStep;
            int i = row + x * inStep;
            if (channels == 3) {
              kernels.gather4(
                  taps,
                  packed,
                  a,
                  in,
                  i,
                  offsets,
                  packed,
                  bias,
                  End.PLAIN,
                  null,
                  0,
                  scratch.tile,
                  0);
            } else {
              kernels.gather2(
                  taps,
                  packed,
                  a,
                  in,
                  i,
                  0,
                  offsets,
                  packed,
                  bias,
                  0,
                  End.PLAIN,
                  null,
                  0,
                  scratch.tile,
                  0,
                  0);
            }
            finish(kernels, channels, scratch.tile, end, gate, gateOff + o, out, outOff + o);
          }
        }
      }
    }
  }

  private void walk(
      Kernels kernels,
      float[] packed,
      Scratch scratch,
      float[] in,
      int inOff,
      End end,
      float[] gate,
      int gateOff,
      float[] out,
      int outOff) {
    int outStep = outColumnStep * outChannels * LANES;
    for (int y = 0; y < outHeight; y++) {
      for (int c = 0; c < outChannels; c += 4) {
        int channels = outChannels - c;
        int to = ((outFirst + y * outRowStep) * outChannels + c) * LANES;
        if (channels >= 4) {
          for (int x = 0; x < outWidth; x++) {
            int o = to + x * outStep;
            walk4(kernels, packed, in, inOff, y, x, c, end, gate, gateOff + o, out, outOff + o);
          }
        } else if (channels == 2) {
          for (int x = 0; x < outWidth; ) {
            int o = to + x * outStep;
            boolean pair = x + 1 < outWidth && wholeRow(x) && wholeRow(x + 1);
            walk2(
                kernels,
                packed,
                in,
                inOff,
                y,
                x,
                c,
                end,
                gate,
                gateOff + o,
                out,
                outOff + o,
                pair ? outStep : 0);
            x += pair ? 2 : 1;
          }
        } else {
          for (int x = 0; x < outWidth; x++) {
            int o = to + x * outStep;
            if (channels == 3) {
              walk4(kernels, packed, in, inOff, y, x, c, End.PLAIN, null, 0, scratch.tile, 0);
            } else {
              walk2(kernels, packed, in, inOff, y, x, c, End.PLAIN, null, 0, scratch.tile, 0, 0);
            }
            finish(kernels, channels, scratch.tile, end, gate, gateOff + o, out, outOff + o);
          }
        }
      }
    }
  }

  /** True if no tap of the window of output column x lies in the padding beside the input. */
  private boolean wholeRow(int x) {
    int first = x * strideWidth - left;
    return first >= 0 && first + kernelWidth <= inWidth;
  }

  private void walk4(
      Kernels kernels,
      float[] packed,
      float[] in,
      int inOff,
      int y,
      int x,
      int c,
      End end,
      float[] gate,
      int gateOff,
      float[] out,
      int outOff) {
    int firstRow = y * strideHeight - top;
    int firstColumn = x * strideWidth - left;
    int y0 = Math.max(0, -firstRow);
    int y1 = Math.min(kernelHeight, inHeight - firstRow);
    int x0 = Math.max(0, -firstColumn);
    int x1 = Math.min(kernelWidth, inWidth - firstColumn);
    int run = Math.max(0, (x1 - x0) * inChannels);
    int w = c * taps() + (y0 * kernelWidth + x0) * inChannels * 4;
    int i = inOff + ((firstRow + y0) * inWidth + firstColumn + x0) * inChannels * LANES;
    float[] from = packed;
    int f = biasIndex(c);
    if (y1 <= y0) {
      kernels.dot4(0, packed, 0, in, 0, from, f, end, gate, gateOff, out, outOff);
    }
    for (int ky = y0; ky < y1; ky++) {
      End then = ky == y1 - 1 ? end : End.PLAIN;
      kernels.dot4(run, packed, w, in, i, from, f, then, gate, gateOff, out, outOff);
      from = out;
      f = outOff;
      w += kernelWidth * inChannels * 4;
      i += inWidth * inChannels * LANES;
    }
  }

  private void walk2(
      Kernels kernels,
      float[] packed,
      float[] in,
      int inOff,
      int y,
      int x,
      int c,
      End end,
      float[] gate,
      int gateOff,
      float[] out,
      int outOff,
      int outStep) {
    int firstRow = y * strideHeight - top;
    int firstColumn = x * strideWidth - left;
    int y0 = Math.max(0, -firstRow);
    int y1 = Math.min(kernelHeight, inHeight - firstRow);
    int x0 = Math.max(0, -firstColumn);
    int x1 = Math.min(kernelWidth, inWidth - firstColumn);
    int run = Math.max(0, (x1 - x0) * inChannels);
    int w = c * taps() + (y0 * kernelWidth + x0) * inChannels * 2;
    int i = inOff + ((firstRow + y0) * inWidth + firstColumn + x0) * inChannels * LANES;
    int inStep = outStep == 0 ? 0 : strideWidth * inChannels * LANES;
    float[] from = packed;
    int f = biasIndex(c);
    int fromStep = 0;
    if (y1 <= y0) {
      kernels.dot2(0, packed, 0, in, 0, 0, from, f, 0, end, gate, gateOff, out, outOff, outStep);
    }
    for (int ky = y0; ky < y1; ky++) {
      End then = ky == y1 - 1 ? end : End.PLAIN;
      kernels.dot2(
          run, packed, w, in, i, inStep, from, f, fromStep, then, gate, gateOff, out, outOff,
          outStep);
      from = out;
      f = outOff;
      fromStep = outStep;
      w += kernelWidth * inChannels * 2;
      i += inWidth * inChannels * LANES;
    }
  }

  /** Moves the valid lines of a tile to their place, through {@code end}. */
  private static void finish(
      Kernels kernels,
      int channels,
      float[] tile,
      End end,
      float[] gate,
      int gateOff,
      float[] out,
      int outOff) {
    int n = channels * LANES;
    if (end == End.RELU) {
      kernels.relu(n, tile, 0, out, outOff);
      return;
    }
    System.arraycopy(tile, 0, out, outOff, n);
    if (end == End.GATE) {
      kernels.gate(n, gate, gateOff, out, outOff);
    }
  }
}
