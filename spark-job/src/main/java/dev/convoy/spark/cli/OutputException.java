package dev.convoy.spark.cli;

import dev.convoy.spark.job.Texts;

/** Results that could not be written, though nobody made a mistake: a full disk, a closed pipe. */
final class OutputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what failed and what to do, for the user
   */
  OutputException(String message, Throwable cause) {
    super(message, cause);
  }

  /** {@code --output} could not be written because of what {@code failure} says at its root. */
  static OutputException writing(String output, Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return new OutputException(
        "--output: writing " + output + " failed: " + Texts.firstLine(root), failure);
  }
}
