package dev.convoy.spark.cli;

import dev.convoy.spark.job.UserError;
import java.util.Locale;

/** The lines of benches' tables, and the limits of their options. */
final class BenchText {
  private BenchText() {}

  static void expectAtLeast(String option, int value, int least) {
    if (value < least) {
      throw new UserError(option + ": got " + value + ", expected " + least + " or more");
    }
  }

  static String rate(String name, double examples) {
    return String.format(Locale.ROOT, "  %-34s %8.0f examples/s", name, examples);
  }

  static String millis(String name, double millis) {
    return String.format(Locale.ROOT, "  %-34s %8.2f ms", name, millis);
  }

  static String ratio(String name, double ratio) {
    return String.format(Locale.ROOT, "  %-34s %8.2f", name, ratio);
  }
}
