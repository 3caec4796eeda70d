package dev.convoy.spark.train.event;

/** A run that cannot go on: divergence, or a cluster that keeps failing. Not a user's mistake. */
public final class TrainingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A message for the user. */
  public TrainingException(String message) {
    super(message);
  }

  /** A message for the user, and what led to it. */
  public TrainingException(String message, Throwable cause) {
    super(message, cause);
  }
}
