package dev.convoy.spark.cli;

import picocli.CommandLine.Command;

/** {@code convoy bench}: without a sub-command the bench of a step. */
@Command(
    name = "bench",
    description = "Measures this machine or cluster; without a sub-command as 'bench step' does.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    subcommands = {
      BenchStepCommand.class,
      BenchTrainingCommand.class,
      BenchReportingCommand.class,
      BenchSoakCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  convoy bench step --master local[2]",
      "  convoy bench training --config lenet5 --set training.batchSize=2048",
      "  convoy bench reporting --config lenet5 --steps 300",
      "  convoy bench soak --steps 5000"
    })
final class BenchCommand extends StepBenchOptions {}
