package dev.convoy.engine.model;

import dev.convoy.engine.error.InvalidInputException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * A model with its weights: all that prediction needs. Weights are shared, not copied.
 *
 * @param spec the network, normalisation included
 * @param classes number of classes that the labels it was trained on have
 * @param classNames what those classes are called, in the order of their numbers; empty if the
 *     training data had numbers only
 * @param range of the values that it was trained on; empty if nobody looked
 * @param weights one flat array, laid out as {@link ParameterLayout} says
 */
public record TrainedModel(
    ModelSpec spec,
    int classes,
    List<String> classNames,
    Optional<InputRange> range,
    float[] weights) {
  /** More classes than this are refused. */
  public static final int MAX_CLASSES = 1 << 24;

  /** More classes than this cannot have names. */
  public static final int MAX_NAMES = 1 << 16;

  /** Longest name, in chars. */
  public static final int MAX_NAME = 1024;

  /** What the name of a class is, for messages. */
  public static final String CLASS_NAME =
      "1 to " + MAX_NAME + " chars, no slash or control character, and not '.' or '..'";

  /** A model whose classes are numbers. */
  public TrainedModel(ModelSpec spec, int classes, float[] weights) {
    this(spec, classes, List.of(), weights);
  }

  /** A model of which nobody knows the range of the values that it was trained on. */
  public TrainedModel(ModelSpec spec, int classes, List<String> classNames, float[] weights) {
    this(spec, classes, classNames, Optional.empty(), weights);
  }

  /** Checks and copies what is given. */
  public TrainedModel {
    classNames = List.copyOf(classNames);
    if (classNames.size() > Math.min(classes, MAX_NAMES)) {
      throw new InvalidInputException(
          "model: got "
              + classNames.size()
              + " names of classes, expected at most "
              + Math.min(classes, MAX_NAMES));
    }
    for (String name : classNames) {
      if (!isClassName(name)) {
        throw new InvalidInputException(
            "model: got the name of a class in "
                + name.length()
                + " chars, expected "
                + CLASS_NAME);
      }
    }
    if (new HashSet<>(classNames).size() < classNames.size()) {
      throw new InvalidInputException(
          "model: got a name for two classes, expected another for each");
    }
    if (classes < 1 || classes > MAX_CLASSES) {
      throw new InvalidInputException(
          "model: got " + classes + " classes, expected 1 to " + MAX_CLASSES);
    }
    long expected = ModelSummary.of(spec).parameters();
    if (weights.length != expected) {
      throw new InvalidInputException(
          "model: got " + weights.length + " weights, expected " + expected + " as the layers say");
    }
  }

  /**
   * True if a class can have the name {@code name}. Classes are called like folders of images, and
   * a model from elsewhere must not point out of the folder that they are looked for in.
   */
  public static boolean isClassName(String name) {
    return !name.isEmpty()
        && name.length() <= MAX_NAME
        && !name.equals(".")
        && !name.equals("..")
        && name.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
  }

  /** Bit for bit. */
  @Override
  public boolean equals(Object other) {
    return other instanceof TrainedModel model
        && spec.equals(model.spec)
        && classes == model.classes
        && classNames.equals(model.classNames)
        && range.equals(model.range)
        && Arrays.equals(weights, model.weights);
  }

  @Override
  public int hashCode() {
    return spec.hashCode() * 31 + Arrays.hashCode(weights);
  }

  @Override
  public String toString() {
    return "model of " + weights.length + " weights, SHA-256 " + WeightsHash.sha256(weights);
  }
}
