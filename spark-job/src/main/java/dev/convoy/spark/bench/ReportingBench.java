package dev.convoy.spark.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.convoy.spark.report.ResultCollector;
import dev.convoy.spark.report.SparkMetrics;
import dev.convoy.spark.report.StepLines;
import dev.convoy.spark.report.TensorBoardEvents;
import dev.convoy.spark.report.console.ConsoleProgress;
import dev.convoy.spark.report.console.ConsoleProgress.Detail;
import dev.convoy.spark.report.console.Terminal;
import dev.convoy.spark.report.sparkui.TrainingTab;
import dev.convoy.spark.train.TrainConfig;
import dev.convoy.spark.train.Trainer;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainListener;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.apache.spark.SparkContext;

/**
 * {@code convoy bench reporting}: whole runs with all reporting on alternate with runs that nobody
 * listens to. Time on the clock tells little on a machine that others use, so it also prints the
 * processor time of the whole process and of the thread that hears the events.
 */
public final class ReportingBench {
  private static final int WARM_UP = 2;
  private static final int EPOCHS = 100_000;

  /** Linux counts a process's time in hundredths of a second. */
  private static final double TICK_MILLIS = 10;

  private static final int LEAST_TICKS = 10;
  private static final Terminal SCREEN = new Terminal(true, 120, Terminal.Style.COLOUR);

  private final SparkContext spark;
  private final TrainConfig config;
  private final int steps;
  private final PrintStream out;
  private final TrainListener tab;

  /**
   * @param steps of a run
   */
  public ReportingBench(SparkContext spark, TrainConfig config, int steps, PrintStream out) {
    TrainConfig.Loop loop = config.loop();
    this.spark = spark;
    this.config =
        new TrainConfig(
            config.model(),
            config.data(),
            new TrainConfig.Loop(
                EPOCHS, steps, loop.batchSize(), loop.microBatch(), loop.seed(), 0, 0),
            config.update(),
            new TrainConfig.Checkpoints("", 0, 0, false, 1));
    this.steps = steps;
    this.out = out;
    this.tab = TrainingTab.attach(spark, "bench");
  }

  /** What one run cost. All times are of a step, in milliseconds. */
  private record Cost(double median, double processor, double events) {}

  /** Hears last, on the thread that the others hear on. */
  private static final class Probe implements TrainListener {
    private final OperatingSystemMXBean process =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final List<Double> seconds = new ArrayList<>();
    private long processorAtFirst;
    private Cost cost;

    @Override
    public void on(TrainEvent event) {
      if (event instanceof TrainEvent.Step step) {
        if (seconds.isEmpty()) {
          processorAtFirst = process.getProcessCpuTime();
        }
        seconds.add(step.seconds());
      } else if (event instanceof TrainEvent.Finished) {
        double count = seconds.size();
        double[] sorted = seconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        long processor = process.getProcessCpuTime() - processorAtFirst;
        long events = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        cost =
            new Cost(
                1e3 * sorted[sorted.length / 2], processor * 1e-6 / count, events * 1e-6 / count);
      }
    }
  }

  /** Runs {@code pairs} of runs, first of each pair in turn, and prints what came of them. */
  public void run(int pairs) throws IOException {
    List<Cost> quiet = new ArrayList<>();
    List<Cost> watched = new ArrayList<>();
    for (int i = -WARM_UP; i < pairs; i++) {
      boolean watchedFirst = i % 2 != 0;
      Cost first = once(watchedFirst);
      Cost second = once(!watchedFirst);
      if (i >= 0) {
        watched.add(watchedFirst ? first : second);
        quiet.add(watchedFirst ? second : first);
      }
    }
    out.printf(
        Locale.ROOT,
        "batch %,d, %s: %d pairs of runs of %,d steps; medians%n",
        config.loop().batchSize(),
        spark.master(),
        pairs,
        steps);
    double processor = median(quiet, Cost::processor);
    double events = median(watched, Cost::events);
    boolean tells = tells(processor * steps);
    row("step, nobody listens", median(quiet, Cost::median), "ms");
    row("step, all reporting", median(watched, Cost::median), "ms");
    ratio("all by none", ratios(watched, quiet, Cost::median), true);
    row("processor time a step, none", processor, "ms");
    row("processor time a step, all", median(watched, Cost::processor), "ms");
    ratio("all by none", ratios(watched, quiet, Cost::processor), tells);
    row("of it the event thread, none", median(quiet, Cost::events), "ms");
    row("of it the event thread, all", events, "ms");
    line("share of processor time", figure(100 * events / processor, "%", tells));
  }

  /** One run from fresh weights. */
  private Cost once(boolean watched) throws IOException {
    Probe probe = new Probe();
    if (!watched) {
      new Trainer(spark, config, List.of(probe)).train(false);
      return probe.cost;
    }
    Path folder = Files.createTempDirectory("convoy-bench");
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    try (StepLines lines =
            new StepLines(
                (name, first) -> Files.newBufferedWriter(folder.resolve(name)), System::nanoTime);
        TensorBoardEvents curves =
            new TensorBoardEvents(
                () -> new BufferedOutputStream(Files.newOutputStream(folder.resolve("events"))),
                System::currentTimeMillis);
        SparkMetrics metrics = new SparkMetrics(System::nanoTime).register()) {
      ConsoleProgress console =
          new ConsoleProgress(nowhere, nowhere, SCREEN, Detail.NORMAL, System::nanoTime);
      List<TrainListener> all =
          List.of(new ResultCollector(), console, lines, curves, metrics, tab, probe);
      new Trainer(spark, config, all).train(false);
      return probe.cost;
    } finally {
      for (String name : new String[] {"metrics.jsonl", "validations.jsonl", "events"}) {
        Files.deleteIfExists(folder.resolve(name));
      }
      Files.delete(folder);
    }
  }

  private void row(String name, double value, String unit) {
    line(name, figure(value, unit, true));
  }

  private void ratio(String name, double[] sorted, boolean tells) {
    String range =
        String.format(
            Locale.ROOT,
            "  (%.3f - %.3f)",
            sorted[sorted.length / 4],
            sorted[3 * sorted.length / 4]);
    line(name, figure(Quantiles.median(sorted), range, tells));
  }

  private void line(String name, String figure) {
    out.printf(Locale.ROOT, "  %-34s %s%n", name, figure);
  }

  /** True if a run is so long that the clock of processor time says something about it. */
  public static boolean tells(double processorMillis) {
    return processorMillis >= LEAST_TICKS * TICK_MILLIS;
  }

  /** A quotient of times, if they tell anything. */
  public static String figure(double value, String unit, boolean tells) {
    return tells
        ? String.format(Locale.ROOT, "%8.3f %s", value, unit)
        : "too short to tell, raise --steps";
  }

  private static double[] ratios(List<Cost> over, List<Cost> under, ToDoubleFunction<Cost> cost) {
    double[] ratios = new double[over.size()];
    Arrays.setAll(ratios, i -> cost.applyAsDouble(over.get(i)) / cost.applyAsDouble(under.get(i)));
    Arrays.sort(ratios);
    return ratios;
  }

  private static double median(List<Cost> costs, ToDoubleFunction<Cost> cost) {
    return Quantiles.median(costs.stream().mapToDouble(cost).toArray());
  }
}
