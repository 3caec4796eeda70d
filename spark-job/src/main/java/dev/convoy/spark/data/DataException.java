package dev.convoy.spark.data;

/**
 * Bad data: the message names the file, the offset, what was found and what was expected. A user's
 * mistake, not a failed run.
 */
public final class DataException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(message);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * The bad data that made a Spark job fail, or {@code failure} itself if that is not the cause.
   */
  static RuntimeException within(Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DataException data) {
        return data;
      }
    }
    return failure instanceof RuntimeException runtime
        ? runtime
        : new IllegalStateException("reading the data failed: " + failure.getMessage(), failure);
  }
}
