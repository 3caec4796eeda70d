package dev.convoy.spark.cli;

import dev.convoy.engine.model.InputRange;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.spark.data.DataSources;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.data.source.DataPart;
import dev.convoy.spark.job.Texts;
import dev.convoy.spark.job.UserError;
import dev.convoy.spark.predict.ModelEvaluation;
import dev.convoy.spark.report.EvaluationReport;
import dev.convoy.spark.run.RunFolder;
import dev.convoy.spark.train.Evaluator;
import dev.convoy.spark.train.TrainConfig;
import dev.convoy.spark.train.cluster.ClusterFailures;
import dev.convoy.spark.train.event.Evaluation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkContext;

/** The test set, if there is one: opened before training, so that bad data is refused early. */
record TestSet(
    SparkContext context,
    TrainingData data,
    TrainConfig config,
    List<String> classNames,
    ClusterFailures failures)
    implements AutoCloseable {
  static TestSet open(SparkContext context, TrainConfig config, BaseCommand command) {
    ClusterFailures failures =
        new ClusterFailures(context::isStopped, warned -> command.warn(warned.message()));
    String path = config.data().path();
    // Class names keep their numbers in a test set elsewhere, which may lack some.
    List<String> classNames = classNames(context, config);
    if (config.data().testPath().isEmpty() && !DataSources.hasTest(context, path)) {
      command.warn(
          "no test set in "
              + path
              + ": there will be no test accuracy; data.testPath names one elsewhere");
      return new TestSet(context, null, config, classNames, failures);
    }
    int partitions = config.data().partitions();
    TrainingData data =
        failures.retry(
            "reading the test set",
            0,
            () ->
                TrainingData.openForEvaluation(
                    context,
                    config.testLocation().numbered(classNames),
                    DataPart.TEST,
                    partitions));
    data.notes().forEach(command::warn);
    return new TestSet(context, data, config, classNames, failures);
  }

  /** The class names of the model that the job starts from, else the training data's. */
  private static List<String> classNames(SparkContext context, TrainConfig config) {
    List<String> there = DataSources.classNames(context, config.location());
    List<String> known = config.data().classes();
    for (String name : there) {
      if (!known.isEmpty() && !known.contains(name)) {
        throw new UserError(
            "data.path: got the class '"
                + Texts.shorten(name)
                + "' in "
                + config.data().path()
                + ", which the model of model.startFrom does not know, expected one of its classes "
                + Texts.shorten(String.join(", ", known))
                + "; a last layer of another size starts afresh, with classes of its own");
      }
    }
    return known.isEmpty() ? there : known;
  }

  /** Its examples that were left out because they cannot be used. */
  List<String> leftOut() {
    return data == null ? List.of() : data.leftOut();
  }

  /** Keeps what the report shows of the test set. */
  void score(TrainedModel model, RunFolder folder) throws IOException {
    if (data != null) {
      String path = folder.path(RunFolder.MODEL);
      String from = config.testLocation().path();
      boolean apart = DataSources.hasTest(context, from);
      EvaluationReport report =
          ModelEvaluation.of(model, path, from, apart, data, EvaluationReport.KEPT);
      folder.write(RunFolder.EVALUATION, report.toJson().getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Smallest and largest value; empty without a test set. */
  Optional<InputRange> range() {
    return data == null ? Optional.empty() : data.range();
  }

  Optional<Evaluation> evaluate(float[] weights) {
    return data == null
        ? Optional.empty()
        : Optional.of(
            failures.retry(
                "test",
                0,
                () ->
                    Evaluator.evaluate(
                        context, data, config.model(), weights, config.loop().microBatch())));
  }

  @Override
  public void close() {
    if (data != null) {
      data.close();
    }
  }
}
