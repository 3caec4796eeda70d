package dev.convoy.engine.tensor;

import dev.convoy.engine.error.InvalidInputException;

/**
 * The shape of one example: height x width x channels, channels varying fastest. A vector of n
 * values is {@code 1 x 1 x n}.
 *
 * @param height rows
 * @param width columns
 * @param channels values a pixel
 */
public record Shape(int height, int width, int channels) implements java.io.Serializable {

  /** More values than this in one example are refused: sizes stay far from int overflow. */
  public static final int MAX_SIZE = 1 << 26;

  /** Checks and copies what is given. */
  public Shape {
    if (height < 1 || width < 1 || channels < 1) {
      throw new InvalidInputException(
          "shape: got "
              + height
              + "x"
              + width
              + "x"
              + channels
              + ", expected every side to be 1 or more");
    }
    if ((long) height * width > MAX_SIZE || (long) height * width * channels > MAX_SIZE) {
      throw new InvalidInputException(
          "shape: got "
              + height
              + "x"
              + width
              + "x"
              + channels
              + ", expected at most "
              + MAX_SIZE
              + " values");
    }
  }

  /** The shape of a vector of {@code length} values. */
  public static Shape vector(int length) {
    return new Shape(1, 1, length);
  }

  /** Number of values in one example. */
  public int size() {
    return height * width * channels;
  }

  /** Number of pixels, {@code height * width}. */
  public int pixels() {
    return height * width;
  }

  /** Parses {@code HxWxC}, the form that {@link #toString} prints. */
  public static Shape parse(String text) {
    String[] parts = text.trim().split("x", -1);
    try {
      if (parts.length == 3) {
        return new Shape(
            Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
      }
    } catch (NumberFormatException e) {
      // falls through to the one message below
    }
    throw new InvalidInputException(
        "shape: got '"
            + (text.length() > 40 ? text.substring(0, 40) + "..." : text)
            + "', expected HEIGHTxWIDTHxCHANNELS, for example 28x28x1");
  }

  @Override
  public String toString() {
    return height + "x" + width + "x" + channels;
  }
}
