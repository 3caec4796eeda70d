package dev.convoy.engine.error;

/**
 * Input that cannot be used: a model, a setting, data, or arguments that do not fit each other. Its
 * message is for the user, who can put it right: what it is about, what was got, what was expected.
 * No fault of the program; whoever shows it needs no stack trace.
 */
public class InvalidInputException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** An exception with a message for the user. */
  public InvalidInputException(String message) {
    super(message);
  }

  /** An exception with a message for the user, and what led to it. */
  public InvalidInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
