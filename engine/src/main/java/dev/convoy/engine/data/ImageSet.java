package dev.convoy.engine.data;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.tensor.Shape;
import java.util.Objects;

/**
 * Labelled images in primitive arrays: pixels are unsigned bytes, {@code
 * [example][height][width][channel]}; a label is a class number from 0. Immutable by convention:
 * the arrays are shared, not copied.
 */
public final class ImageSet {
  private final Shape shape;
  private final byte[] pixels;
  private final int[] labels;

  /**
   * @param shape shape of one image
   * @param pixels {@code labels.length * shape.size()} bytes
   * @param labels class number of each image
   * @throws IllegalArgumentException if the lengths do not fit each other
   */
  public ImageSet(Shape shape, byte[] pixels, int[] labels) {
    this.shape = Objects.requireNonNull(shape);
    this.pixels = Objects.requireNonNull(pixels);
    this.labels = Objects.requireNonNull(labels);
    if ((long) labels.length * shape.size() != pixels.length) {
      throw new InvalidInputException(
          "images: got "
              + pixels.length
              + " bytes, expected "
              + labels.length
              + " images of "
              + shape
              + " bytes");
    }
  }

  /** Shape of one image. */
  public Shape shape() {
    return shape;
  }

  /** Number of images. */
  public int size() {
    return labels.length;
  }

  /** All pixels, {@code [image][height][width][channel]}, a byte each; not a copy. */
  public byte[] pixels() {
    return pixels;
  }

  /** The class of each image; not a copy. */
  public int[] labels() {
    return labels;
  }
}
