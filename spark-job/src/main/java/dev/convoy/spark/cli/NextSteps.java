package dev.convoy.spark.cli;

import dev.convoy.spark.report.Versions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The commands that a user may want to run after training, ready to be pasted into a shell. */
final class NextSteps {
  /** Spark sets it in what spark-submit starts. */
  private static final String SUBMITTED = "SPARK_SUBMIT";

  private NextSteps() {}

  /**
   * @param given arguments that training was started with
   * @param output folder of the run, null if nothing was kept
   * @param stopped true if it was stopped before its end
   * @param images true if an image file is all that the network takes
   */
  static List<String> after(List<String> given, String output, boolean stopped, boolean images) {
    String convoy = convoy();
    if (output == null) {
      return List.of(
          convoy
              + given.stream().map(a -> " " + quoted(a)).collect(Collectors.joining())
              + " --output DIR");
    }
    String run = quoted(output);
    if (stopped) {
      return List.of(convoy + " train --resume --output " + run);
    }
    List<String> next = new ArrayList<>();
    next.add(convoy + " evaluate --model " + run);
    next.add(convoy + " predict --model " + run + " --output predictions.csv");
    if (images) {
      next.add(convoy + " predict --model " + run + " IMAGE.png");
    }
    return next;
  }

  /** As this run was started: by spark-submit, or by the README's alias for plain Java. */
  private static String convoy() {
    return System.getProperty(SUBMITTED) == null
        ? "convoy"
        : "spark-submit " + quoted(Versions.jar());
  }

  /** As a POSIX shell reads it back. */
  private static String quoted(String argument) {
    return argument.matches("[\\w@%+=:,./-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }
}
