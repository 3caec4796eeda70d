package dev.convoy.engine.data;

import dev.convoy.engine.error.InvalidInputException;

/**
 * How a pixel byte becomes a network input: {@code (x / 255 - mean) / deviation}. Part of the
 * model, so that prediction cannot forget it.
 *
 * @param mean subtracted after scaling to 0..1
 * @param deviation divides; positive
 */
public record Normalization(float mean, float deviation) {
  /** Checks and copies what is given. */
  public Normalization {
    if (!Float.isFinite(mean) || !Float.isFinite(deviation) || deviation <= 0) {
      throw new InvalidInputException(
          "normalization: got mean "
              + mean
              + ", deviation "
              + deviation
              + ", expected a finite mean and a positive deviation, for example 0.1307 and 0.3081");
    }
  }

  /** The 256 input values that the byte values 0..255 stand for. */
  public float[] table() {
    float[] table = new float[256];
    for (int i = 0; i < table.length; i++) {
      table[i] = input(i / 255.0);
    }
    return table;
  }

  /** The input value that {@code share} of a full pixel stands for; 1 is white. */
  public float input(double share) {
    return (float) ((share - mean) / deviation);
  }
}
