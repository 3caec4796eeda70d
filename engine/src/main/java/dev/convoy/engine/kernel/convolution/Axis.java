package dev.convoy.engine.kernel.convolution;

/**
 * One side of a window that slides over an image: output o covers the inputs {@code o * stride -
 * before} to {@code o * stride - before + kernel - 1}; what lies outside of the image counts as
 * padding.
 *
 * @param in inputs
 * @param kernel inputs that a window covers
 * @param stride inputs from one window to the next
 * @param before padding before the first input; below 0 if the first window begins inside
 * @param out windows
 */
public record Axis(int in, int kernel, int stride, int before, int out) {
  /** The axis of a dense layer: one input, one window. */
  public static final Axis ONE = new Axis(1, 1, 1, 0, 1);
}
