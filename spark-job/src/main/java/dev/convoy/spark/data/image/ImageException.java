package dev.convoy.spark.data.image;

import dev.convoy.engine.data.DataException;

/** An image file that cannot be used: damaged, cut, too large, of another kind, or no image. */
public final class ImageException extends DataException {
  private static final long serialVersionUID = 1L;

  private final boolean damaged;

  private ImageException(String message, boolean damaged, Throwable cause) {
    super(message, cause);
    this.damaged = damaged;
  }

  /** A whole file that is too large or of a kind that is not read. */
  ImageException(String message) {
    this(message, false, null);
  }

  /** A file that is not read to its end. */
  public static ImageException tooLarge(String name, int mostBytes) {
    return new ImageException(name + ": got more than " + mostBytes + " bytes, expected an image");
  }

  /** A file whose bytes are not what an encoder wrote. */
  static ImageException damaged(String message) {
    return new ImageException(message, true, null);
  }

  /** The same, and what led to it. */
  static ImageException damaged(String message, Throwable cause) {
    return new ImageException(message, true, cause);
  }

  /** The same of a file that has a name and a kind. */
  ImageException of(String name, String kind) {
    String text = damaged ? "got a damaged " + kind + " (" + getMessage() + ")" : getMessage();
    return new ImageException(name + ": " + text, damaged, this);
  }
}
