package dev.convoy.spark.report.console;

import dev.convoy.spark.report.Figures;
import dev.convoy.spark.report.PastSteps;
import dev.convoy.spark.train.Inputs;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainEvent.Checkpointed;
import dev.convoy.spark.train.event.TrainEvent.Evaluated;
import dev.convoy.spark.train.event.TrainEvent.Finished;
import dev.convoy.spark.train.event.TrainEvent.Planned;
import dev.convoy.spark.train.event.TrainEvent.Ranged;
import dev.convoy.spark.train.event.TrainEvent.Started;
import dev.convoy.spark.train.event.TrainEvent.Step;
import dev.convoy.spark.train.event.TrainEvent.Warned;
import dev.convoy.spark.train.event.TrainListener;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Progress on the console: on a terminal one line that is drawn over, five times a second at most;
 * elsewhere a plain line every 100 steps. Loss, accuracy and speed are means over the past 100
 * steps.
 */
public final class ConsoleProgress implements TrainListener {
  private static final long REDRAW_NANOS = 200_000_000L;
  private static final String CLEAR = "\r\u001b[K";

  /** How much is said. */
  public enum Detail {
    /** Warnings alone. */
    QUIET,
    /** Progress and validations. */
    NORMAL,
    /** Also checkpoints, and where the time of a step goes. */
    VERBOSE
  }

  private final PrintStream out;
  private final PrintStream err;
  private final Terminal terminal;
  private final Detail detail;
  private final LongSupplier nanoTime;
  private final PastSteps past = new PastSteps();
  private final ProgressBar bar;
  private Started started;
  private Evaluated validation;
  private boolean barStands;
  private long drawn = Long.MIN_VALUE;
  private long printed;

  /**
   * @param out progress
   * @param err warnings
   * @param nanoTime clock, for how often to draw
   */
  public ConsoleProgress(
      PrintStream out, PrintStream err, Terminal terminal, Detail detail, LongSupplier nanoTime) {
    this.out = out;
    this.err = err;
    this.terminal = terminal;
    this.bar = new ProgressBar(terminal);
    this.detail = detail;
    this.nanoTime = nanoTime;
  }

  @Override
  public void on(TrainEvent event) {
    if (event instanceof Warned warned) {
      say(err, "warning: " + warned.message());
    } else if (detail == Detail.QUIET) {
      return;
    } else if (event instanceof Started start) {
      started = start;
      say(out, opening(start));
      say(
          out,
          "loss and accuracy of steps: means over the batches of the last 100, before updates");
    } else if (event instanceof Ranged ranged) {
      say(out, Inputs.text(ranged));
    } else if (event instanceof Planned planned) {
      say(out, plan(planned));
    } else if (event instanceof Step step) {
      past.add(step);
      progress(step);
    } else if (event instanceof Evaluated evaluated) {
      validation = evaluated;
      say(out, evaluation(evaluated));
    } else if (event instanceof Checkpointed saved && detail == Detail.VERBOSE) {
      say(
          out,
          "checkpoint at step "
              + Figures.count(saved.step())
              + " in "
              + Figures.duration(saved.seconds())
              + ": "
              + saved.path());
    } else if (event instanceof Finished) {
      finish();
    }
  }

  private void progress(Step step) {
    if (terminal.interactive()) {
      long now = nanoTime.getAsLong();
      if (drawn == Long.MIN_VALUE || now - drawn >= REDRAW_NANOS || isLast(step)) {
        drawn = now;
        out.print(CLEAR + bar.line(step, started, past, validation));
        out.flush();
        barStands = true;
      }
    } else if (step.step() % PastSteps.COUNT == 0 || isLast(step)) {
      out.println(plain(step));
      printed = step.step();
    }
  }

  private boolean isLast(Step step) {
    return started != null && step.step() == started.course().totalSteps();
  }

  private void finish() {
    if (barStands) {
      out.print(CLEAR);
      barStands = false;
    }
    if (!past.isEmpty() && past.last().step() != printed) {
      out.println(plain(past.last()));
    }
    out.flush();
  }

  /** Prints a line that stays, above the bar if there is one. */
  private void say(PrintStream stream, String line) {
    if (barStands) {
      out.print(CLEAR);
      out.flush();
      barStands = false;
    }
    stream.println(line);
    stream.flush();
    drawn = Long.MIN_VALUE;
  }

  private static String opening(Started start) {
    String from =
        start.course().firstStep() > 1
            ? ", going on from step " + Figures.count(start.course().firstStep())
            : "";
    return Figures.count(start.parameters())
        + " parameters; "
        + Figures.count(start.trainingExamples())
        + " training examples, "
        + Figures.count(start.validationExamples())
        + " held out; "
        + Figures.count(start.course().totalSteps())
        + " steps of "
        + Figures.count(start.course().stepsPerEpoch())
        + " an epoch; "
        + start.cut().partitions()
        + (start.cut().partitions() == 1 ? " partition on " : " partitions on ")
        + start.cut().slots()
        + (start.cut().slots() == 1 ? " task slot" : " task slots")
        + from;
  }

  private static String plan(Planned plan) {
    StringBuilder line =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "plan: %.1f ms compute + %.1f ms overhead a step, %s a step over the wire, about %s"
                    + " examples/s, measured before the JVM has compiled most of it",
                plan.computeMillis(),
                plan.overheadMillis(),
                Figures.bytes(plan.bytesPerStep()),
                Figures.rate(plan.examplesPerSecond())));
    String separator = "; ";
    for (TrainEvent.Scaling scaling : plan.scaling()) {
      line.append(separator)
          .append(scaling.slots())
          .append(" slots ")
          .append(Figures.rate(scaling.examplesPerSecond()))
          .append(" (")
          .append(Figures.wholePercent(scaling.efficiency()))
          .append(')');
      separator = ", ";
    }
    return line.toString();
  }

  private String plain(Step step) {
    long total = started == null ? step.step() : started.course().totalSteps();
    String line =
        epochs(step)
            + "  step "
            + step.step()
            + "/"
            + total
            + "  loss "
            + Figures.loss(past.loss())
            + "  accuracy "
            + Figures.percent(past.accuracy())
            + "  "
            + Figures.rate(past.examplesPerSecond())
            + " examples/s  ETA "
            + Figures.duration(past.secondsFor(Math.max(0, total - step.step())));
    return detail == Detail.VERBOSE ? line + "  " + past.breakdown() : line;
  }

  private String epochs(Step step) {
    return "epoch " + step.epoch() + (started == null ? "" : "/" + started.course().epochs());
  }

  private String evaluation(Evaluated evaluated) {
    String epochs = started == null ? "" : "/" + started.course().epochs();
    return "epoch "
        + evaluated.epoch()
        + epochs
        + "  "
        + evaluated.dataset()
        + " loss "
        + Figures.loss(evaluated.loss())
        + "  accuracy "
        + Figures.percent(evaluated.accuracy())
        + (evaluated.best() ? "  best so far" : "")
        + "  ("
        + Figures.count(evaluated.examples())
        + " examples in "
        + Figures.duration(evaluated.seconds())
        + ")";
  }
}
