package dev.convoy.spark.report.console;

import dev.convoy.spark.report.Figures;
import dev.convoy.spark.report.PastSteps;
import dev.convoy.spark.train.event.TrainEvent.Evaluated;
import dev.convoy.spark.train.event.TrainEvent.Started;
import dev.convoy.spark.train.event.TrainEvent.Step;
import java.util.Locale;

/**
 * The line that a terminal draws over: how far the run is, and how it goes. It fits the terminal;
 * what finds no room is left out, the bar first, then from the right. Numbers have their places, so
 * that the bar does not change its length with every digit.
 */
final class ProgressBar {
  private static final int WIDEST = 36;
  private static final int NARROWEST = 5;
  private static final String DONE_COLOUR = "\u001b[32m";
  private static final String REST_COLOUR = "\u001b[90m";
  private static final String NO_COLOUR = "\u001b[0m";

  private final Terminal terminal;

  ProgressBar(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * The line.
   *
   * @param started null if that was not told
   * @param validation the last one, or null
   */
  String line(Step step, Started started, PastSteps past, Evaluated validation) {
    long total = Math.max(1, started == null ? step.step() : started.course().totalSteps());
    double share = Math.min(1, step.step() / (double) total);
    String left =
        "epoch " + step.epoch() + (started == null ? "" : "/" + started.course().epochs()) + " ";
    String format =
        " %3d%% step %"
            + Long.toString(total).length()
            + "d/%d  loss %-7s acc %s%s  %5s/s  ETA %-8s";
    String right =
        String.format(
            Locale.ROOT,
            format,
            (int) (share * 100),
            step.step(),
            total,
            Figures.loss(past.loss()),
            Figures.percent(past.accuracy()),
            validation == null ? "" : "  val " + Figures.percent(validation.accuracy()),
            Figures.rate(past.examplesPerSecond()),
            Figures.duration(past.secondsFor(Math.max(0, total - step.step()))));
    int most = terminal.width() - 1;
    int room = Math.min(WIDEST, most - left.length() - right.length());
    if (room < NARROWEST) {
      String line = left.stripTrailing() + right.stripTrailing();
      return line.substring(0, Math.min(line.length(), most));
    }
    return left + drawing(room, share) + right.stripTrailing();
  }

  /** A bar of {@code room} columns. */
  private String drawing(int room, double share) {
    if (terminal.style() == Terminal.Style.ASCII) {
      int full = (int) ((room - 2) * share);
      String head = full < room - 2 ? ">" : "";
      return "[" + "=".repeat(full) + head + " ".repeat(room - 2 - full - head.length()) + "]";
    }
    int halves = (int) (2 * room * share);
    String done = "\u2501".repeat(halves / 2) + (halves % 2 == 1 ? "\u2578" : "");
    String rest = "\u2500".repeat(room - (halves + 1) / 2);
    return terminal.style() == Terminal.Style.COLOUR
        ? DONE_COLOUR + done + REST_COLOUR + rest + NO_COLOUR
        : done + rest;
  }
}
