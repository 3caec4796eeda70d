package dev.convoy.spark.predict;

import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.model.WeightsHash;
import dev.convoy.engine.network.Network;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.report.EvaluationReport;
import dev.convoy.spark.train.Evaluator;
import dev.convoy.spark.train.event.Evaluation;
import dev.convoy.spark.train.event.TrainingException;
import java.util.ArrayList;
import java.util.List;

/** Evaluates a model on data, by its first output if it has several. */
public final class ModelEvaluation {
  private static final int MICRO_BATCH = 64;

  private ModelEvaluation() {}

  /**
   * Evaluates a network on all examples of {@code test}, by its first output if it has several.
   *
   * @param testSet true if that is a test set, apart from what is trained on
   * @param mistakes worst mistakes to keep; never fewer than a report shows
   * @throws TrainingException if outputs are no numbers: nothing can be said of such a network
   */
  public static EvaluationReport of(
      TrainedModel trained,
      String model,
      String data,
      boolean testSet,
      TrainingData test,
      int mistakes) {
    ModelSpec spec = trained.spec();
    int classes = new Network(spec).outputs(0);
    int kept = Math.max(EvaluationReport.KEPT, mistakes);
    Scores total = new Scores(classes, kept);
    List<Scores> parts =
        ForwardTask.run(
            test.shards(), trained, Scores.class, recipe -> new ScoreTask(recipe, classes, kept));
    parts.forEach(total::merge);
    if (total.withoutNumbers > 0) {
      throw new TrainingException(
          model
              + ": got outputs that are not numbers for "
              + total.withoutNumbers
              + " of "
              + total.examples
              + " examples of "
              + data
              + ", expected finite ones; its training diverged, or model.normalize does not suit"
              + " the data");
    }
    List<Evaluation.Output> outputs =
        spec.outputs().size() == 1
            ? List.of()
            : Evaluator.evaluate(
                    test.shards().sparkContext(), test, spec, trained.weights(), MICRO_BATCH)
                .outputs();
    List<String> names =
        test.names(total.worst.stream().map(EvaluationReport.Mistake::index).toList());
    for (int i = 0; i < names.size(); i++) {
      total.worst.set(i, total.worst.get(i).named(names.get(i)));
    }
    return of(trained, model, data, testSet, total, outputs);
  }

  private static EvaluationReport of(
      TrainedModel trained,
      String model,
      String data,
      boolean testSet,
      Scores scores,
      List<Evaluation.Output> outputs) {
    int n = scores.confusion.length == 0 ? 0 : scores.classes;
    List<EvaluationReport.ClassScores> classes = new ArrayList<>();
    List<List<Long>> confusion = new ArrayList<>();
    for (int label = 0; label < n; label++) {
      long truth = 0;
      long predicted = 0;
      List<Long> row = new ArrayList<>();
      for (int other = 0; other < n; other++) {
        truth += scores.confused(label, other);
        predicted += scores.confused(other, label);
        row.add(scores.confused(label, other));
      }
      confusion.add(row);
      double right = scores.confused(label, label);
      double precision = ratio(right, predicted);
      double recall = ratio(right, truth);
      double f1 = ratio(2 * precision * recall, precision + recall);
      classes.add(new EvaluationReport.ClassScores(label, truth, precision, recall, f1));
    }
    List<Double> top = new ArrayList<>();
    for (int k = 0; k < Math.min(Scores.RANKS, scores.classes); k++) {
      top.add(ratio(scores.within[k], scores.examples));
    }
    return new EvaluationReport(
        new EvaluationReport.Subject(model, data, testSet, WeightsHash.sha256(trained.weights())),
        new EvaluationReport.Totals(
            scores.examples, top.get(0), ratio(scores.lossSum, scores.examples), outputs, top),
        new EvaluationReport.Classes(trained.classNames(), classes, confusion),
        bins(scores.calibration),
        new EvaluationReport.Images(
            trained.spec().input().toString(),
            List.copyOf(scores.samples.values()),
            List.copyOf(scores.worst)));
  }

  private static List<EvaluationReport.Bin> bins(Scores.Bin[] counted) {
    List<EvaluationReport.Bin> bins = new ArrayList<>();
    for (int i = 0; i < counted.length; i++) {
      Scores.Bin bin = counted[i];
      bins.add(
          new EvaluationReport.Bin(
              i / (double) counted.length,
              (i + 1) / (double) counted.length,
              bin.examples,
              ratio(bin.confidence, bin.examples),
              ratio(bin.right, bin.examples)));
    }
    return bins;
  }

  private static double ratio(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
  }
}
