package dev.convoy.spark.data.source;

import dev.convoy.engine.data.DataException;
import java.io.FileNotFoundException;
import java.util.Optional;
import org.apache.spark.SparkEnv;

/** What stands behind a Spark job that failed while it read data. */
public final class DataFailures {
  private DataFailures() {}

  /** The bad data that made a Spark job fail, if that is the cause. */
  public static Optional<DataException> data(Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DataException data) {
        return Optional.of(data);
      }
    }
    return Optional.empty();
  }

  /**
   * The bad data that made a Spark job fail, or {@code failure} itself if that is not the cause.
   */
  public static RuntimeException within(Exception failure) {
    Optional<DataException> data = data(failure);
    if (data.isPresent()) {
      return data.get();
    }
    return failure instanceof RuntimeException runtime
        ? runtime
        : new IllegalStateException("reading the data failed: " + failure.getMessage(), failure);
  }

  /** What to say of a file that the driver saw and this executor does not. */
  static DataException unseen(String path, FileNotFoundException e) {
    SparkEnv here = SparkEnv.get();
    String where =
        here == null
            ? "an executor"
            : "executor "
                + here.executorId()
                + " on "
                + here.blockManager().blockManagerId().host();
    return new DataException(
        "data.path: "
            + where
            + " cannot read "
            + path
            + " ("
            + e.getMessage()
            + "), which the driver can; expected a path that every executor sees: a shared file"
            + " system such as hdfs: or s3a:, or the same folder on every machine",
        e);
  }
}
