package dev.convoy.spark.cli;

import dev.convoy.spark.bench.StepBench;
import dev.convoy.spark.data.TaskSlots;
import dev.convoy.spark.job.UserError;
import dev.convoy.spark.report.Figures;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.spark.SparkContext;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The bench of a step: what {@code bench} and {@code bench step} do. */
abstract class StepBenchOptions extends BaseCommand {
  private static final int MOST_PARAMETERS = 100_000_000;

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
      defaultValue = "300",
      description = "Steps that count. Default: ${DEFAULT-VALUE}.")
  private int steps;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "200",
      description = "Steps before, that do not. Default: ${DEFAULT-VALUE}.")
  private int warmUp;

  @Mixin private SparkOptions spark;

  @Override
  final void run() throws Exception {
    BenchText.expectAtLeast("--steps", steps, 1);
    BenchText.expectAtLeast("--warm-up", warmUp, 0);
    BenchText.expectAtLeast("--partitions", partitions, 0);
    parameters.forEach(StepBenchOptions::expectParameters);
    int most = Collections.max(parameters);
    spark.run(this, spark.start("convoy bench", this, most), this::measure);
  }

  private void measure(SparkContext context) {
    int tasks = partitions == 0 ? TaskSlots.now(context) : partitions;
    for (int count : parameters) {
      StepBench.Report report = new StepBench(context, count, tasks).run(warmUp, steps);
      lines(report, context.master()).forEach(out()::println);
    }
  }

  private static void expectParameters(int count) {
    BenchText.expectAtLeast("--parameters", count, 1);
    if (count > MOST_PARAMETERS) {
      throw new UserError("--parameters: got " + count + ", expected at most " + MOST_PARAMETERS);
    }
  }

  private static List<String> lines(StepBench.Report report, String master) {
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
      lines.add(BenchText.millis(item.name(), item.millis()));
    }
    lines.add(BenchText.millis("step of the real loop", report.stepMillis()));
    lines.add(BenchText.millis("bare Spark job", report.bareMillis()));
    lines.add(BenchText.ratio("ratio", report.ratio()));
    return lines;
  }
}
