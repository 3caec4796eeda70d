package dev.convoy.spark.cli;

import picocli.CommandLine.Command;

/** {@code convoy bench step}. */
@Command(
    name = "step",
    description =
        "Measures what a training step costs besides the engine: the real step with an empty"
            + " gradient, part by part, beside a bare Spark job that moves as many bytes.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    footerHeading = "%nThe two alternate, so that both see the same machine. Examples:%n",
    footer = {
      "  convoy bench step --master local[2]",
      "  convoy bench step --parameters 10000,100000,1000000 --partitions 4 --steps 100"
    })
final class BenchStepCommand extends StepBenchOptions {}
