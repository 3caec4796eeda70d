package dev.convoy.spark.report.console;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What the standard output is connected to.
 *
 * @param interactive true if someone watches, so that a line may be drawn over
 * @param width columns
 * @param style what it can show
 */
public record Terminal(boolean interactive, int width, Style style) {
  private static final int USUAL_WIDTH = 80;
  private static final int NARROWEST = 40;
  private static final long PATIENCE_SECONDS = 1;

  /** What a terminal can show. */
  public enum Style {
    /** Letters. */
    ASCII,
    /** Block and line characters too. */
    UNICODE,
    /** Colours too. */
    COLOUR
  }

  /** Not a terminal: a file, a pipe, a log. */
  public static final Terminal NONE = new Terminal(false, USUAL_WIDTH, Style.ASCII);

  /** Looks at this process's console and environment. */
  public static Terminal detect() {
    String type = System.getenv().getOrDefault("TERM", "dumb");
    Console console = System.console();
    if (console == null || type.equals("dumb") || !isTerminal(console)) {
      return NONE;
    }
    return new Terminal(true, Math.max(NARROWEST, columns()), style(System.getenv()));
  }

  /** Blocks need UTF-8; colour is left out where {@code NO_COLOR} asks for that. */
  static Style style(Map<String, String> environment) {
    String encoding = System.getProperty("stdout.encoding", System.getProperty("native.encoding"));
    for (String name : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
      String value = environment.getOrDefault(name, "");
      if (!value.isEmpty()) {
        encoding = value;
        break;
      }
    }
    String plain = String.valueOf(encoding).toUpperCase(Locale.ROOT).replace("-", "");
    if (!plain.contains("UTF8")) {
      return Style.ASCII;
    }
    return environment.getOrDefault("NO_COLOR", "").isEmpty() ? Style.COLOUR : Style.UNICODE;
  }

  private static int columns() {
    String columns = System.getenv().getOrDefault("COLUMNS", "");
    if (!columns.matches("[0-9]{2,4}")) {
      columns = sizeOfTerminal().replaceFirst("^[0-9]+ ", "");
    }
    return columns.matches("[0-9]{2,4}") ? Integer.parseInt(columns) : USUAL_WIDTH;
  }

  /** Rows and columns, or nothing where that cannot be found. */
  private static String sizeOfTerminal() {
    File device = new File("/dev/tty");
    if (!device.exists()) {
      return "";
    }
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(device)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!stty.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        stty.destroyForcibly();
        return "";
      }
      return new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).trim();
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
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
