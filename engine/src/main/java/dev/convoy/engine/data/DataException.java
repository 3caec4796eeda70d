package dev.convoy.engine.data;

import dev.convoy.engine.error.InvalidInputException;

/**
 * Bad data: the message names the file, the offset, what was got, what was expected and the cure. A
 * user's mistake, not a failed run.
 */
public class DataException extends InvalidInputException {
  private static final long serialVersionUID = 1L;

  /** A message for the user. */
  public DataException(String message) {
    super(message);
  }

  /** A message for the user, and what led to it. */
  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
