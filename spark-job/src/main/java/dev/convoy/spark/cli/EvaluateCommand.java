package dev.convoy.spark.cli;

import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.network.Network;
import dev.convoy.spark.data.DataLocation;
import dev.convoy.spark.data.DataSources;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.data.source.DataPart;
import dev.convoy.spark.job.Job;
import dev.convoy.spark.job.UserError;
import dev.convoy.spark.predict.ModelEvaluation;
import dev.convoy.spark.predict.RangeWatch;
import dev.convoy.spark.report.EvaluationReport;
import dev.convoy.spark.report.console.ConsoleProgress.Detail;
import dev.convoy.spark.run.RunFolder;
import dev.convoy.spark.run.RunReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code convoy evaluate}. */
@Command(
    name = "evaluate",
    description =
        "Evaluates a network on a test set: accuracy, loss, top-k, precision and recall by class,"
            + " confusion, worst mistakes.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  convoy evaluate --model runs/1",
      "  convoy evaluate --model runs/1 --output runs/1    (evaluation.json, report.html)",
      "  convoy evaluate --model model.convoy --data hdfs:///mnist",
      "  convoy evaluate --model runs/1 --config other.yaml      (the data of that job)",
      "  convoy evaluate --config seed-cnn       (the network as it is before training)"
    })
final class EvaluateCommand extends BaseCommand {
  private static final int MOST_TOLD = 20;

  @Option(
      names = "--model",
      paramLabel = "PATH",
      description = "Model file, or the folder of a run. Default: the run in --output.")
  private String model;

  @Mixin private JobOptions job;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Folder of a run, to write evaluation.json into.")
  private String output;

  @Option(
      names = "--mistakes",
      paramLabel = "N",
      defaultValue = "10",
      description = "Worst mistakes to list. Default: ${DEFAULT-VALUE}.")
  private int mistakes;

  @Mixin private SparkOptions spark;

  @Override
  void run() throws Exception {
    if (mistakes < 0 || mistakes > 100_000) {
      throw new UserError("--mistakes: got " + mistakes + ", expected 0 to 100000");
    }
    spark.check();
    ModelOption.Found found = find();
    DataLocation data =
        job.testData(found.run(), found.model().spec()).numbered(found.model().classNames());
    if (output != null) {
      check();
    }
    spark.run("convoy evaluate", this, context -> evaluateAndTell(context, found, data));
  }

  private void evaluateAndTell(SparkContext context, ModelOption.Found found, DataLocation data)
      throws IOException {
    tellOrder(context, found, data);
    EvaluationReport report = evaluate(context, found, data);
    if (output != null) {
      write(report);
    }
    out().println(detail() == Detail.QUIET ? report.toLine() : report.toText(mistakes));
  }

  private ModelOption.Found find() {
    if (model != null || output != null && !job.isGiven()) {
      job.data().expectDataKeysOnly();
      return model == null
          ? ModelOption.read("--output", output)
          : ModelOption.read("--model", model);
    }
    if (!job.isGiven()) {
      throw new UserError(
          "got no --model, expected a model file or the folder of a run, for example --model"
              + " runs/1; or --config for an untrained network");
    }
    job.data().expectModelAndDataKeysOnly();
    Job untrained = job.read(Optional.empty());
    Network network = new Network(untrained.config().model());
    float[] weights = network.initialWeights(untrained.config().loop().seed());
    return new ModelOption.Found(
        new TrainedModel(untrained.config().model(), network.outputs(), weights),
        untrained.name() + ", untrained",
        job.given(Optional.empty()));
  }

  /** Names that only the data has: whether their order is the model's, a user must say. */
  private void tellOrder(SparkContext context, ModelOption.Found found, DataLocation data) {
    List<String> names =
        found.model().classNames().isEmpty() ? DataSources.classNames(context, data) : List.of();
    if (!names.isEmpty()) {
      List<String> first = names.subList(0, Math.min(MOST_TOLD, names.size()));
      note(
          "the model has no class names; the data's are taken, in this order: "
              + String.join(", ", first)
              + (first.size() < names.size() ? ", ..." : ""));
    }
  }

  private EvaluationReport evaluate(
      SparkContext context, ModelOption.Found found, DataLocation data) {
    TrainedModel trained = found.model();
    try (TrainingData test = TrainingData.openForEvaluation(context, data, DataPart.TEST, 0)) {
      test.notes().forEach(this::warn);
      test.range().flatMap(seen -> RangeWatch.warning(trained.range(), seen)).ifPresent(this::warn);
      boolean apart = DataSources.hasTest(context, data.path());
      return ModelEvaluation.of(trained, found.path(), data.path(), apart, test, mistakes);
    }
  }

  /** Before there is an evaluation that could not be kept. */
  private void check() throws IOException {
    try (RunFolder folder = new RunFolder(output)) {
      folder.check(true, false);
    }
  }

  private void write(EvaluationReport report) throws IOException {
    try (RunFolder folder = new RunFolder(output)) {
      folder.write(RunFolder.EVALUATION, report.toJson().getBytes(StandardCharsets.UTF_8));
    }
    if (RunReader.hasSteps(output)) {
      RunReader.writeReport(output);
    }
  }
}
