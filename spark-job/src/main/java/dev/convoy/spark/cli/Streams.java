package dev.convoy.spark.cli;

import java.io.PrintStream;
import picocli.CommandLine;

/** Gives every command the streams that it writes to: results to one, trouble to the other. */
final class Streams implements CommandLine.IFactory {
  private final PrintStream out;
  private final PrintStream err;

  /** A command that wants the streams. */
  interface User {
    void setStreams(PrintStream out, PrintStream err);
  }

  Streams(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    K made = CommandLine.defaultFactory().create(type);
    if (made instanceof User user) {
      user.setStreams(out, err);
    }
    return made;
  }
}
