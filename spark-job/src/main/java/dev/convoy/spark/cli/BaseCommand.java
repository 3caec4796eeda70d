package dev.convoy.spark.cli;

import dev.convoy.spark.job.UserError;
import dev.convoy.spark.report.console.ConsoleProgress.Detail;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** What all commands share: streams, how much is said, and the exit status. */
abstract class BaseCommand implements Callable<Integer>, Streams.User {
  @Option(
      names = {"-v", "--verbose"},
      description = "Say more, and show stack traces.")
  private boolean verbose;

  @Option(
      names = {"-q", "--quiet"},
      description = "Say results, warnings and errors only.")
  private boolean quiet;

  private PrintStream out;
  private PrintStream err;
  private int status = Main.OK;

  @Override
  public final void setStreams(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public final Integer call() throws Exception {
    if (verbose && quiet) {
      throw new UserError("got --verbose and --quiet, expected one of them");
    }
    JvmChecks.kernels();
    run();
    return status;
  }

  /** Does the work; all went well unless it throws or calls {@link #endWith}. */
  abstract void run() throws Exception;

  /** Sets the exit status of work that ended in order, yet not as it was asked for. */
  final void endWith(int status) {
    this.status = status;
  }

  final PrintStream out() {
    return out;
  }

  final PrintStream err() {
    return err;
  }

  final Detail detail() {
    return verbose ? Detail.VERBOSE : quiet ? Detail.QUIET : Detail.NORMAL;
  }

  /** Prints a line that {@code --quiet} leaves out. */
  final void note(String line) {
    if (!quiet) {
      out.println(line);
    }
  }

  final void warn(String line) {
    err.println("warning: " + line);
  }
}
