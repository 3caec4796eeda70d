package dev.convoy.engine.network;

import dev.convoy.engine.data.Normalization;
import dev.convoy.engine.layer.LayerSpec;

/** The one-line text form of layers. */
final class LayerText {
  private LayerText() {}

  static Normalization normalization(String item) {
    throw new IllegalStateException(item);
  }

  static ModelSpec.LossKind loss(String name) {
    throw new IllegalStateException(name);
  }

  static LayerSpec layer(String item) {
    throw new IllegalStateException(item);
  }

  static String text(LayerSpec layer) {
    throw new IllegalStateException(layer.toString());
  }
}
