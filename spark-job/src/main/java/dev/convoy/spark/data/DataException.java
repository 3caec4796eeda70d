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
}
