package dev.convoy.spark.train;

import dev.convoy.engine.network.ModelSpec;
import dev.convoy.spark.data.Dataset;
import org.apache.spark.SparkContext;

/** Forward passes over all examples of a data set, spread over the cluster. */
public final class Evaluator {
  private Evaluator() {}

  /** Loss and accuracy of {@code weights} on {@code data}. */
  public static Evaluation evaluate(
      SparkContext spark, Dataset data, ModelSpec model, float[] weights, int microBatch) {
    throw new IllegalStateException();
  }
}
