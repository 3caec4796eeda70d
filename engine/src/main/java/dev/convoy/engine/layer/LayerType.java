package dev.convoy.engine.layer;

import dev.convoy.engine.text.ItemSyntax;
import java.util.List;
import java.util.function.Function;

/**
 * A kind of layer in a model's text.
 *
 * @param name first word of its line
 * @param settings keys that its line may have, beside {@code name} and {@code from}
 * @param reader makes the layer of its line
 */
public record LayerType(
    String name, List<String> settings, Function<ItemSyntax, LayerSpec> reader) {
  /** Checks and copies what is given. */
  public LayerType {
    settings = List.copyOf(settings);
  }

  static LayerType of(String name, Function<ItemSyntax, LayerSpec> reader, String... settings) {
    return new LayerType(name, List.of(settings), reader);
  }
}
