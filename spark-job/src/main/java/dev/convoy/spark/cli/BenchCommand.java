package dev.convoy.spark.cli;

import dev.convoy.engine.network.Network;
import dev.convoy.spark.bench.ReportingBench;
import dev.convoy.spark.bench.SoakTable;
import dev.convoy.spark.bench.StepBench;
import dev.convoy.spark.bench.TrainBench;
import dev.convoy.spark.data.TaskSlots;
import dev.convoy.spark.job.UserError;
import dev.convoy.spark.report.Figures;
import dev.convoy.spark.train.TrainConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.SparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code convoy bench}. */
@Command(
    name = "bench",
    description =
        "Measures what a training step costs besides the engine: the real step with an empty"
            + " gradient, part by part, beside a bare Spark job that moves as many bytes.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    footerHeading = "%nThe two alternate, so that both see the same machine. Examples:%n",
    footer = {
      "  convoy bench --master local[2]",
      "  convoy bench --parameters 10000,100000,1000000 --partitions 4 --steps 100",
      "  convoy bench --training --config lenet5 --set training.batchSize=2048",
      "  convoy bench --reporting --config lenet5 --steps 300",
      "  convoy bench --soak --steps 5000"
    })
final class BenchCommand extends BaseCommand {
  private static final int MOST_PARAMETERS = 100_000_000;
  private static final int STEPS = 300;
  private static final int SOAK_STEPS = 50_000;

  @Option(
      names = "--parameters",
      paramLabel = "N",
      split = ",",
      defaultValue = "61706",
      description = "Parameters of the pretended model, one or more. Default: ${DEFAULT-VALUE}.")
  private List<Integer> parameters = new ArrayList<>();

  @Option(
      names = "--partitions",
      paramLabel = "N",
      defaultValue = "0",
      description = "Tasks a step. Default: one a task slot.")
  private int partitions;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Steps that count. Default: " + STEPS + "; with --soak " + SOAK_STEPS + ".")
  private Integer steps;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "200",
      description = "Steps before, that do not. Default: ${DEFAULT-VALUE}.")
  private int warmUp;

  @Option(
      names = "--soak",
      description =
          "Instead train a tiny model for very many steps in one application, and say at intervals"
              + " what the driver holds. Status 1 if any of it grows.")
  private boolean soak;

  @Option(
      names = "--training",
      description =
          "Instead train the job of --config, --data and --set, beside the same step in one thread"
              + " without Spark, and say how much of the engine's speed is kept.")
  private boolean training;

  @Option(
      names = "--reporting",
      description =
          "Instead train the job of --config, --data and --set, --steps at a time, with all reporting"
              + " on and with nobody listening, in turn, and say what reporting costs.")
  private boolean reporting;

  @Option(
      names = "--windows",
      paramLabel = "N",
      defaultValue = "7",
      description =
          "With --training: pairs of windows; with --reporting: of runs. Default: ${DEFAULT-VALUE}.")
  private int windows;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "2",
      description = "With --training: length of a window. Default: ${DEFAULT-VALUE}.")
  private double seconds;

  @Mixin private JobOptions job;
  @Mixin private SparkOptions spark;

  @Override
  void run() throws IOException {
    int steps = this.steps != null ? this.steps : soak ? SOAK_STEPS : STEPS;
    expect("--steps", steps, 1);
    expect("--warm-up", warmUp, 0);
    expect("--partitions", partitions, 0);
    expect("--windows", windows, 1);
    parameters.forEach(BenchCommand::expectParameters);
    if (Stream.of(training, soak, reporting).filter(wanted -> wanted).count() > 1) {
      throw new UserError(
          "got several of --training, --soak and --reporting, expected one of them");
    }
    TrainConfig config = training || reporting ? job.read(Optional.empty()).config() : null;
    int largest =
        config == null ? Collections.max(parameters) : new Network(config.model()).parameterCount();
    SparkContext context = spark.start("convoy bench", this, largest);
    try {
      if (soak) {
        new SoakTable(out()).run(context, steps);
        return;
      }
      if (reporting) {
        new ReportingBench(context, config, steps, out()).run(windows);
        return;
      }
      if (training) {
        lines(new TrainBench(context, config).run(windows, seconds), context.master())
            .forEach(out()::println);
        return;
      }
      int tasks = partitions == 0 ? TaskSlots.now(context) : partitions;
      for (int count : parameters) {
        StepBench.Report report = new StepBench(context, count, tasks).run(warmUp, steps);
        lines(report, context.master()).forEach(out()::println);
      }
    } finally {
      context.stop();
    }
  }

  private static void expectParameters(int count) {
    expect("--parameters", count, 1);
    if (count > MOST_PARAMETERS) {
      throw new UserError("--parameters: got " + count + ", expected at most " + MOST_PARAMETERS);
    }
  }

  private static void expect(String option, int value, int least) {
    if (value < least) {
      throw new UserError(option + ": got " + value + ", expected " + least + " or more");
    }
  }

  private List<String> lines(StepBench.Report report, String master) {
    List<String> lines = new ArrayList<>();
    lines.add(
        Figures.count(report.parameters())
            + " parameters, "
            + report.partitions()
            + (report.partitions() == 1 ? " partition, " : " partitions, ")
            + master
            + ", medians of "
            + report.steps()
            + " steps; out "
            + Figures.bytes(report.broadcastBytes())
            + ", back "
            + Figures.bytes(report.resultBytes()));
    for (StepBench.Item item : report.items()) {
      lines.add(row(item.name(), item.millis()));
    }
    lines.add(row("step of the real loop", report.stepMillis()));
    lines.add(row("bare Spark job", report.bareMillis()));
    lines.add(String.format(Locale.ROOT, "  %-34s %8.2f", "ratio", report.ratio()));
    return lines;
  }

  private List<String> lines(TrainBench.Report report, String master) {
    return List.of(
        "batch "
            + Figures.count(report.batchSize())
            + ", "
            + master
            + ", "
            + report.threads()
            + " threads, medians of "
            + report.efficiencies().size()
            + " windows after "
            + Figures.count(report.warmUpSteps())
            + " steps",
        row("step on Spark", report.stepMillis()),
        row("of which in the engine", report.computeMillis()),
        rate("training on Spark", report.sparkRate()),
        rate("one engine thread without Spark", report.engineRate()),
        rate(report.threads() + " such threads together", report.togetherRate()),
        String.format(
            Locale.ROOT,
            "  %-34s %8.2f    (%.2f - %.2f)",
            "Spark by as many engine threads",
            report.efficiency(0.5),
            report.efficiency(0.25),
            report.efficiency(0.75)));
  }

  private static String rate(String name, double examples) {
    return String.format(Locale.ROOT, "  %-34s %8.0f examples/s", name, examples);
  }

  private static String row(String name, double millis) {
    return String.format(Locale.ROOT, "  %-34s %8.2f ms", name, millis);
  }
}
