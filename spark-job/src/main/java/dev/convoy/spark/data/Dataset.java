package dev.convoy.spark.data;

import org.apache.spark.SparkContext;

/** Labelled examples cut into logical shards, cached in the cluster. */
public final class Dataset implements AutoCloseable {
  /** The two parts of a data set on disk. */
  public enum Part {
    /** {@code train-images...} and {@code train-labels...}. */
    TRAIN,
    /** {@code t10k-images...} and {@code t10k-labels...}, or {@code test-...}. */
    TEST
  }

  private Dataset() {}

  /**
   * Reads and checks a whole data set, all of it for evaluation.
   *
   * @param path a folder of IDX files on any Hadoop file system, or {@code embedded:mnist}
   * @param partitions 0 for one a task slot
   * @throws DataException naming file, offset, got and expected
   */
  public static Dataset open(SparkContext spark, String path, Part part, int partitions) {
    throw new IllegalStateException();
  }

  /** What identifies the data. */
  public Fingerprint fingerprint() {
    throw new IllegalStateException();
  }

  /** Frees the cluster's memory. */
  @Override
  public void close() {}
}
