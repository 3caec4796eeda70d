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

  /** Longest text form that is read. */
  public static final int MAX_TEXT = 1 << 20;

  /** Most layers in a model. */
  public static final int MAX_LAYERS = 10_000;

  public ModelSpec {
    layers = List.copyOf(layers);
    atMost(layers.size());
    if (layers.isEmpty()) {
      throw new IllegalArgumentException(
          "model: got no layers, expected at least one, for example 'dense units=10'");
    }
  }

  /**
   * Reads the text form. Order is free but for the layers; {@code input} must be there; {@code
   * normalize} is {@code mean=0 deviation=1} and {@code loss} is softmax unless given. What follows
   * a {@code #} is a comment.
   *
   * @throws IllegalArgumentException naming the line, what was got and what was expected; also for
   *     texts above {@value #MAX_TEXT} characters
   */
  public static ModelSpec parse(String text) {
    if (text.length() > MAX_TEXT) {
      throw new IllegalArgumentException(
          "model: got a text of "
              + text.length()
              + " characters, expected at most "
              + MAX_TEXT
              + "; is this a model description?");
    }
    Shape input = null;
    Normalization normalization = null;
    LossKind loss = null;
    List<LayerSpec> layers = new ArrayList<>();
    String[] lines = text.split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      String item = lines[i].split("#", 2)[0].trim();
      if (item.isEmpty()) {
        continue;
      }
      String name = ItemText.nameOf(item);
      String rest = item.substring(name.length()).trim();
      try {
        switch (name) {
          case "input" -> input = once(name, input, Shape.parse(rest));
          case "normalize" ->
              normalization = once(name, normalization, LayerText.normalization(item));
          case "loss" -> loss = once(name, loss, LayerText.loss(rest));
          default -> {
            layers.add(LayerText.layer(item));
            atMost(layers.size());
          }
        }
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("model line " + (i + 1) + ": " + e.getMessage(), e);
      }
    }
    if (input == null) {
      throw new IllegalArgumentException(
          "model: got no input line, expected one such as 'input 28x28x1'");
    }
    return new ModelSpec(
        input,
        normalization == null ? new Normalization(0f, 1f) : normalization,
        layers,
        loss == null ? LossKind.SOFTMAX : loss);
  }

  private static <T> T once(String name, T before, T value) {
    if (before != null) {
      throw new IllegalArgumentException(name + ": got a second one, expected it once");
    }
    return value;
  }

  private static void atMost(int layers) {
    if (layers > MAX_LAYERS) {
      throw new IllegalArgumentException(
          "model: got more than " + MAX_LAYERS + " layers, expected at most that many");
    }
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
