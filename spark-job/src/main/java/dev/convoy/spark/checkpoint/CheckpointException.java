package dev.convoy.spark.checkpoint;

import dev.convoy.engine.error.InvalidInputException;

/**
 * No checkpoint can be used: none verifies, or it belongs to another model, data set or job. A
 * user's mistake, not a failed run.
 */
public final class CheckpointException extends InvalidInputException {
  private static final long serialVersionUID = 1L;

  /** A message for the user. */
  public CheckpointException(String message) {
    super(message);
  }

  /** A message for the user, and what led to it. */
  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
