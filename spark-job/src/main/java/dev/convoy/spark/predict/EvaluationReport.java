package dev.convoy.spark.predict;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.model.WeightsHash;
import dev.convoy.engine.network.Network;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.report.Figures;
import dev.convoy.spark.train.Evaluator;
import dev.convoy.spark.train.event.Evaluation;
import dev.convoy.spark.train.event.TrainingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What {@code evaluate} found: a text for people and {@code evaluation.json}. Of several outputs of
 * a model all but {@code loss} is told of the first.
 *
 * @param testSet true if {@code data} has a test set apart from its training set: this was read
 * @param classNames what the classes are called, by their numbers; empty if they have no names
 * @param outputs loss and accuracy of each of several outputs
 * @param topAccuracy share of the examples whose label is among the first 1, 2 ... outputs
 * @param confusion rows are truth, columns are prediction; empty above {@value Scores#MOST_CLASSES}
 *     classes
 * @param imageShape of the pixels in {@code worstMistakes} and {@code samples}, which are base64
 * @param calibration how often predictions were right, by how sure they were
 * @param samples the first example of each of the first classes
 */
public record EvaluationReport(
    String model,
    String data,
    boolean testSet,
    String weightsSha256,
    String imageShape,
    long examples,
    double accuracy,
    double loss,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> classNames,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Evaluation.Output> outputs,
    List<Double> topAccuracy,
    List<ClassScores> classes,
    List<List<Long>> confusion,
    List<Bin> calibration,
    List<Scores.Sample> samples,
    List<Scores.Mistake> worstMistakes) {

  /** Mistakes that a report shows, however few the console does. */
  public static final int KEPT = 50;

  private static final int MICRO_BATCH = 64;

  /** Classes that still fit a screen. */
  private static final int SHOWN = 20;

  /** One class; a ratio with nothing to divide by is 0. */
  record ClassScores(int label, long examples, double precision, double recall, double f1) {}

  /**
   * Predictions with a confidence between two bounds.
   *
   * @param confidence their mean probability
   * @param accuracy share of them that were right
   */
  record Bin(double from, double to, long examples, double confidence, double accuracy) {}

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
    int kept = Math.max(KEPT, mistakes);
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
    List<String> names = test.names(total.worst.stream().map(Scores.Mistake::index).toList());
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
    List<ClassScores> classes = new ArrayList<>();
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
      classes.add(new ClassScores(label, truth, precision, recall, f1));
    }
    List<Double> top = new ArrayList<>();
    for (int k = 0; k < Math.min(Scores.RANKS, scores.classes); k++) {
      top.add(ratio(scores.within[k], scores.examples));
    }
    return new EvaluationReport(
        model,
        data,
        testSet,
        WeightsHash.sha256(trained.weights()),
        trained.spec().input().toString(),
        scores.examples,
        top.get(0),
        ratio(scores.lossSum, scores.examples),
        trained.classNames(),
        outputs,
        top,
        classes,
        confusion,
        bins(scores.calibration),
        List.copyOf(scores.samples.values()),
        List.copyOf(scores.worst));
  }

  private static List<Bin> bins(Scores.Bin[] counted) {
    List<Bin> bins = new ArrayList<>();
    for (int i = 0; i < counted.length; i++) {
      Scores.Bin bin = counted[i];
      bins.add(
          new Bin(
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

  /** The text of {@code evaluation.json}. */
  public String toJson() {
    try {
      return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(this)
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("evaluation: cannot be written as JSON", e);
    }
  }

  /** One line, for {@code --quiet}. */
  public String toLine() {
    return "accuracy " + Figures.percent(accuracy) + ", loss " + Figures.loss(loss);
  }

  /**
   * @param mistakes worst mistakes to list
   */
  public String toText(int mistakes) {
    List<String> lines = new ArrayList<>();
    lines.add("model     " + model);
    lines.add("data      " + data + ", " + Figures.count(examples) + " examples");
    lines.add("accuracy  " + Figures.percent(accuracy));
    lines.add("loss      " + Figures.loss(loss));
    for (Evaluation.Output output : outputs) {
      String found =
          "accuracy "
              + Figures.percent(output.accuracy())
              + ", loss "
              + Figures.loss(output.loss());
      lines.add(String.format(Locale.ROOT, "output %-12s  %s", output.name(), found));
    }
    StringBuilder top = new StringBuilder("in top    ");
    for (int k = 1; k < topAccuracy.size(); k++) {
      top.append(k == 1 ? "" : ", ").append(k + 1).append(": ");
      top.append(Figures.percent(topAccuracy.get(k)));
    }
    if (topAccuracy.size() > 1) {
      lines.add(top.toString());
    }
    if (!classes.isEmpty() && classes.size() <= SHOWN) {
      addClasses(lines);
      addConfusion(lines);
    }
    addMistakes(lines, mistakes);
    lines.add("weights   sha256 " + weightsSha256);
    return String.join(System.lineSeparator(), lines);
  }

  private void addClasses(List<String> lines) {
    lines.add("");
    lines.add("class  examples  precision    recall      F1");
    for (ClassScores c : classes) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%5d  %8s  %9s  %8s  %.4f%s",
              c.label(),
              Figures.count(c.examples()),
              Figures.percent(c.precision()),
              Figures.percent(c.recall()),
              c.f1(),
              c.label() < classNames.size() ? "  " + classNames.get(c.label()) : ""));
    }
  }

  private void addConfusion(List<String> lines) {
    long largest =
        confusion.stream().flatMap(List::stream).mapToLong(Long::longValue).max().orElse(0);
    int width = Math.max(3, Long.toString(largest).length()) + 1;
    StringBuilder head = new StringBuilder("truth");
    for (int i = 0; i < confusion.size(); i++) {
      head.append(String.format(Locale.ROOT, "%" + width + "d", i));
    }
    lines.add("");
    lines.add(head + "   (columns: prediction)");
    for (int truth = 0; truth < confusion.size(); truth++) {
      StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%5d", truth));
      for (long count : confusion.get(truth)) {
        row.append(
            String.format(Locale.ROOT, "%" + width + "s", count == 0 ? "." : Long.toString(count)));
      }
      lines.add(row.toString());
    }
  }

  private void addMistakes(List<String> lines, int mistakes) {
    lines.add("");
    if (worstMistakes.isEmpty() || mistakes == 0) {
      return;
    }
    lines.add("worst mistakes: index  truth  predicted  with  (truth got)  name");
    for (Scores.Mistake mistake :
        worstMistakes.subList(0, Math.min(mistakes, worstMistakes.size()))) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%21d  %5d  %9d  %.4f (%.4f)     %s",
              mistake.index(),
              mistake.truth(),
              mistake.predicted(),
              mistake.probability(),
              mistake.truthProbability(),
              mistake.name()));
    }
    lines.add("");
  }
}
