package dev.convoy.spark.cli;

import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.ModelSummary;
import dev.convoy.engine.network.Network;
import dev.convoy.spark.job.Job;
import dev.convoy.spark.job.Key;
import dev.convoy.spark.job.Limits;
import dev.convoy.spark.report.Figures;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code convoy summary}. */
@Command(
    name = "summary",
    description = "Shows a network layer by layer: shapes, parameters, FLOPs. Needs no Spark.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  convoy summary --config conf/cnn32.yaml",
      "  convoy summary --model runs/1",
      "  convoy summary --keys"
    })
final class SummaryCommand extends BaseCommand {
  @Mixin private JobOptions job;

  private static final int MICRO_BATCH = Integer.parseInt(Key.TRAINING_MICRO_BATCH.standard());

  @Option(
      names = "--model",
      paramLabel = "PATH",
      description = "Model file, or the folder of a run, instead of a job.")
  private String model;

  @Option(names = "--job", description = "Also print the job with every key written out.")
  private boolean wholeJob;

  @Option(names = "--keys", description = "List the keys of a job, their defaults and limits.")
  private boolean keys;

  @Override
  void run() {
    if (keys) {
      out().print(keyTable());
      return;
    }
    if (model != null) {
      table(ModelOption.read("--model", model).model().spec(), MICRO_BATCH);
      return;
    }
    Job read = job.read(Optional.empty());
    read.notes().forEach(this::warn);
    table(read.config().model(), read.config().loop().microBatch());
    if (wholeJob) {
      out().println();
      out().print(read.yaml());
    }
  }

  private void table(ModelSpec spec, int microBatch) {
    out().print(ModelSummary.of(spec));
    Network network = new Network(spec);
    long buffers = network.newWorkspace(microBatch, true).bytes();
    long parameters = (long) network.parameterCount() * (2 * Float.BYTES + Double.BYTES);
    out()
        .println(
            "a thread that trains, "
                + microBatch
                + " examples at a time, works in "
                + Figures.bytes(buffers + parameters));
  }

  private static String keyTable() {
    StringBuilder table = new StringBuilder();
    for (Key key : Key.values()) {
      String type =
          switch (key.kind()) {
            case CHOICE -> String.join(" | ", key.choices());
            case INTEGER, LONG -> "whole number" + Limits.parse(key.limits()).words();
            case REAL -> "number" + Limits.parse(key.limits()).words();
            case BOOLEAN -> "true | false";
            case LAYERS -> "list";
            case NAMED -> "mapping";
            case TEXT -> "text";
          };
      String standard = key.standard() == null ? "required" : "default '" + key.standard() + "'";
      table.append(String.format(Locale.ROOT, "%s: %s, %s%n", key.dotted(), type, standard));
      table.append(String.format(Locale.ROOT, "    %s%n", key.about()));
    }
    return table.toString();
  }
}
