package dev.convoy.engine.model;

import dev.convoy.engine.data.Normalization;
import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.layer.LayerType;
import dev.convoy.engine.layer.LayerTypes;
import dev.convoy.engine.text.ItemSyntax;
import dev.convoy.engine.text.NearestName;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The one-line text form of layers, read and written:
 *
 * <pre>
 * conv2d filters=6 kernel=5x5 stride=1x1 padding=valid bias=true flip=false init=he frozen=false
 * maxpool window=2x2 stride=2x2 padding=valid
 * avgpool window=2x2 stride=2x2 padding=valid
 * globalMaxPool | globalAveragePool
 * relu | sigmoid | tanh | relu6 | gelu | silu | hardSwish | hardSigmoid | softplus | flatten
 * leakyRelu negativeSlope=0.01
 * elu alpha=1
 * dense units=10 bias=true init=he frozen=false
 * batchNorm momentum=0.1 epsilon=1.0E-5 frozen=false
 * groupNorm groups=8 epsilon=1.0E-5 frozen=false
 * layerNorm epsilon=1.0E-5 frozen=false
 * dropout rate=0.5
 * add from=a,b
 * concat from=a,b
 * </pre>
 *
 * <p>Every layer may also have {@code name=NAME} and {@code from=NAME}.
 *
 * <p>One number stands for both sides ({@code kernel=5}). Padding is {@code valid}, {@code same},
 * {@code same-head}, {@code 2}, {@code 2x1} or {@code top,bottom,left,right}. The values above are
 * the defaults, but filters, kernel, window, units, groups and rate must be given; a pool's stride
 * is its window. Errors are {@link IllegalArgumentException}.
 */
final class LayerSyntax {
  /** All first words of a line, for hints. */
  private static final List<String> ITEMS =
      Stream.concat(LayerTypes.names().stream(), Stream.of("input", "normalize", "loss", "output"))
          .toList();

  private static final List<String> OUTPUT = List.of("from", "loss", "weight");
  private static final List<String> LOSSES = names(ModelSpec.LossKind.values());

  private LayerSyntax() {}

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
    LayerType type = type(ItemSyntax.nameOf(item));
    List<String> known =
        Stream.concat(type.settings().stream(), Stream.of("name", "from")).toList();
    ItemSyntax text = new ItemSyntax(item, known);
    return new ModelSpec.Node(
        text.has("name") ? text.text("name") : "",
        type.reader().apply(text),
        text.has("from") ? text.names("from") : List.of());
  }

  private static LayerType type(String name) {
    return LayerTypes.find(name)
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "got unknown layer "
                        + ItemSyntax.quote(name)
                        + ", expected "
                        + ItemSyntax.list(LayerTypes.names())
                        + NearestName.hint(name, ITEMS)));
  }

  /** Writes one layer with every setting; {@code node(text(x))} equals x. */
  static String text(ModelSpec.Node node) {
    return node.layer().text()
        + (node.name().isEmpty() ? "" : " name=" + node.name())
        + (node.from().isEmpty() ? "" : " from=" + String.join(",", node.from()));
  }

  private static List<String> names(Enum<?>[] values) {
    return Arrays.stream(values).map(ItemSyntax::lower).toList();
  }
}
