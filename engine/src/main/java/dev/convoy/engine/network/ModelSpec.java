package dev.convoy.engine.network;

import dev.convoy.engine.data.Normalization;
import dev.convoy.engine.layer.LayerSpec;
import dev.convoy.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A network on paper: input, normalisation, layers and loss, with a text form that {@link #parse}
 * reads and {@link #toText} prints, one item a line:
 *
 * <pre>
 * input 28x28x1
 * normalize mean=0.5 deviation=1
 * conv2d filters=8 kernel=3 bias=false
 * maxpool window=2
 * flatten
 * dense units=10
 * loss softmax
 * </pre>
 *
 * @param input shape of one example
 * @param normalization how bytes become inputs
 * @param layers in order
 * @param loss what is minimised
 */
public record ModelSpec(
    Shape input, Normalization normalization, List<LayerSpec> layers, LossKind loss) {

  /** The losses a model may name. */
  public enum LossKind {
    /** Softmax and cross-entropy over the outputs: one of n classes. */
    SOFTMAX,
    /** Sigmoid and binary cross-entropy on each output. */
    SIGMOID,
    /** Half the squared distance to the target. */
    SQUARED
  }

  public ModelSpec {
    layers = List.copyOf(layers);
    if (layers.isEmpty()) {
      throw new IllegalArgumentException(
          "model: got no layers, expected at least one, for example 'dense units=10'");
    }
  }

  /** Reads the text form. Errors name the line. */
  public static ModelSpec parse(String text) {
    Shape input = null;
    Normalization normalization = new Normalization(0f, 1f);
    LossKind loss = LossKind.SOFTMAX;
    List<LayerSpec> layers = new ArrayList<>();
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      String item = line.trim();
      if (item.isEmpty() || item.startsWith("#")) {
        continue;
      }
      try {
        if (item.startsWith("input ")) {
          input = Shape.parse(item.substring(6));
        } else if (item.startsWith("normalize")) {
          normalization = LayerText.normalization(item);
        } else if (item.startsWith("loss ")) {
          loss = LayerText.loss(item.substring(5).trim());
        } else {
          layers.add(LayerText.layer(item));
        }
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("model line " + number + ": " + e.getMessage(), e);
      }
    }
    if (input == null) {
      throw new IllegalArgumentException(
          "model: got no input line, expected one such as 'input 28x28x1'");
    }
    return new ModelSpec(input, normalization, layers, loss);
  }

  /** The text form; {@code parse(toText())} equals this. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    text.append("input ").append(input).append('\n');
    text.append("normalize mean=").append(normalization.mean());
    text.append(" deviation=").append(normalization.deviation()).append('\n');
    for (LayerSpec layer : layers) {
      text.append(LayerText.text(layer)).append('\n');
    }
    return text.append("loss ")
        .append(loss.name().toLowerCase(java.util.Locale.ROOT))
        .append('\n')
        .toString();
  }
}
