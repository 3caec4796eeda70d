package dev.convoy.spark.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.spark.train.event.Evaluation;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * What {@code evaluate} found: a text for people and {@code evaluation.json}, which is one flat
 * object. Of a model with several outputs, all but {@code loss} is about the first.
 *
 * @param calibration how often predictions were right, by how sure they were
 */
public record EvaluationReport(
    @JsonUnwrapped Subject subject,
    @JsonUnwrapped Totals totals,
    @JsonUnwrapped Classes byClass,
    List<Bin> calibration,
    @JsonUnwrapped Images images) {

  /** Checks and copies what is given. */
  public EvaluationReport {
    calibration = listed(calibration);
  }

  /**
   * What was evaluated.
   *
   * @param testSet true if {@code data} has a test set apart from its training set: this was read
   */
  public record Subject(String model, String data, boolean testSet, String weightsSha256) {}

  /**
   * Figures over all examples.
   *
   * @param loss mean over the examples, of all outputs together
   * @param outputs loss and accuracy of each of several outputs
   * @param topAccuracy share of the examples whose label is among the first 1, 2 ... outputs
   */
  public record Totals(
      long examples,
      double accuracy,
      double loss,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Evaluation.Output> outputs,
      List<Double> topAccuracy) {
    /** Checks and copies what is given. */
    public Totals {
      outputs = listed(outputs);
      topAccuracy = listed(topAccuracy);
    }
  }

  /**
   * Figures class by class.
   *
   * @param classNames what the classes are called, by their numbers; empty if they have no names
   * @param classes empty above 1,000 of them
   * @param confusion rows are truth, columns are prediction; empty above 1,000 classes
   */
  public record Classes(
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> classNames,
      List<ClassScores> classes,
      List<List<Long>> confusion) {
    /** Checks and copies what is given. */
    public Classes {
      classNames = listed(classNames);
      classes = listed(classes);
      confusion = listed(confusion).stream().map(EvaluationReport::listed).toList();
    }
  }

  /**
   * Examples to look at.
   *
   * @param imageShape of the pixels in the others, which are base64
   * @param samples the first example of each of the first classes
   */
  public record Images(String imageShape, List<Sample> samples, List<Mistake> worstMistakes) {
    /** Checks and copies what is given. */
    public Images {
      samples = listed(samples);
      worstMistakes = listed(worstMistakes);
    }
  }

  /** What a file leaves out is an empty list. */
  private static <T> List<T> listed(List<T> values) {
    if (values != null && values.stream().anyMatch(Objects::isNull)) {
      throw new InvalidInputException("got null in a list, expected a value");
    }
    return values == null ? List.of() : List.copyOf(values);
  }

  /** Mistakes that a report shows, however few the console does. */
  public static final int KEPT = 50;

  private static final ObjectMapper LENIENT =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /** Classes that still fit a screen. */
  private static final int SHOWN = 20;

  private static final String ROW = "%5s  %8s  %9s  %8s  %6s%s";

  /** Where there is nothing to divide by. */
  private static final String NONE = "-";

  /** One class; a ratio with nothing to divide by is 0. */
  public record ClassScores(int label, long examples, double precision, double recall, double f1) {}

  /**
   * Predictions with a confidence between two bounds.
   *
   * @param confidence their mean probability
   * @param accuracy share of them that were right
   */
  public record Bin(double from, double to, long examples, double confidence, double accuracy) {}

  /**
   * An example that was classified wrong.
   *
   * @param index place in the data
   * @param name what the data calls it; empty until that is asked for
   * @param probability that the network gave to its prediction
   * @param truthProbability that it gave to the truth
   * @param top the classes it held most likely, first the most likely
   * @param pixels of the image as the data has them, or null if they are too many
   */
  public record Mistake(
      long index,
      String name,
      int truth,
      int predicted,
      double probability,
      double truthProbability,
      List<Guess> top,
      byte[] pixels)
      implements Serializable {
    /** The same with a name. */
    public Mistake named(String called) {
      return new Mistake(
          index, called, truth, predicted, probability, truthProbability, top, pixels);
    }
  }

  /** A class and the probability that the network gave to it. */
  public record Guess(int label, double probability) implements Serializable {}

  /** The first example of a class. */
  public record Sample(long index, int label, byte[] pixels) implements Serializable {}

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws InvalidInputException if it is no such text
   */
  public static EvaluationReport fromJson(String text) {
    try {
      JsonNode json = LENIENT.readTree(text);
      Bin[] calibration = LENIENT.convertValue(json.get("calibration"), Bin[].class);
      return new EvaluationReport(
          LENIENT.convertValue(json, Subject.class),
          LENIENT.convertValue(json, Totals.class),
          LENIENT.convertValue(json, Classes.class),
          calibration == null ? List.of() : List.of(calibration),
          LENIENT.convertValue(json, Images.class));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new InvalidInputException(
          "evaluation.json: got "
              + (e instanceof JsonProcessingException json
                  ? json.getOriginalMessage()
                  : String.valueOf(e.getMessage()).lines().findFirst().orElse(""))
              + ", expected an evaluation",
          e);
    }
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
    return "accuracy "
        + Figures.percent(totals.accuracy())
        + ", loss "
        + Figures.loss(totals.loss());
  }

  /**
   * @param mistakes worst mistakes to list
   */
  public String toText(int mistakes) {
    List<String> lines = new ArrayList<>();
    lines.add("model     " + subject.model());
    lines.add(
        "data      " + subject.data() + ", " + Figures.count(totals.examples()) + " examples");
    if (!subject.testSet()) {
      lines.add("          no test set beside it: these may be what the model was trained on");
    }
    lines.add("accuracy  " + Figures.percent(totals.accuracy()));
    lines.add("loss      " + Figures.loss(totals.loss()));
    for (Evaluation.Output output : totals.outputs()) {
      String found =
          "accuracy "
              + Figures.percent(output.accuracy())
              + ", loss "
              + Figures.loss(output.loss());
      lines.add(String.format(Locale.ROOT, "output %-12s  %s", output.name(), found));
    }
    StringBuilder top = new StringBuilder("in top    ");
    for (int k = 1; k < totals.topAccuracy().size(); k++) {
      top.append(k == 1 ? "" : ", ").append(k + 1).append(": ");
      top.append(Figures.percent(totals.topAccuracy().get(k)));
    }
    if (totals.topAccuracy().size() > 1) {
      lines.add(top.toString());
    }
    if (!byClass.classes().isEmpty() && byClass.classes().size() <= SHOWN) {
      addClasses(lines);
      addConfusion(lines);
    }
    addMistakes(lines, mistakes);
    lines.add("weights   sha256 " + subject.weightsSha256());
    return String.join(System.lineSeparator(), lines);
  }

  private void addClasses(List<String> lines) {
    lines.add("");
    lines.add("class  examples  precision    recall      F1");
    for (ClassScores c : byClass.classes()) {
      lines.add(
          String.format(
              Locale.ROOT,
              ROW,
              c.label(),
              Figures.count(c.examples()),
              predictions(c.label()) == 0 ? NONE : Figures.percent(c.precision()),
              c.examples() == 0 ? NONE : Figures.percent(c.recall()),
              c.examples() == 0 ? NONE : f1(c.f1()),
              c.label() < byClass.classNames().size()
                  ? "  " + byClass.classNames().get(c.label())
                  : ""));
    }
    List<ClassScores> present = byClass.classes().stream().filter(c -> c.examples() > 0).toList();
    lines.add(
        String.format(
            Locale.ROOT,
            ROW,
            "macro",
            Figures.count(totals.examples()),
            Figures.percent(mean(present, ClassScores::precision)),
            Figures.percent(mean(present, ClassScores::recall)),
            f1(mean(present, ClassScores::f1)),
            present.size() < byClass.classes().size()
                ? "  mean of the " + present.size() + " classes that have examples"
                : ""));
  }

  private static double mean(List<ClassScores> classes, ToDoubleFunction<ClassScores> figure) {
    return classes.stream().mapToDouble(figure).average().orElse(0);
  }

  private static String f1(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  /** Examples that were taken for class {@code label}. */
  private long predictions(int label) {
    return byClass.confusion().stream().mapToLong(row -> row.get(label)).sum();
  }

  private void addConfusion(List<String> lines) {
    long largest =
        byClass.confusion().stream()
            .flatMap(List::stream)
            .mapToLong(Long::longValue)
            .max()
            .orElse(0);
    int width = Math.max(3, Long.toString(largest).length()) + 1;
    StringBuilder head = new StringBuilder("truth");
    for (int i = 0; i < byClass.confusion().size(); i++) {
      head.append(String.format(Locale.ROOT, "%" + width + "d", i));
    }
    lines.add("");
    lines.add(head + "   (columns: prediction)");
    for (int truth = 0; truth < byClass.confusion().size(); truth++) {
      StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%5d", truth));
      for (long count : byClass.confusion().get(truth)) {
        row.append(
            String.format(Locale.ROOT, "%" + width + "s", count == 0 ? "." : Long.toString(count)));
      }
      lines.add(row.toString());
    }
  }

  private void addMistakes(List<String> lines, int mistakes) {
    lines.add("");
    if (images.worstMistakes().isEmpty() || mistakes == 0) {
      return;
    }
    lines.add("worst mistakes: index  truth  predicted  with  (truth got)  name");
    for (Mistake mistake :
        images.worstMistakes().subList(0, Math.min(mistakes, images.worstMistakes().size()))) {
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
