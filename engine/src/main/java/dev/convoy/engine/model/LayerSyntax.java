package dev.convoy.engine.model;

import dev.convoy.engine.data.Normalization;
import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.layer.LayerSpec;
import dev.convoy.engine.layer.LayerSpec.Activation;
import dev.convoy.engine.layer.LayerSpec.Add;
import dev.convoy.engine.layer.LayerSpec.Concat;
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
import dev.convoy.engine.model.ItemSyntax.Pair;
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
 * add from=a,b
 * concat from=a,b
 * </pre>
 *
 * <p>Every layer may also have {@code name=NAME} and {@code from=NAME}.
 *
 * <p>One number stands for both sides ({@code kernel=5}). Padding is {@code valid}, {@code same},
 * {@code same-head}, {@code 2}, {@code 2x1} or {@code top,bottom,left,right}. The values above are
 * the defaults, but filters, kernel, window, units and rate must be given; a pool's stride is its
 * window. Errors are {@link IllegalArgumentException}.
 */
final class LayerSyntax {
  /** Layers that may be named, in the order in which errors list them. */
  static final List<String> LAYERS =
      List.of(
          "conv2d", "maxpool", "avgpool", "relu", "sigmoid", "tanh", "flatten", "dense", "dropout",
          "add", "concat");

  /** All first words of a line, for hints. */
  private static final List<String> ITEMS =
      Stream.concat(LAYERS.stream(), Stream.of("input", "normalize", "loss", "output")).toList();

  private static final List<String> CONV2D =
      settings("filters", "kernel", "stride", "padding", "bias", "flip", "init", "frozen");
  private static final List<String> POOL = settings("window", "stride", "padding");
  private static final List<String> DENSE = settings("units", "bias", "init", "frozen");
  private static final List<String> DROPOUT = settings("rate");
  private static final List<String> PLAIN = settings();
  private static final List<String> OUTPUT = List.of("from", "loss", "weight");
  private static final List<String> INITS = names(Init.values());
  private static final List<String> LOSSES = names(ModelSpec.LossKind.values());
  private static final List<String> PADDINGS = List.of("valid", "same", "same-head");

  private LayerSyntax() {}

  private static List<String> settings(String... own) {
    return Stream.concat(Arrays.stream(own), Stream.of("name", "from")).toList();
  }

  /** Reads {@code normalize mean=0.1307 deviation=0.3081}. */
  static Normalization normalization(String item) {
    ItemSyntax text = new ItemSyntax(item, List.of("mean", "deviation"));
    return new Normalization(
        text.real("mean", null, "0.1307"), text.real("deviation", null, "0.3081"));
  }

  /** Reads the name of a loss. */
  static ModelSpec.LossKind loss(String name) {
    int index = LOSSES.indexOf(name);
    if (index < 0) {
      throw new InvalidInputException(
          "loss: got "
              + ItemSyntax.quote(name)
              + ", expected "
              + ItemSyntax.list(LOSSES)
              + NearestName.hint(name, LOSSES));
    }
    return ModelSpec.LossKind.values()[index];
  }

  /** Reads {@code NAME from=LAYER loss=softmax weight=1}. */
  static ModelSpec.Output output(String rest) {
    String name = ItemSyntax.nameOf(rest);
    if (name.isEmpty() || name.contains("=")) {
      throw new InvalidInputException(
          "output: got no name, expected one, for example 'output digit loss=softmax'");
    }
    ItemSyntax text = new ItemSyntax("output " + rest.substring(name.length()), OUTPUT);
    return new ModelSpec.Output(
        name,
        text.has("from") ? text.text("from") : "",
        ModelSpec.LossKind.values()[text.word("loss", 0, LOSSES)],
        text.real("weight", 1f, "0.5"));
  }

  /** Reads one layer with its name and sources. */
  static ModelSpec.Node node(String item) {
    ItemSyntax text = new ItemSyntax(item, known(ItemSyntax.nameOf(item)));
    return new ModelSpec.Node(
        text.has("name") ? text.text("name") : "",
        layer(text),
        text.has("from") ? text.names("from") : List.of());
  }

  private static List<String> known(String name) {
    return switch (name) {
      case "conv2d" -> CONV2D;
      case "maxpool", "avgpool" -> POOL;
      case "dense" -> DENSE;
      case "dropout" -> DROPOUT;
      default -> {
        if (!LAYERS.contains(name)) {
          throw new InvalidInputException(
              "got unknown layer "
                  + ItemSyntax.quote(name)
                  + ", expected "
                  + ItemSyntax.list(LAYERS)
                  + NearestName.hint(name, ITEMS));
        }
        yield PLAIN;
      }
    };
  }

  private static LayerSpec layer(ItemSyntax text) {
    return switch (text.name()) {
      case "conv2d" -> conv2d(text);
      case "maxpool" -> pool(PoolMode.MAX, text);
      case "avgpool" -> pool(PoolMode.AVERAGE, text);
      case "dense" -> dense(text);
      case "dropout" -> new Dropout(text.real("rate", null, "0.5"));
      case "flatten" -> new Flatten();
      case "add" -> new Add();
      case "concat" -> new Concat();
      default -> new Activation(Function.valueOf(text.name().toUpperCase(Locale.ROOT)));
    };
  }

  private static Conv2d conv2d(ItemSyntax text) {
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

  private static Pool2d pool(PoolMode mode, ItemSyntax text) {
    Pair window = text.pair("window", null);
    Pair stride = text.pair("stride", window);
    return new Pool2d(
        mode,
        new Window(
            window.height(), window.width(), stride.height(), stride.width(), padding(text)));
  }

  private static Dense dense(ItemSyntax text) {
    return new Dense(
        text.count("units", Shape.MAX_SIZE, "10"),
        text.flag("bias", true),
        init(text),
        text.flag("frozen", false));
  }

  private static Init init(ItemSyntax text) {
    return Init.values()[text.word("init", Init.HE.ordinal(), INITS)];
  }

  private static Padding padding(ItemSyntax text) {
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

  /** Writes one layer with every setting; {@code node(text(x))} equals x. */
  static String text(ModelSpec.Node node) {
    return text(node.layer())
        + (node.name().isEmpty() ? "" : " name=" + node.name())
        + (node.from().isEmpty() ? "" : " from=" + String.join(",", node.from()));
  }

  /** As above, without name and sources. */
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
    if (layer instanceof Add) {
      return "add";
    }
    if (layer instanceof Concat) {
      return "concat";
    }
    throw new InvalidInputException("layer: got " + layer + ", which has no text form");
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
    return Arrays.stream(values).map(LayerSyntax::lower).toList();
  }
}
