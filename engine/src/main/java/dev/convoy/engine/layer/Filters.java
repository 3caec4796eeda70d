package dev.convoy.engine.layer;

import dev.convoy.engine.error.InvalidInputException;

/**
 * Hand-made 3x3 filters for edges, to be copied into the weights of a convolution (usually {@code
 * bias=false init=zero frozen=true}) to look at what a filter does. Each method makes a new array
 * in the weights' layout {@code [row][column]} of one input channel and one filter; {@link #bank}
 * puts several into one layer.
 *
 * <p>Sources: I. Sobel, G. Feldman, "A 3x3 isotropic gradient operator for image processing", 1968;
 * J. M. S. Prewitt, "Object enhancement and extraction", 1970.
 */
public final class Filters {
  private Filters() {}

  /** Answers to vertical edges that are darker on the left. */
  public static float[] sobelVertical() {
    return new float[] {-1, 0, 1, -2, 0, 2, -1, 0, 1};
  }

  /** Answers to horizontal edges that are brighter above. */
  public static float[] sobelHorizontal() {
    return new float[] {1, 2, 1, 0, 0, 0, -1, -2, -1};
  }

  /** Answers to vertical edges that are brighter on the left. */
  public static float[] prewittVertical() {
    return new float[] {1, 0, -1, 1, 0, -1, 1, 0, -1};
  }

  /** Answers to horizontal edges that are brighter above. */
  public static float[] prewittHorizontal() {
    return new float[] {1, 1, 1, 0, 0, 0, -1, -1, -1};
  }

  /**
   * The weights {@code [row][column][input channel][filter]} of a convolution whose filter f is
   * {@code kernels[f]} on every input channel.
   *
   * @param kernels of equal length
   */
  public static float[] bank(int inputChannels, float[]... kernels) {
    if (kernels.length == 0 || inputChannels < 1) {
      throw new InvalidInputException(
          "filters: got "
              + kernels.length
              + " kernels and "
              + inputChannels
              + " input channels, expected at least one of each");
    }
    int taps = kernels[0].length;
    float[] weights =
        new float[Math.multiplyExact(Math.multiplyExact(taps, inputChannels), kernels.length)];
    for (int filter = 0; filter < kernels.length; filter++) {
      if (kernels[filter].length != taps) {
        throw new InvalidInputException(
            "filters: got a kernel of "
                + kernels[filter].length
                + " values, expected "
                + taps
                + " as in the first");
      }
      for (int i = 0; i < taps * inputChannels; i++) {
        weights[i * kernels.length + filter] = kernels[filter][i / inputChannels];
      }
    }
    return weights;
  }
}
