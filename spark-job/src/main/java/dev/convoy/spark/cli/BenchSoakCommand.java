package dev.convoy.spark.cli;

import dev.convoy.spark.bench.SoakTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code convoy bench soak}. */
@Command(
    name = "soak",
    description =
        "Trains a tiny model for very many steps in one application, and says at intervals what the"
            + " driver holds. Status 1 if any of it grows.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  convoy bench soak --steps 5000"})
final class BenchSoakCommand extends BaseCommand {
  private static final int PARAMETERS = 10_000;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "50000",
      description = "Steps to take. Default: ${DEFAULT-VALUE}.")
  private int steps;

  @Mixin private SparkOptions spark;

  @Override
  void run() throws Exception {
    BenchText.expectAtLeast("--steps", steps, 1);
    spark.run(
        this,
        spark.start("convoy bench", this, PARAMETERS),
        context -> new SoakTable(out()).run(context, steps));
  }
}
