package dev.convoy.spark.train;

import dev.convoy.engine.model.InputRange;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.spark.train.event.TrainEvent.Ranged;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;

/**
 * What a network sees of the values of its examples, and whether that can be meant: data of another
 * scale than the job says trains to nothing, without any error.
 */
public final class Inputs {
  /** If no value is beyond this share of a full pixel, the scale is too large. */
  private static final float LEAST_SHARE = 0.06f;

  /** Inputs that are nearer to each other than this are hardly different for a network. */
  private static final float LEAST_WIDTH = 0.1f;

  /** Inputs beyond this make the first gradients huge. */
  private static final float MOST_INPUT = 50;

  private static final float FULL_BYTE = 255;

  private Inputs() {}

  /**
   * What {@code model} sees of examples in {@code range}.
   *
   * @param scale value that stands for a full pixel
   */
  public static Ranged of(InputRange range, float scale, ModelSpec model) {
    return new Ranged(
        range.low() * scale,
        range.high() * scale,
        scale,
        model.normalization().input(range.low()),
        model.normalization().input(range.high()));
  }

  /** The range in words. */
  public static String text(Ranged range) {
    return "values of the examples: "
        + decimal(range.low())
        + " to "
        + decimal(range.high())
        + ", by the scale of "
        + decimal(range.scale())
        + " and the normalisation inputs of "
        + decimal(range.lowInput())
        + " to "
        + decimal(range.highInput());
  }

  /** What to tell a user if the range cannot be meant: what was found, what it does, the cure. */
  public static Optional<String> warning(Ranged range) {
    float largest = Math.max(Math.abs(range.low()), Math.abs(range.high()));
    float input = Math.max(Math.abs(range.lowInput()), Math.abs(range.highInput()));
    boolean small =
        largest / range.scale() < LEAST_SHARE || range.highInput() - range.lowInput() < LEAST_WIDTH;
    if (range.low() == range.high()) {
      return Optional.of(
          text(range)
              + ": all are the same, there is nothing to learn from"
              + (range.low() == range.scale()
                  ? " (white on a transparent ground is white on white: images are read over white)"
                  : ""));
    }
    if (small) {
      return Optional.of(
          text(range)
              + ", which are hardly different from each other: the network will learn little; "
              + cure(range, largest)
              + (range.scale() == FULL_BYTE
                  ? "; images of 16 bits that hold fewer come out dark, write them over all 16"
                  : ""));
    }
    if (input > MOST_INPUT) {
      return Optional.of(
          text(range)
              + ", which are far beyond -1 to 1: training will probably diverge; "
              + cure(range, largest));
    }
    return Optional.empty();
  }

  private static String cure(Ranged range, float largest) {
    String fitting = fitting(largest);
    return fitting.equals(decimal(range.scale()))
        ? "look at model.normalize, and at the data"
        : "set the scale to "
            + fitting
            + " if the values are meant so (data.columns.scale, featuresScale in Spark ML)";
  }

  private static String fitting(float largest) {
    if (largest <= 10) {
      return "1";
    }
    if (largest >= 128 && largest <= 255) {
      return "255";
    }
    return largest > 60_000 && largest <= 65_535 ? "65535" : "about " + decimal(largest);
  }

  /** A number in four digits, without an exponent. */
  public static String decimal(float number) {
    BigDecimal rounded = new BigDecimal(number).round(new MathContext(4)).stripTrailingZeros();
    return rounded.toPlainString();
  }
}
