package dev.convoy.spark.job;

/**
 * Where a value was written, so that an error can point at it.
 *
 * @param source a file's name, or an option such as {@code --set training.epochs}
 * @param line from 1, or 0 if the source has no lines; not shown for an option
 */
public record Place(String source, int line) {

  /** A place on the command line. */
  public static Place option(String option) {
    return new Place(option, 0);
  }

  /** True for a place on the command line. */
  public boolean isOption() {
    return source.startsWith("--");
  }

  /** An error that starts with this place. */
  public UserError error(String message) {
    return new UserError(this + ": " + message);
  }

  /** An error that starts with this place and keeps its cause for {@code --verbose}. */
  public UserError error(String message, Throwable cause) {
    return new UserError(this + ": " + message, cause);
  }

  @Override
  public String toString() {
    return line > 0 && !isOption() ? source + ":" + line : source;
  }
}
