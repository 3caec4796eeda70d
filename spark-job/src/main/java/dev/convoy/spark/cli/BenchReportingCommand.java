package dev.convoy.spark.cli;

import dev.convoy.engine.network.Network;
import dev.convoy.spark.bench.ReportingBench;
import dev.convoy.spark.train.TrainConfig;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code convoy bench reporting}. */
@Command(
    name = "reporting",
    description =
        "Trains the job of --config, --data and --set, --steps at a time, with all reporting on and"
            + " with nobody listening, in turn, and says what reporting costs.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  convoy bench reporting --config lenet5 --steps 300"})
final class BenchReportingCommand extends BaseCommand {
  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "300",
      description = "Steps of a run. Default: ${DEFAULT-VALUE}.")
  private int steps;

  @Option(
      names = "--windows",
      paramLabel = "N",
      defaultValue = "7",
      description = "Pairs of runs. Default: ${DEFAULT-VALUE}.")
  private int windows;

  @Mixin private JobOptions job;
  @Mixin private SparkOptions spark;

  @Override
  void run() throws Exception {
    BenchText.expectAtLeast("--steps", steps, 1);
    BenchText.expectAtLeast("--windows", windows, 1);
    TrainConfig config = job.read(Optional.empty()).config();
    int parameters = new Network(config.model()).parameterCount();
    spark.run(
        this,
        spark.start("convoy bench", this, parameters),
        context -> new ReportingBench(context, config, steps, out()).run(windows));
  }
}
