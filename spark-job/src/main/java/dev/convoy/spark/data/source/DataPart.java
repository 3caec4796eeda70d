package dev.convoy.spark.data.source;

/** The two parts of a data set on disk. */
public enum DataPart {
  /** {@code train-images...} and {@code train-labels...}. */
  TRAIN,
  /** {@code t10k-images...} and {@code t10k-labels...}, or {@code test-...}. */
  TEST
}
