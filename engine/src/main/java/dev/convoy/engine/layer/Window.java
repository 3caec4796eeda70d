package dev.convoy.engine.layer;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.kernel.convolution.Axis;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.text.ItemSyntax;
import dev.convoy.engine.text.ItemSyntax.Pair;
import java.util.List;

/**
 * A sliding window: kernel, stride and padding. {@code same} padding (which needs stride 1 to keep
 * the size; in general it gives {@code ceil(n / stride)}) is worked out when the input is known; an
 * odd total puts the extra cell at the tail (bottom, right), or at the head if {@code headFirst}.
 */
public record Window(int height, int width, int strideHeight, int strideWidth, Padding padding) {

  /** Padding rule. {@code same} and {@code headFirst} matter only to {@link #same}. */
  public record Padding(boolean same, boolean headFirst, int top, int bottom, int left, int right) {
    /** No padding. */
    public static final Padding VALID = new Padding(false, false, 0, 0, 0, 0);

    /** As many outputs as inputs by stride; an odd cell of padding at the tail. */
    public static final Padding SAME = new Padding(true, false, 0, 0, 0, 0);

    /** As {@link #SAME}, with an odd cell at the head. */
    public static final Padding SAME_HEAD = new Padding(true, true, 0, 0, 0, 0);

    /** Checks and copies what is given. */
    public Padding {
      if (top < 0 || bottom < 0 || left < 0 || right < 0) {
        throw new InvalidInputException(
            "padding: got "
                + top
                + ","
                + bottom
                + ","
                + left
                + ","
                + right
                + ", expected 0 or more on every side");
      }
    }

    private static Padding read(ItemSyntax text) {
      if (!text.has("padding")) {
        return VALID;
      }
      int[] sides =
          text.sides("padding", "same, same-head, valid, a number, 2x1 or top,bottom,left,right");
      return sides != null
          ? of(sides[0], sides[1], sides[2], sides[3])
          : List.of(VALID, SAME, SAME_HEAD)
              .get(text.word("padding", 0, List.of("valid", "same", "same-head")));
    }

    private String text() {
      if (same) {
        return headFirst ? "same-head" : "same";
      }
      if (top != bottom || left != right) {
        return top + "," + bottom + "," + left + "," + right;
      }
      return top == 0 && left == 0 ? "valid" : top + "x" + left;
    }

    /** Explicit padding on each side. */
    public static Padding of(int top, int bottom, int left, int right) {
      return new Padding(false, false, top, bottom, left, right);
    }
  }

  /** Checks and copies what is given. */
  public Window {
    if (height < 1 || width < 1) {
      throw new InvalidInputException(
          "kernel: got " + height + "x" + width + ", expected both sides 1 or more");
    }
    if (strideHeight < 1 || strideWidth < 1) {
      throw new InvalidInputException(
          "stride: got " + strideHeight + "x" + strideWidth + ", expected both 1 or more");
    }
  }

  /**
   * Reads the settings of a window.
   *
   * @param kernel key of the window's sides
   * @param stride if the text has none; null for a stride as large as the window
   */
  static Window read(ItemSyntax text, String kernel, Pair stride) {
    Pair sides = text.pair(kernel, null);
    Pair steps = text.pair("stride", stride == null ? sides : stride);
    return new Window(
        sides.height(), sides.width(), steps.height(), steps.width(), Padding.read(text));
  }

  /** The settings as {@link #read} takes them. */
  String text(String kernel) {
    return " "
        + (kernel + "=" + label())
        + (" stride=" + strideHeight + "x" + strideWidth)
        + (" padding=" + padding.text());
  }

  /** Height and width. */
  String label() {
    return height + "x" + width;
  }

  /** Values of one input channel in the window. */
  long cells() {
    return (long) height * width;
  }

  /**
   * A window on a known input: all numbers explicit.
   *
   * @param vertical rows
   * @param horizontal columns
   * @param bottom rows of padding below
   * @param right columns of padding behind
   */
  public record Extent(Axis vertical, Axis horizontal, int bottom, int right) {

    /** True if the first or last window on either axis would cover no input cell. */
    boolean someWindowLiesInPadding() {
      return liesInPadding(vertical) || liesInPadding(horizontal);
    }

    private static boolean liesInPadding(Axis axis) {
      return axis.before() >= axis.kernel()
          || (axis.out() - 1) * axis.stride() - axis.before() >= axis.in();
    }
  }

  /**
   * Places this window on {@code input}: output side {@code floor((n + padding - kernel) / stride)
   * + 1}.
   *
   * @throws IllegalArgumentException if the window is larger than the padded input
   */
  public Extent on(Shape input) {
    int[] vertical = pads(input.height(), height, strideHeight, padding.top, padding.bottom);
    int[] horizontal = pads(input.width(), width, strideWidth, padding.left, padding.right);
    long spareHeight = (long) input.height() + vertical[0] + vertical[1] - height;
    long spareWidth = (long) input.width() + horizontal[0] + horizontal[1] - width;
    if (spareHeight < 0 || spareWidth < 0) {
      throw new InvalidInputException(
          "window: got a kernel of "
              + height
              + "x"
              + width
              + " on an input of "
              + input
              + ", expected a kernel no larger than the padded input; use a smaller kernel or padding=same");
    }
    int outputHeight = (int) (spareHeight / strideHeight) + 1;
    int outputWidth = (int) (spareWidth / strideWidth) + 1;
    return new Extent(
        new Axis(input.height(), height, strideHeight, vertical[0], outputHeight),
        new Axis(input.width(), width, strideWidth, horizontal[0], outputWidth),
        vertical[1],
        horizontal[1]);
  }

  private int[] pads(int length, int kernel, int stride, int head, int tail) {
    if (!padding.same) {
      return new int[] {head, tail};
    }
    int outputs = (length + stride - 1) / stride;
    int total = Math.max(0, (outputs - 1) * stride + kernel - length);
    int small = total / 2;
    int large = total - small;
    return padding.headFirst ? new int[] {large, small} : new int[] {small, large};
  }
}
