package dev.convoy.spark.cli;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.spark.job.Texts;
import dev.convoy.spark.report.Versions;
import dev.convoy.spark.train.event.TrainingException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line. Ends with status 0; 2 after a user's mistake, with one message and no stack
 * trace; 1 after a run that failed; 130 after one that Ctrl-C stopped. {@code --verbose} shows
 * stack traces.
 */
@Command(
    name = "convoy",
    description = "Trains convolutional networks on Apache Spark, data-parallel, in pure Java.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      TrainCommand.class,
      EvaluateCommand.class,
      PredictCommand.class,
      ReportCommand.class,
      SummaryCommand.class,
      BenchCommand.class
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done",
      "1:the run failed",
      "2:a mistake in the command, the job file or the data",
      "130:stopped by Ctrl-C"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  convoy train",
      "  convoy train --config conf/cnn32.yaml --output runs/1 --set training.epochs=3",
      "  convoy evaluate --model runs/1",
      "  convoy train --help",
      "",
      "'convoy' stands for",
      "  spark-submit --class dev.convoy.spark.cli.Main convoy-spark-job.jar",
      "or, without a Spark installation, for java with Spark's jars on the class path."
    })
public final class Main implements Runnable {
  static final int OK = 0;
  static final int FAILED = 1;
  static final int MISTAKE = 2;

  /** What shells say of a process that Ctrl-C ended. */
  static final int INTERRUPTED = 130;

  @Spec private CommandSpec spec;

  /** Runs one command and ends the process with its status. */
  public static void main(String[] args) {
    if (!JvmChecks.sparkIsPresent()) {
      System.err.println(
          "error: Spark's jars are missing; use spark-submit --class "
              + Main.class.getName()
              + " convoy-spark-job.jar ..., or put them on java's class path");
      System.exit(MISTAKE);
    }
    QuietLogs.unlessConfigured(isVerbose(List.of(args)));
    int status = run(args, System.out, System.err);
    System.out.flush();
    if (ClusterEnd.hasDriverInYarn()) {
      ClusterEnd.tell(status);
    } else {
      System.exit(status);
    }
  }

  /** Runs one command; returns the exit status. */
  public static int run(String[] args, PrintStream out, PrintStream err) {
    try {
      return commandLine(out, err).execute(args);
    } catch (Error e) {
      // The parser hands on exceptions only.
      return ended(e, List.of(args), err);
    }
  }

  private static CommandLine commandLine(PrintStream out, PrintStream err) {
    CommandLine line = new CommandLine(new Main(), new Streams(out, err));
    line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
    line.setUsageHelpLongOptionsMaxWidth(28);
    line.setParameterExceptionHandler((e, arguments) -> mistake(e, err));
    line.setExecutionExceptionHandler((e, command, parsed) -> ended(e, arguments(parsed), err));
    return line;
  }

  private static List<String> arguments(CommandLine.ParseResult parsed) {
    return parsed.originalArgs();
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "got no command, expected train, evaluate, predict, report, summary or bench");
  }

  private static int mistake(ParameterException e, PrintStream err) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    err.println("error: " + e.getMessage());
    if (e instanceof UnmatchedArgumentException unmatched) {
      List<String> near = unmatched.getSuggestions();
      if (!near.isEmpty()) {
        err.println("did you mean " + Texts.list(near.subList(0, Math.min(3, near.size()))) + "?");
      }
    }
    err.println("'" + command + " --help' lists what is valid.");
    return MISTAKE;
  }

  private static boolean isVerbose(List<String> arguments) {
    return arguments.contains("--verbose") || arguments.contains("-v");
  }

  private static int ended(Throwable e, List<String> arguments, PrintStream err) {
    boolean verbose = isVerbose(arguments);
    boolean mistake = e instanceof InvalidInputException;
    boolean told = mistake || e instanceof TrainingException || e instanceof OutputException;
    err.println("error: " + (told ? e.getMessage() : unexpected(e)));
    if (verbose) {
      e.printStackTrace(err);
    } else if (!told) {
      err.println("--verbose shows the stack trace.");
    }
    return mistake ? MISTAKE : FAILED;
  }

  private static String unexpected(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String first = Texts.firstLine(e);
    return root == e ? first : first + " (caused by " + Texts.firstLine(root) + ")";
  }

  /** Prints the version of the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"convoy " + Versions.convoy() + " on Spark " + Versions.spark()};
    }
  }
}
