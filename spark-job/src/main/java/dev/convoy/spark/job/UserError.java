package dev.convoy.spark.job;

import dev.convoy.engine.error.InvalidInputException;

/**
 * A mistake of the user's: ends a command with status 2 and this message alone, without a stack
 * trace. The message says what, got, expected and the cure.
 */
public final class UserError extends InvalidInputException {
  private static final long serialVersionUID = 1L;

  /** A message for the user. */
  public UserError(String message) {
    super(message);
  }

  /** A message for the user, and what led to it. */
  public UserError(String message, Throwable cause) {
    super(message, cause);
  }
}
