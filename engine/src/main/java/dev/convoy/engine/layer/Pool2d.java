package dev.convoy.engine.layer;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.kernel.convolution.Axis;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.tensor.Tensor;
import dev.convoy.engine.text.ItemSyntax;
import java.util.Arrays;
import java.util.Optional;

/**
 * Max or average pooling, channel by channel. Padding never wins a maximum, NaN always does; an
 * average divides by the whole window, padding included. Backward: the gradient goes to the first
 * maximum in row-major order, or in equal parts to the window; overlapping windows add up.
 */
public final class Pool2d implements Layer {

  /** Pooling modes. */
  public enum Mode {
    /** The largest value. */
    MAX,
    /** The mean over the whole window, padding included. */
    AVERAGE
  }

  /** The layer on paper. A pool's stride is its window if the text does not say otherwise. */
  public record Spec(Mode mode, Window window) implements LayerSpec {
    static final String[] SETTINGS = {"window", "stride", "padding"};

    static Spec read(Mode mode, ItemSyntax text) {
      return new Spec(mode, Window.read(text, "window", null));
    }

    private String name() {
      return mode == Mode.MAX ? "maxpool" : "avgpool";
    }

    @Override
    public String text() {
      return name() + window.text("window");
    }

    @Override
    public String label() {
      return name() + " " + window.label();
    }

    @Override
    public Shape outputShape(Shape input) {
      Window.Extent extent = window.on(input);
      if (extent.someWindowLiesInPadding()) {
        throw new InvalidInputException(
            "pool: got a window of "
                + window.label()
                + " on "
                + input
                + " that would lie wholly in padding and have no value, expected padding smaller than"
                + " the window");
      }
      return new Shape(extent.vertical().out(), extent.horizontal().out(), input.channels());
    }

    @Override
    public Optional<Layer> bind(Place place) {
      return Optional.of(new Pool2d(this, place.input()));
    }
  }

  private final Shape input;
  private final Shape output;
  private final Mode mode;
  private final Window.Extent w;
  private final Axis rows;
  private final Axis columns;

  /** Floats of one pixel of one block. */
  private final int line;

  /** Pooling of examples of shape {@code input}. */
  public Pool2d(Spec spec, Shape input) {
    this.input = input;
    this.output = spec.outputShape(input);
    this.mode = spec.mode();
    this.w = spec.window().on(input);
    this.rows = w.vertical();
    this.columns = w.horizontal();
    this.line = input.channels() * LANES;
  }

  @Override
  public Shape input() {
    return input;
  }

  @Override
  public Shape output() {
    return output;
  }

  @Override
  public Scratch newScratch(Arena arena, int maxBlocks, boolean training, boolean inputGradient) {
    return Scratch.of(new float[line]);
  }

  private static boolean isTwoByTwo(Axis axis) {
    return axis.kernel() == 2 && axis.stride() == 2 && axis.before() == 0;
  }

  private boolean twoByTwo() {
    return mode == Mode.MAX
        && isTwoByTwo(rows)
        && isTwoByTwo(columns)
        && w.bottom() == 0
        && w.right() == 0;
  }

  @Override
  public void forward(Pass pass, Scratch scratch, int blocks, Tensor in, Tensor out) {
    Kernels kernels = pass.kernels();
    for (int b = 0; b < blocks; b++) {
      int from = in.offset() + b * input.size() * LANES;
      int to = out.offset() + b * output.size() * LANES;
      for (int y = 0; y < output.height(); y++) {
        if (twoByTwo()) {
          int row = input.width() * line;
          kernels.maxPool2x2(
              output.width(),
              line,
              row,
              in.data(),
              from + 2 * y * row,
              out.data(),
              to + y * output.width() * line);
          continue;
        }
        for (int x = 0; x < output.width(); x++) {
          pool(kernels, y, x, in.data(), from, out.data(), to + (y * output.width() + x) * line);
        }
      }
    }
  }

  private int firstRow(int y) {
    return Math.max(0, y * rows.stride() - rows.before());
  }

  private int endRow(int y) {
    return Math.min(input.height(), y * rows.stride() - rows.before() + rows.kernel());
  }

  private int firstColumn(int x) {
    return Math.max(0, x * columns.stride() - columns.before());
  }

  private int endColumn(int x) {
    return Math.min(input.width(), x * columns.stride() - columns.before() + columns.kernel());
  }

  private float share() {
    return 1f / (rows.kernel() * columns.kernel());
  }

  private void pool(Kernels kernels, int y, int x, float[] in, int from, float[] out, int to) {
    Arrays.fill(out, to, to + line, mode == Mode.MAX ? Float.NEGATIVE_INFINITY : 0f);
    for (int i = firstRow(y); i < endRow(y); i++) {
      for (int j = firstColumn(x); j < endColumn(x); j++) {
        int cell = from + (i * input.width() + j) * line;
        if (mode == Mode.MAX) {
          kernels.max(line, in, cell, out, to);
        } else {
          kernels.addScaled(line, share(), in, cell, out, to);
        }
      }
    }
  }

  @Override
  public void backward(
      Pass pass,
      Scratch scratch,
      int blocks,
      Tensor in,
      Tensor out,
      Tensor dOut,
      boolean gated,
      Tensor dIn) {
    Kernels kernels = pass.kernels();
    if (dIn == null) {
      return;
    }
    int inBlock = input.size() * LANES;
    int outBlock = output.size() * LANES;
    boolean everyCellWritten = twoByTwo() && input.height() % 2 == 0 && input.width() % 2 == 0;
    for (int b = 0; b < blocks; b++) {
      int i = in.offset() + b * inBlock;
      int o = out.offset() + b * outBlock;
      int p = dOut.offset() + b * outBlock;
      int j = dIn.offset() + b * inBlock;
      if (!everyCellWritten) {
        Arrays.fill(dIn.data(), j, j + inBlock, 0f);
      }
      for (int y = 0; y < output.height(); y++) {
        int row = y * output.width() * line;
        if (twoByTwo()) {
          int pitch = input.width() * line;
          kernels.maxPool2x2Backward(
              output.width(),
              line,
              pitch,
              in.data(),
              i + 2 * y * pitch,
              out.data(),
              o + row,
              dOut.data(),
              p + row,
              gated,
              dIn.data(),
              j + 2 * y * pitch);
          continue;
        }
        for (int x = 0; x < output.width(); x++) {
          int cell = row + x * line;
          System.arraycopy(dOut.data(), p + cell, scratch.values, 0, line);
          spread(kernels, scratch.values, b, y, x, in, out, dIn);
        }
      }
      if (gated && !twoByTwo()) {
        kernels.gate(inBlock, in.data(), i, dIn.data(), j);
      }
    }
  }

  /** The gradient {@code rest} of output (y, x) of block b to the inputs in its window. */
  private void spread(
      Kernels kernels, float[] rest, int b, int y, int x, Tensor in, Tensor out, Tensor dIn) {
    int block = b * input.size() * LANES;
    int top = out.offset() + (b * output.pixels() + y * output.width() + x) * line;
    for (int i = firstRow(y); i < endRow(y); i++) {
      for (int j = firstColumn(x); j < endColumn(x); j++) {
        int cell = block + (i * input.width() + j) * line;
        int to = dIn.offset() + cell;
        if (mode == Mode.MAX) {
          int from = in.offset() + cell;
          kernels.routeMax(line, in.data(), from, out.data(), top, rest, 0, dIn.data(), to);
        } else {
          kernels.addScaled(line, share(), rest, 0, dIn.data(), to);
        }
      }
    }
  }
}
