package dev.convoy.engine.kernel.convolution;

import static dev.convoy.engine.tensor.Lanes.LANES;

/**
 * The shape of a cross-correlation of one block of 16 examples, from {@code
 * [inHeight][inWidth][inChannels][lane]} to channels at a regular grid of output pixels. Forward
 * convolution, its gradient with respect to the data, and dense layers (one pixel, one tap) are all
 * of this form; {@link TileCorrelator} computes them.
 *
 * @param vertical rows
 * @param horizontal columns
 * @param grid where the outputs lie
 */
record CorrelationShape(
    Axis vertical, Axis horizontal, int inChannels, int outChannels, Grid grid) {

  /**
   * A regular grid of output pixels.
   *
   * @param first index of the first output pixel
   * @param rowStep output pixels between two rows of the grid
   * @param columnStep output pixels between two columns of the grid
   */
  record Grid(int first, int rowStep, int columnStep) {
    /** All pixels of an output of {@code width} columns. */
    static Grid whole(int width) {
      return new Grid(0, width, 1);
    }
  }

  /** Kernel rows of up to this many lines are too short to be summed one after the other. */
  private static final int SHORT_ROW = 48;

  /** How the sums are taken: a pure function of the shape, because the order of a sum is. */
  enum Way {
    /**
     * One channel, 3 x 3, into few: the window slides over a zero-padded copy. Sums run over
     * (kernel row, kernel column).
     */
    SLIDE,
    /**
     * Short kernel rows: zero-padded input rows are laid side by side, as channels of one row,
     * which leaves a kernel one row high with taps enough to be worth a tile. Sums run over (kernel
     * column, kernel row, channel).
     */
    SIDE_BY_SIDE,
    /**
     * Kernel rows one after the other, in place. Sums run over (kernel row, kernel column,
     * channel), without taps in the padding.
     */
    WALK
  }

  /** Rows of the input. */
  int inHeight() {
    return vertical.in();
  }

  /** Columns of the input. */
  int inWidth() {
    return horizontal.in();
  }

  /** Rows of the kernel. */
  int kernelHeight() {
    return vertical.kernel();
  }

  /** Columns of the kernel. */
  int kernelWidth() {
    return horizontal.kernel();
  }

  /** Rows from one window to the next. */
  int strideHeight() {
    return vertical.stride();
  }

  /** Columns from one window to the next. */
  int strideWidth() {
    return horizontal.stride();
  }

  /** Rows of padding above. */
  int top() {
    return vertical.before();
  }

  /** Columns of padding before. */
  int left() {
    return horizontal.before();
  }

  /** Rows of the output. */
  int outHeight() {
    return vertical.out();
  }

  /** Columns of the output. */
  int outWidth() {
    return horizontal.out();
  }

  /** Index of the first output pixel. */
  int outFirst() {
    return grid.first();
  }

  /** Output pixels between two rows of the grid. */
  int outRowStep() {
    return grid.rowStep();
  }

  /** Output pixels between two columns of the grid. */
  int outColumnStep() {
    return grid.columnStep();
  }

  Way way() {
    if (kernelHeight() < 2 || kernelWidth() * inChannels > SHORT_ROW) {
      return Way.WALK;
    }
    boolean three = kernelHeight() == 3 && kernelWidth() == 3 && inChannels == 1;
    boolean dense = strideHeight() == 1 && strideWidth() == 1 && top() >= 0 && left() >= 0;
    return three && dense && outWidth() > 1 ? Way.SLIDE : Way.SIDE_BY_SIDE;
  }

  /** Taps of one output. */
  int taps() {
    return kernelHeight() * kernelWidth() * inChannels;
  }

  /** Place in the order of the sum of a tap at {@code channel} 0; channels follow. */
  int tap(int row, int column) {
    int cell =
        way() == Way.SIDE_BY_SIDE ? column * kernelHeight() + row : row * kernelWidth() + column;
    return cell * inChannels;
  }

  /** Kernel row of the tap at a place in the order of the sum. */
  int row(int tap) {
    int cell = tap / inChannels;
    return way() == Way.SIDE_BY_SIDE ? cell % kernelHeight() : cell / kernelWidth();
  }

  /** Kernel column of the tap at a place in the order of the sum. */
  int column(int tap) {
    int cell = tap / inChannels;
    return way() == Way.SIDE_BY_SIDE ? cell / kernelHeight() : cell % kernelWidth();
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
    return taps() * evenChannels() + (evenChannels() + 2) * LANES;
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

  /** True for a dense layer: one pixel in, one out, one tap a channel. */
  boolean onePixel() {
    return inHeight() * inWidth() * kernelHeight() * kernelWidth() * outHeight() * outWidth() == 1
        && top() == 0
        && left() == 0;
  }

  /** First output column whose window begins inside the input. */
  int firstWholeColumn() {
    return firstWhole(left(), strideWidth(), outWidth());
  }

  /** One past the last output column, from {@link #firstWholeColumn}, whose window ends inside. */
  int endWholeColumn() {
    return endWhole(
        inWidth() - kernelWidth(), left(), strideWidth(), firstWholeColumn(), outWidth());
  }

  /** First output row whose window begins inside the input. */
  int firstWholeRow() {
    return firstWhole(top(), strideHeight(), outHeight());
  }

  /** One past the last output row, from {@link #firstWholeRow}, whose window ends inside. */
  int endWholeRow() {
    return endWhole(
        inHeight() - kernelHeight(), top(), strideHeight(), firstWholeRow(), outHeight());
  }

  private static int firstWhole(int pad, int stride, int outputs) {
    return Math.max(0, Math.min((pad + stride - 1) / stride, outputs));
  }

  private static int endWhole(int room, int pad, int stride, int first, int outputs) {
    return Math.max(first, Math.min(Math.floorDiv(room + pad, stride) + 1, outputs));
  }

  /** Columns of zeros before the input in the copies of {@link Way#SLIDE} and SIDE_BY_SIDE. */
  int paddingBefore() {
    return Math.max(0, left());
  }

  /** Rows of the zero-padded copy that {@link Way#SLIDE} needs. */
  int paddedHeight() {
    return Math.max(outHeight() - 1 + kernelHeight(), top() + inHeight());
  }

  /** Columns of the zero-padded copies. */
  int paddedWidth() {
    int before = paddingBefore();
    return before + Math.max((outWidth() - 1) * strideWidth() + kernelWidth() - left(), inWidth());
  }

  /**
   * One output row of {@link Way#SIDE_BY_SIDE}: its input rows, zero-padded, as channels of one.
   */
  CorrelationShape sideBySide() {
    return new CorrelationShape(
        Axis.ONE,
        new Axis(paddedWidth(), kernelWidth(), strideWidth(), left() - paddingBefore(), outWidth()),
        kernelHeight() * inChannels,
        outChannels,
        new Grid(0, 0, outColumnStep()));
  }
}
