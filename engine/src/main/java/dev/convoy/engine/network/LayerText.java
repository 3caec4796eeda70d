package dev.convoy.engine.network;

import dev.convoy.engine.data.Normalization;
import dev.convoy.engine.layer.LayerSpec;
import dev.convoy.engine.layer.LayerSpec.Activation;
import dev.convoy.engine.layer.LayerSpec.Conv2d;
import dev.convoy.engine.layer.LayerSpec.Dense;
import dev.convoy.engine.layer.LayerSpec.Dropout;
import dev.convoy.engine.layer.LayerSpec.Flatten;
import dev.convoy.engine.layer.LayerSpec.Function;
import dev.convoy.engine.layer.LayerSpec.Init;
import dev.convoy.engine.layer.LayerSpec.Pool2d;
import dev.convoy.engine.layer.LayerSpec.PoolMode;
import dev.convoy.engine.layer.Window;
import dev.convoy.engine.layer.Window.Padding;
import dev.convoy.engine.network.ItemText.Pair;
import dev.convoy.engine.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The one-line text form of layers, read and written:
 *
 * <pre>
 * conv2d filters=6 kernel=5x5 stride=1x1 padding=valid bias=true flip=false init=he frozen=false
 * maxpool window=2x2 stride=2x2 padding=valid
 * avgpool window=2x2 stride=2x2 padding=valid
 * relu | sigmoid | tanh | flatten
 * dense units=10 bias=true init=he frozen=false
 * dropout rate=0.5
 * </pre>
 *
 * <p>One number stands for both sides ({@code kernel=5}). Padding is {@code valid}, {@code same},
 * {@code same-head}, {@code 2}, {@code 2x1} or {@code top,bottom,left,right}. The values above are
 * the defaults, but filters, kernel, window, units and rate must be given; a pool's stride is its
 * window. Errors are {@link IllegalArgumentException}.
 */
final class LayerText {
  /** Layers that may be named, in the order in which errors list them. */
  static final List<String> LAYERS =
      List.of(
          "conv2d", "maxpool", "avgpool", "relu", "sigmoid", "tanh", "flatten", "dense", "dropout");

  /** All first words of a line, for hints. */
  private static final List<String> ITEMS =
      Stream.concat(LAYERS.stream(), Stream.of("input", "normalize", "loss")).toList();

  private static final List<String> CONV2D =
      List.of("filters", "kernel", "stride", "padding", "bias", "flip", "init", "frozen");
  private static final List<String> POOL = List.of("window", "stride", "padding");
  private static final List<String> DENSE = List.of("units", "bias", "init", "frozen");
  private static final List<String> INITS = names(Init.values());
  private static final List<String> LOSSES = names(ModelSpec.LossKind.values());
  private static final List<String> PADDINGS = List.of("valid", "same", "same-head");

  private LayerText() {}

  /** Reads {@code normalize mean=0.1307 deviation=0.3081}. */
  static Normalization normalization(String item) {
    ItemText text = new ItemText(item, List.of("mean", "deviation"));
    return new Normalization(
        text.real("mean", null, "0.1307"), text.real("deviation", null, "0.3081"));
  }

  /** Reads the name of a loss. */
  static ModelSpec.LossKind loss(String name) {
    int index = LOSSES.indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException(
          "loss: got "
              + ItemText.quote(name)
              + ", expected "
              + ItemText.list(LOSSES)
              + NearestName.hint(name, LOSSES));
    }
    return ModelSpec.LossKind.values()[index];
  }

  /** Reads one layer. */
  static LayerSpec layer(String item) {
    String name = ItemText.nameOf(item);
    switch (name) {
      case "conv2d":
        return conv2d(new ItemText(item, CONV2D));
      case "maxpool":
        return pool(PoolMode.MAX, new ItemText(item, POOL));
      case "avgpool":
        return pool(PoolMode.AVERAGE, new ItemText(item, POOL));
      case "dense":
        return dense(new ItemText(item, DENSE));
      case "dropout":
        return new Dropout(new ItemText(item, List.of("rate")).real("rate", null, "0.5"));
      default:
        LayerSpec plain = plain(name);
        if (plain != null) {
          new ItemText(item, List.of());
          return plain;
        }
        throw new IllegalArgumentException(
            "got unknown layer "
                + ItemText.quote(name)
                + ", expected "
                + ItemText.list(LAYERS)
                + NearestName.hint(name, ITEMS));
    }
  }

  private static LayerSpec plain(String name) {
    if (name.equals("flatten")) {
      return new Flatten();
    }
    int index = names(Function.values()).indexOf(name);
    return index < 0 ? null : new Activation(Function.values()[index]);
  }

  private static Conv2d conv2d(ItemText text) {
    Pair kernel = text.pair("kernel", null);
    Pair stride = text.pair("stride", new Pair(1, 1));
    return new Conv2d(
        text.count("filters", Shape.MAX_SIZE, "8"),
        new Window(kernel.height(), kernel.width(), stride.height(), stride.width(), padding(text)),
        text.flag("bias", true),
        text.flag("flip", false),
        init(text),
        text.flag("frozen", false));
  }

  private static Pool2d pool(PoolMode mode, ItemText text) {
    Pair window = text.pair("window", null);
    Pair stride = text.pair("stride", window);
    return new Pool2d(
        mode,
        new Window(
            window.height(), window.width(), stride.height(), stride.width(), padding(text)));
  }

  private static Dense dense(ItemText text) {
    return new Dense(
        text.count("units", Shape.MAX_SIZE, "10"),
        text.flag("bias", true),
        init(text),
        text.flag("frozen", false));
  }

  private static Init init(ItemText text) {
    return Init.values()[text.word("init", Init.HE.ordinal(), INITS)];
  }

  private static Padding padding(ItemText text) {
    if (!text.has("padding")) {
      return Padding.VALID;
    }
    int[] sides =
        text.sides("padding", "same, same-head, valid, a number, 2x1 or top,bottom,left,right");
    if (sides != null) {
      return Padding.of(sides[0], sides[1], sides[2], sides[3]);
    }
    return List.of(Padding.VALID, Padding.SAME, Padding.SAME_HEAD)
        .get(text.word("padding", 0, PADDINGS));
  }

  /** Writes one layer with every setting; {@code layer(text(x))} equals x. */
  static String text(LayerSpec layer) {
    if (layer instanceof Conv2d conv) {
      return "conv2d filters="
          + conv.filters()
          + text(" kernel=", conv.window())
          + (" bias=" + conv.bias() + " flip=" + conv.flip())
          + (" init=" + lower(conv.init()) + " frozen=" + conv.frozen());
    }
    if (layer instanceof Pool2d pool) {
      return (pool.mode() == PoolMode.MAX ? "maxpool" : "avgpool")
          + text(" window=", pool.window());
    }
    if (layer instanceof Dense dense) {
      return "dense units="
          + dense.units()
          + (" bias=" + dense.bias() + " init=" + lower(dense.init()))
          + (" frozen=" + dense.frozen());
    }
    if (layer instanceof Dropout dropout) {
      return "dropout rate=" + dropout.rate();
    }
    if (layer instanceof Activation activation) {
      return lower(activation.function());
    }
    if (layer instanceof Flatten) {
      return "flatten";
    }
    throw new IllegalArgumentException("layer: got " + layer + ", which has no text form");
  }

  private static String text(String key, Window window) {
    return key
        + (window.height() + "x" + window.width())
        + (" stride=" + window.strideHeight() + "x" + window.strideWidth())
        + (" padding=" + text(window.padding()));
  }

  private static String text(Padding padding) {
    if (padding.same()) {
      return padding.headFirst() ? "same-head" : "same";
    }
    if (padding.top() != padding.bottom() || padding.left() != padding.right()) {
      return padding.top() + "," + padding.bottom() + "," + padding.left() + "," + padding.right();
    }
    boolean none = padding.top() == 0 && padding.left() == 0;
    return none ? "valid" : padding.top() + "x" + padding.left();
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static List<String> names(Enum<?>[] values) {
    return Arrays.stream(values).map(LayerText::lower).toList();
  }
}
