package dev.convoy.spark.report;

import java.util.Locale;

/** Numbers as people read them; the same in every country. */
public final class Figures {
  private Figures() {}

  /** {@code 61,706}. */
  public static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** A share of 1 in per cent with two places; all of it alone is 100: {@code 98.91 %}. */
  public static String percent(double share) {
    double value = share < 1 ? Math.min(99.99, share * 100) : share * 100;
    return Double.isFinite(share) ? String.format(Locale.ROOT, "%.2f %%", value) : "- %";
  }

  /** A share of 1 in whole per cent: {@code 78 %}. */
  public static String wholePercent(double share) {
    return Double.isFinite(share) ? Math.round(share * 100) + " %" : "- %";
  }

  /** A loss: four places, or a power of ten where those would say nothing. */
  public static String loss(double value) {
    double size = Math.abs(value);
    boolean plain = size == 0 || size >= 1e-3 && size < 1e5;
    return String.format(Locale.ROOT, plain ? "%.4f" : "%.2e", value);
  }

  /** Examples a second: {@code 950}, {@code 12.3k}, {@code 1.2M}. */
  public static String rate(double perSecond) {
    if (!Double.isFinite(perSecond)) {
      return "-";
    }
    if (perSecond < 9_999.5) {
      return count(Math.round(perSecond));
    }
    boolean millions = perSecond >= 999_950;
    return String.format(
        Locale.ROOT, millions ? "%.1fM" : "%.1fk", perSecond / (millions ? 1e6 : 1e3));
  }

  /** A duration: {@code 8.3 s}, {@code 2:05 min}, {@code 3:20:00 h}. */
  public static String duration(double seconds) {
    if (!Double.isFinite(seconds) || seconds < 0) {
      return "-";
    }
    if (seconds < 59.95) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    if (whole < 3600) {
      return String.format(Locale.ROOT, "%d:%02d min", whole / 60, whole % 60);
    }
    return String.format(Locale.ROOT, "%d:%02d:%02d h", whole / 3600, whole / 60 % 60, whole % 60);
  }

  /** Bytes: {@code 512 B}, {@code 482.1 kB}, {@code 80.0 MB}. */
  public static String bytes(long bytes) {
    if (bytes < 1_000) {
      return bytes + " B";
    }
    boolean millions = bytes >= 1_000_000;
    return String.format(
        Locale.ROOT, millions ? "%.1f MB" : "%.1f kB", bytes / (millions ? 1e6 : 1e3));
  }
}
