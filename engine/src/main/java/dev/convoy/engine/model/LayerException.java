package dev.convoy.engine.model;

import dev.convoy.engine.error.InvalidInputException;

/** A layer that is wrong where it stands: the message names it, what was got and expected. */
public final class LayerException extends InvalidInputException {
  private static final long serialVersionUID = 1L;
  private final int layer;

  LayerException(int layer, String message) {
    this(layer, message, null);
  }

  LayerException(int layer, String message, Throwable cause) {
    super(message, cause);
    this.layer = layer;
  }

  /** Index of the layer in the model, from 0. */
  public int layer() {
    return layer;
  }
}
