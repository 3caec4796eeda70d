package dev.convoy.engine.model;

import dev.convoy.engine.error.InvalidInputException;

/**
 * Smallest and largest value of examples, as shares of a full pixel: 0 is black, 1 white, before a
 * model's normalisation. Ranges can be joined in any order.
 *
 * @param low smallest
 * @param high largest
 */
public record InputRange(float low, float high) {
  /** Magnitudes that differ by this factor cannot be of one scale. */
  private static final float FACTOR = 16;

  /**
   * Checks what is given.
   *
   * @throws InvalidInputException if a bound is no number, or {@code low} above {@code high}
   */
  public InputRange {
    if (!Float.isFinite(low) || !Float.isFinite(high) || low > high) {
      throw new InvalidInputException(
          "range: got " + low + " to " + high + ", expected finite numbers, the smaller one first");
    }
  }

  /** The range of both. */
  public InputRange plus(InputRange other) {
    return new InputRange(Math.min(low, other.low), Math.max(high, other.high));
  }

  /** The larger of both bounds, without its sign. */
  public float magnitude() {
    return Math.max(Math.abs(low), Math.abs(high));
  }

  /**
   * True if {@code seen}, in examples to predict, is not what a model was trained on: it reaches
   * beyond this range by more than half of its width, or stays below a sixteenth of its magnitude.
   * Examples of zeros alone tell nothing.
   */
  public boolean isUnlike(InputRange seen) {
    float half = high / 2 - low / 2;
    boolean beyond = seen.low < low - half || seen.high > high + half;
    return beyond || seen.magnitude() > 0 && seen.magnitude() < magnitude() / FACTOR;
  }
}
