package dev.convoy.spark.data.source;

import static java.util.stream.Collectors.joining;

import dev.convoy.engine.data.DataException;
import java.io.FileNotFoundException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkThrowable;

/** What stands behind a Spark job that failed while it read data. */
public final class DataFailures {
  /** Conditions of Spark that say that files are damaged or do not fit each other. */
  private static final Pattern FILES =
      Pattern.compile(
          "(FAILED_READ_FILE|CANNOT_READ_FILE_FOOTER|CONFLICTING_PARTITION|CANNOT_MERGE"
              + "|CONFLICTING_DIRECTORY|FAILED_MERGE|PARQUET).*");

  private DataFailures() {}

  /** The bad data that made a Spark job fail, if that is the cause. */
  public static Optional<DataException> data(Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DataException data) {
        return Optional.of(data);
      }
    }
    return unreadable(failure);
  }

  /** A file that Spark says it cannot read: its own words, which name the file, and the cause's. */
  private static Optional<DataException> unreadable(Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String condition = cause instanceof SparkThrowable known ? known.getCondition() : null;
      if (condition != null && FILES.matcher(condition).matches()) {
        Throwable deepest = cause;
        while (deepest.getCause() != null) {
          deepest = deepest.getCause();
        }
        String why = deepest == cause ? "" : " (" + deepest.getMessage() + ")";
        return Optional.of(
            new DataException(
                "data.path: "
                    + String.valueOf(cause.getMessage()).lines().limit(4).collect(joining(" "))
                    + why
                    + "; expected files that Spark can read: fetch or write them again",
                failure));
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
