package dev.convoy.engine.bench;

import dev.convoy.engine.data.ImageSet;
import dev.convoy.engine.data.Normalization;
import dev.convoy.engine.layer.Activation;
import dev.convoy.engine.layer.Conv2d;
import dev.convoy.engine.layer.Dense;
import dev.convoy.engine.layer.Flatten;
import dev.convoy.engine.layer.Init;
import dev.convoy.engine.layer.LayerSpec;
import dev.convoy.engine.layer.Pool2d;
import dev.convoy.engine.layer.Window;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.tensor.Shape;
import java.util.List;

/** The nets that figures are given for: those of conf/NAME.yaml, and vgg. */
public enum Nets {
  SEED_CNN(
      "seed-cnn",
      List.of(conv(8, 3, Window.Padding.VALID, false), maxPool(), flatten(), dense(10))),
  LENET5(
      "lenet5",
      List.of(
          conv(6, 5, Window.Padding.of(2, 2, 2, 2), true),
          relu(),
          maxPool(),
          conv(16, 5, Window.Padding.VALID, true),
          relu(),
          maxPool(),
          flatten(),
          dense(120),
          relu(),
          dense(84),
          relu(),
          dense(10))),
  CNN32(
      "cnn32",
      List.of(
          conv(32, 3, Window.Padding.of(1, 1, 1, 1), true),
          relu(),
          conv(32, 3, Window.Padding.of(1, 1, 1, 1), true),
          relu(),
          maxPool(),
          conv(64, 3, Window.Padding.of(1, 1, 1, 1), true),
          relu(),
          maxPool(),
          flatten(),
          dense(128),
          relu(),
          dense(10))),
  MLP("mlp", List.of(flatten(), dense(128), relu(), dense(10))),
  /** A net for 32 x 32 colour images whose time is 3x3 convolutions of many channels. */
  VGG(
      "vgg",
      new Shape(32, 32, 3),
      List.of(
          conv(64, 3, Window.Padding.of(1, 1, 1, 1), true),
          relu(),
          conv(64, 3, Window.Padding.of(1, 1, 1, 1), true),
          relu(),
          maxPool(),
          conv(128, 3, Window.Padding.of(1, 1, 1, 1), true),
          relu(),
          conv(128, 3, Window.Padding.of(1, 1, 1, 1), true),
          relu(),
          maxPool(),
          flatten(),
          dense(256),
          relu(),
          dense(10)));

  private final String id;
  private final Shape input;
  private final List<LayerSpec> layers;

  Nets(String id, List<LayerSpec> layers) {
    this(id, new Shape(28, 28, 1), layers);
  }

  Nets(String id, Shape input, List<LayerSpec> layers) {
    this.id = id;
    this.input = input;
    this.layers = layers;
  }

  /** The name that configurations and tables use. */
  public String id() {
    return id;
  }

  /** The model: pixels / 255 - 0.5, softmax loss. */
  public ModelSpec spec() {
    return new ModelSpec(input, new Normalization(0.5f, 1f), layers, ModelSpec.LossKind.SOFTMAX);
  }

  /** {@code count} made-up images that the net takes; a pure function of the count. */
  public ImageSet images(int count) {
    return input.channels() == 1 ? Digits.make(count) : Noise.make(input, count);
  }

  /**
   * The net called {@code id}.
   *
   * @throws IllegalArgumentException naming those there are
   */
  public static Nets of(String id) {
    for (Nets net : values()) {
      if (net.id.equals(id.trim())) {
        return net;
      }
    }
    throw new IllegalArgumentException(
        "net: got '" + id + "', expected one of seed-cnn, lenet5, cnn32, mlp, vgg");
  }

  private static LayerSpec conv(int filters, int kernel, Window.Padding padding, boolean bias) {
    Window window = new Window(kernel, kernel, 1, 1, padding);
    return new Conv2d.Spec(filters, window, bias, false, Init.HE, false);
  }

  private static LayerSpec maxPool() {
    Window window = new Window(2, 2, 2, 2, Window.Padding.VALID);
    return new Pool2d.Spec(Pool2d.Mode.MAX, window);
  }

  private static LayerSpec relu() {
    return new Activation.Spec(Activation.Function.RELU);
  }

  private static LayerSpec flatten() {
    return new Flatten();
  }

  private static LayerSpec dense(int units) {
    return new Dense.Spec(units, true, Init.HE, false);
  }
}
