package dev.convoy.engine.network;

import java.util.Arrays;

/**
 * A model with its weights: all that prediction needs. Weights are shared, not copied.
 *
 * @param spec the network, normalisation included
 * @param classes number of classes that the labels it was trained on have
 * @param weights one flat array, laid out as {@link Network#parameters} says
 */
public record TrainedModel(ModelSpec spec, int classes, float[] weights) {
  /** More classes than this are refused. */
  public static final int MAX_CLASSES = 1 << 24;

  public TrainedModel {
    if (classes < 1 || classes > MAX_CLASSES) {
      throw new IllegalArgumentException(
          "model: got " + classes + " classes, expected 1 to " + MAX_CLASSES);
    }
    long expected = ModelSummary.of(spec).parameters();
    if (weights.length != expected) {
      throw new IllegalArgumentException(
          "model: got " + weights.length + " weights, expected " + expected + " as the layers say");
    }
  }

  /** Bit for bit. */
  @Override
  public boolean equals(Object other) {
    return other instanceof TrainedModel model
        && spec.equals(model.spec)
        && classes == model.classes
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
