package dev.convoy.spark.report;

import java.io.Console;

/**
 * What the standard output is connected to.
 *
 * @param interactive true if someone watches, so that a line may be drawn over
 * @param width columns
 */
public record Terminal(boolean interactive, int width) {
  private static final int USUAL_WIDTH = 80;
  private static final int NARROWEST = 40;

  /** Not a terminal: a file, a pipe, a log. */
  public static final Terminal NONE = new Terminal(false, USUAL_WIDTH);

  /** Looks at this process's console and environment. */
  public static Terminal detect() {
    String type = System.getenv().getOrDefault("TERM", "dumb");
    Console console = System.console();
    if (console == null || type.equals("dumb") || !isTerminal(console)) {
      return NONE;
    }
    String columns = System.getenv().getOrDefault("COLUMNS", "");
    int width = columns.matches("[0-9]{2,4}") ? Integer.parseInt(columns) : USUAL_WIDTH;
    return new Terminal(true, Math.max(NARROWEST, width));
  }

  /** From JDK 22 on there is a console even where there is no terminal; it knows. */
  private static boolean isTerminal(Console console) {
    try {
      return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
