package dev.convoy.spark.cli;

import dev.convoy.engine.network.Network;
import dev.convoy.spark.bench.TrainBench;
import dev.convoy.spark.report.Figures;
import dev.convoy.spark.train.TrainConfig;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code convoy bench training}. */
@Command(
    name = "training",
    description =
        "Trains the job of --config, --data and --set, beside the same step in one thread without"
            + " Spark, and says how much of the engine's speed is kept.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  convoy bench training --config lenet5 --set training.batchSize=2048"})
final class BenchTrainingCommand extends BaseCommand {
  @Option(
      names = "--windows",
      paramLabel = "N",
      defaultValue = "7",
      description = "Pairs of windows. Default: ${DEFAULT-VALUE}.")
  private int windows;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "2",
      description = "Length of a window. Default: ${DEFAULT-VALUE}.")
  private double seconds;

  @Mixin private JobOptions job;
  @Mixin private SparkOptions spark;

  @Override
  void run() throws Exception {
    BenchText.expectAtLeast("--windows", windows, 1);
    TrainConfig config = job.read(Optional.empty()).config();
    int parameters = new Network(config.model()).parameterCount();
    spark.run(
        this,
        spark.start("convoy bench", this, parameters),
        context ->
            lines(new TrainBench(context, config).run(windows, seconds), context.master())
                .forEach(out()::println));
  }

  private static List<String> lines(TrainBench.Report report, String master) {
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
        BenchText.millis("step on Spark", report.stepMillis()),
        BenchText.millis("of which in the engine", report.computeMillis()),
        BenchText.rate("training on Spark", report.rates().spark()),
        BenchText.rate("one engine thread without Spark", report.rates().engine()),
        BenchText.rate(report.threads() + " such threads together", report.rates().together()),
        BenchText.ratio("Spark by as many engine threads", report.efficiency(0.5))
            + String.format(
                Locale.ROOT,
                "    (%.2f - %.2f)",
                report.efficiency(0.25),
                report.efficiency(0.75)));
  }
}
