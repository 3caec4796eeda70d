package dev.convoy.engine.model;

import dev.convoy.engine.data.Normalization;
import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.layer.LayerSpec;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.text.ItemSyntax;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A network on paper: inputs, normalisation, layers and outputs, with a text form that {@link
 * #parse} reads and {@link #toText} prints, one item a line:
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
 * <p>A layer takes what stands right above it, unless it says {@code from=NAME}; {@code add} and
 * {@code concat} take several, {@code from=a,b}. Layers are named by {@code name=NAME}; the one
 * input is called {@code input} unless it has a name. Several inputs and outputs have names:
 *
 * <pre>
 * input left 28x28x1
 * input right 28x28x1
 * output digit from=LAYER loss=softmax weight=1
 * output parity from=LAYER loss=sigmoid weight=0.5
 * </pre>
 *
 * <p>What is minimised is the sum over the outputs of weight times mean loss.
 *
 * @param inputs in the order in which they stand in a packed example
 * @param normalization how bytes become inputs, of all inputs
 * @param nodes layers in order: each takes from above
 * @param outputs in the order of their labels
 */
public record ModelSpec(
    List<Input> inputs, Normalization normalization, List<Node> nodes, List<Output> outputs) {

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

  /** Most inputs, and most outputs, of a model. */
  public static final int MAX_ENDS = 64;

  /** Name of the one input of a model that does not name it. */
  public static final String INPUT = "input";

  /** Name of the one output of a model that does not name it. */
  public static final String OUTPUT = "output";

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,63}");

  /** A named part of an example. */
  public record Input(String name, Shape shape) {
    /** Checks and copies what is given. */
    public Input {
      expectName("input", name);
    }
  }

  /**
   * A layer and its place in the network.
   *
   * @param name empty if nothing refers to it
   * @param from names of what it takes; empty for what stands right above
   */
  public record Node(String name, LayerSpec layer, List<String> from) {
    /** Checks and copies what is given. */
    public Node {
      if (!name.isEmpty()) {
        expectName("name", name);
      }
      from = List.copyOf(from);
    }

    /**
     * Reads one layer's line.
     *
     * @throws IllegalArgumentException saying what was got and what was expected
     */
    public static Node parse(String line) {
      return LayerSyntax.node(line);
    }

    /** The line that {@link #parse} reads. */
    public String toText() {
      return LayerSyntax.text(this);
    }
  }

  /**
   * What is learnt: the values that leave a layer, and how they are judged.
   *
   * @param from name of the layer; empty for the layer called like the output, or for the last
   *     layer if there is one output only
   * @param weight of its mean loss in what is minimised
   */
  public record Output(String name, String from, LossKind loss, float weight) {
    /** Checks and copies what is given. */
    public Output {
      expectName("output", name);
      if (!(weight > 0f && weight <= Float.MAX_VALUE)) {
        throw new InvalidInputException(
            "output " + name + ": got weight " + weight + ", expected more than 0");
      }
    }

    /**
     * Reads {@code NAME from=LAYER loss=KIND weight=NUMBER}.
     *
     * @throws IllegalArgumentException saying what was got and what was expected
     */
    public static Output parse(String text) {
      return LayerSyntax.output(text);
    }
  }

  /** Checks and copies what is given. */
  public ModelSpec {
    inputs = List.copyOf(inputs);
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
    atMost(nodes.size());
    if (nodes.isEmpty()) {
      throw new InvalidInputException(
          "model: got no layers, expected at least one, for example 'dense units=10'");
    }
    expectEnds("inputs", inputs.size());
    expectEnds("outputs", outputs.size());
    Wiring.of(inputs, nodes, outputs);
    packed(inputs);
  }

  /** A model of one input, layers one above the other, and one output. */
  public ModelSpec(
      Shape input, Normalization normalization, List<LayerSpec> layers, LossKind loss) {
    this(
        List.of(new Input(INPUT, input)),
        normalization,
        layers.stream().map(layer -> new Node("", layer, List.of())).toList(),
        List.of(new Output(OUTPUT, "", loss, 1f)));
  }

  private static void expectEnds(String what, int count) {
    if (count < 1 || count > MAX_ENDS) {
      throw new InvalidInputException(
          "model: got " + count + " " + what + ", expected 1 to " + MAX_ENDS);
    }
  }

  private static void expectName(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new InvalidInputException(
          what
              + ": got "
              + ItemSyntax.quote(name)
              + ", expected a name of up to 64 letters, digits, - and _, beginning with a letter");
    }
  }

  static void atMost(int layers) {
    if (layers > MAX_LAYERS) {
      throw new InvalidInputException(
          "model: got more than " + MAX_LAYERS + " layers, expected at most that many");
    }
  }

  /**
   * Shape of one packed example: the input's shape, or a vector of all inputs, one behind the
   * other.
   */
  public Shape input() {
    return packed(inputs);
  }

  private static Shape packed(List<Input> inputs) {
    if (inputs.size() == 1) {
      return inputs.get(0).shape();
    }
    long size = inputs.stream().mapToLong(input -> input.shape().size()).sum();
    if (size > Shape.MAX_SIZE) {
      throw new InvalidInputException(
          "model: got inputs of " + size + " values in all, expected at most " + Shape.MAX_SIZE);
    }
    return Shape.vector((int) size);
  }

  /** The layers alone, in order. */
  public List<LayerSpec> layers() {
    return nodes.stream().map(Node::layer).toList();
  }

  /** True if every layer takes what stands right above it, from one input to one output. */
  public boolean isSequential() {
    Wiring wiring = wiring();
    boolean sequential = inputs.size() == 1 && outputs.size() == 1;
    for (int i = 0; i < nodes.size(); i++) {
      Source above = i == 0 ? new Source.Input(0) : new Source.Layer(i - 1);
      sequential &= wiring.sources().get(i).equals(List.of(above));
    }
    return sequential && wiring.heads()[0] == nodes.size() - 1;
  }

  /** What layer {@code layer} takes, in order: inputs, and layers above it. */
  public List<Source> sources(int layer) {
    return wiring().sources().get(layer);
  }

  /** Index of the layer that each output reads. */
  public List<Integer> heads() {
    return Arrays.stream(wiring().heads()).boxed().toList();
  }

  /** Who takes from whom. */
  public Wiring wiring() {
    return Wiring.of(inputs, nodes, outputs);
  }

  /**
   * Reads the text form. {@code input} must be there; {@code normalize} is {@code mean=0
   * deviation=1} and {@code loss} is softmax unless given. What follows a {@code #} is a comment.
   *
   * @throws IllegalArgumentException naming the line, what was got and what was expected; also for
   *     texts above {@value #MAX_TEXT} characters
   */
  public static ModelSpec parse(String text) {
    return new ModelSyntax().parse(text);
  }

  /** The text form; {@code parse(toText())} equals this. */
  public String toText() {
    return ModelSyntax.write(this);
  }
}
