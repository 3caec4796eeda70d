package dev.convoy.spark.job;

import java.io.Serializable;

/**
 * An interval in the usual notation, such as {@code [1,)} or {@code (0,1]}.
 *
 * @param low infinite if there is none; belongs to the interval unless {@code lowOpen}
 * @param high infinite if there is none; belongs to the interval unless {@code highOpen}
 */
public record Limits(double low, boolean lowOpen, double high, boolean highOpen)
    implements Serializable {

  /** Reads the notation. */
  public static Limits parse(String text) {
    int comma = text.indexOf(',');
    String low = text.substring(1, comma);
    String high = text.substring(comma + 1, text.length() - 1);
    return new Limits(
        low.isEmpty() ? Double.NEGATIVE_INFINITY : Double.parseDouble(low),
        text.startsWith("("),
        high.isEmpty() ? Double.POSITIVE_INFINITY : Double.parseDouble(high),
        text.endsWith(")"));
  }

  /** True if {@code value} is within the limits. */
  public boolean contains(double value) {
    boolean above = lowOpen ? value > low : value >= low;
    boolean below = highOpen ? value < high : value <= high;
    return above && below;
  }

  /** The interval in words, after a noun such as 'a number'; empty if it is all numbers. */
  public String words() {
    if (low == Double.NEGATIVE_INFINITY && high == Double.POSITIVE_INFINITY) {
      return "";
    }
    if (high == Double.POSITIVE_INFINITY) {
      return lowOpen ? " above " + show(low) : " of " + show(low) + " or more";
    }
    String end = (highOpen ? " to less than " : " to ") + show(high);
    return lowOpen ? " above " + show(low) + " and up" + end : " from " + show(low) + end;
  }

  private static String show(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
