package dev.convoy.engine.model;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.layer.Join;
import dev.convoy.engine.model.ModelSpec.Input;
import dev.convoy.engine.model.ModelSpec.Node;
import dev.convoy.engine.model.ModelSpec.Output;
import dev.convoy.engine.text.ItemSyntax;
import dev.convoy.engine.text.NearestName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Who takes from whom in a model: indices in place of names, checked. Layers take from inputs and
 * from layers above them, so the order in which they are written is an order in which they can be
 * computed, and there is no cycle.
 *
 * @param sources of each layer, in the order in which it takes them
 * @param heads index of the layer that each output reads
 * @param uses how many layers and outputs take from each layer
 */
public record Wiring(List<List<Source>> sources, int[] heads, int[] uses) {
  private static final int SHOWN = 12;

  /**
   * Resolves the names in a model.
   *
   * @throws IllegalArgumentException if a name is unknown or stands twice, a layer takes from one
   *     that is not above it or from too many or too few, or something is used by nobody
   */
  static Wiring of(List<Input> inputs, List<Node> nodes, List<Output> outputs) {
    Map<String, Source> names = new LinkedHashMap<>();
    for (int k = 0; k < inputs.size(); k++) {
      if (names.put(inputs.get(k).name(), new Source.Input(k)) != null) {
        throw twice("input", inputs.get(k).name());
      }
    }
    for (int i = 0; i < nodes.size(); i++) {
      String name = nodes.get(i).name();
      if (!name.isEmpty() && names.put(name, new Source.Layer(i)) != null) {
        throw new LayerException(
            i, at(nodes, i) + "name: got '" + name + "' a second time, expected a name of its own");
      }
    }
    List<List<Source>> sources = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      sources.add(sources(i, nodes, inputs, names));
    }
    int[] heads = new int[outputs.size()];
    HashSet<String> outputNames = new HashSet<>();
    for (int o = 0; o < heads.length; o++) {
      if (!outputNames.add(outputs.get(o).name())) {
        throw twice("output", outputs.get(o).name());
      }
      heads[o] = head(outputs.get(o), outputs.size(), nodes, names);
    }
    return new Wiring(sources, heads, uses(inputs, nodes, sources, heads));
  }

  private static InvalidInputException twice(String what, String name) {
    return new InvalidInputException(
        what + ": got '" + name + "' twice, expected a name of its own for each");
  }

  private static List<Source> sources(
      int i, List<Node> nodes, List<Input> inputs, Map<String, Source> names) {
    List<String> from = nodes.get(i).from();
    boolean join = nodes.get(i).layer() instanceof Join.Spec;
    int count = Math.max(1, from.size());
    if (join ? count < 2 : count > 1) {
      throw new LayerException(
          i,
          at(nodes, i)
              + "from: got "
              + (from.isEmpty() ? "none" : String.valueOf(count))
              + ", expected "
              + (join
                  ? "the names of two layers or more, for example from=a,b"
                  : "one; put an add or concat before it to bring several together"));
    }
    if (from.isEmpty()) {
      if (i == 0 && inputs.size() > 1) {
        throw new LayerException(
            0, at(nodes, 0) + "from: got none, expected the name of an input, " + known(names));
      }
      return List.of(i == 0 ? new Source.Input(0) : new Source.Layer(i - 1));
    }
    List<Source> sources = new ArrayList<>();
    HashSet<String> seen = new HashSet<>();
    for (int s = 0; s < count; s++) {
      String name = from.get(s);
      if (!seen.add(name)) {
        throw new LayerException(
            i, at(nodes, i) + "from: got '" + name + "' twice, expected each layer once");
      }
      Source source = names.get(name);
      if (source == null) {
        throw new LayerException(i, at(nodes, i) + "from: " + unknown(name, names));
      }
      if (source instanceof Source.Layer layer && layer.index() >= i) {
        throw below(i, layer.index(), nodes, names);
      }
      sources.add(source);
    }
    return sources;
  }

  private static String at(List<Node> nodes, int i) {
    return "layer " + (i + 1) + " (" + ItemSyntax.nameOf(nodes.get(i).toText()) + "): ";
  }

  private static String unknown(String name, Map<String, Source> names) {
    return "got unknown name "
        + ItemSyntax.quote(name)
        + ", expected "
        + known(names)
        + NearestName.hint(name, names.keySet());
  }

  private static String known(Map<String, Source> names) {
    List<String> shown = names.keySet().stream().limit(SHOWN).toList();
    return shown.size() == names.size()
        ? ItemSyntax.list(shown)
        : String.join(", ", shown) + " or another of " + names.size() + " names";
  }

  /** A layer that takes from one that is not above it: out of order, or a cycle. */
  private static LayerException below(
      int layer, int source, List<Node> nodes, Map<String, Source> names) {
    String name = nodes.get(source).name();
    boolean cycle = reaches(source, layer, nodes, names);
    return new LayerException(
        layer,
        at(nodes, layer)
            + "from: got '"
            + name
            + "', layer "
            + (source + 1)
            + (cycle
                ? ", which itself takes from this one: a cycle; expected layers above this one, so"
                    + " that data flows one way"
                : ", which stands below; expected layers above this one; move '" + name + "' up"));
  }

  /** True if {@code start} takes, through whatever layers, from {@code to}. */
  private static boolean reaches(int start, int to, List<Node> nodes, Map<String, Source> names) {
    boolean[] seen = new boolean[nodes.size()];
    Deque<Integer> open = new ArrayDeque<>(List.of(start));
    while (!open.isEmpty()) {
      int i = open.pop();
      if (i == to) {
        return true;
      }
      if (seen[i]) {
        continue;
      }
      seen[i] = true;
      List<String> from = nodes.get(i).from();
      if (from.isEmpty() && i > 0) {
        open.push(i - 1);
      }
      for (String name : from) {
        if (names.get(name) instanceof Source.Layer layer) {
          open.push(layer.index());
        }
      }
    }
    return false;
  }

  private static int head(Output output, int outputs, List<Node> nodes, Map<String, Source> names) {
    String name = output.from().isEmpty() ? output.name() : output.from();
    Source source = names.get(name);
    if (source == null && output.from().isEmpty() && outputs == 1) {
      return nodes.size() - 1;
    }
    if (source instanceof Source.Layer layer) {
      return layer.index();
    }
    Map<String, Source> layers = new HashMap<>(names);
    layers.values().removeIf(Source.Input.class::isInstance);
    throw new InvalidInputException(
        "output "
            + output.name()
            + ": from: got "
            + (source == null ? "unknown name " : "the input ")
            + ItemSyntax.quote(name)
            + ", expected the name of a layer"
            + NearestName.hint(name, layers.keySet())
            + (output.from().isEmpty()
                ? "; name the layer '" + name + "', or say from=LAYER"
                : ""));
  }

  private static int[] uses(
      List<Input> inputs, List<Node> nodes, List<List<Source>> sources, int[] heads) {
    int[] uses = new int[nodes.size()];
    boolean[] taken = new boolean[inputs.size()];
    for (List<Source> from : sources) {
      for (Source source : from) {
        if (source instanceof Source.Layer layer) {
          uses[layer.index()]++;
        } else if (source instanceof Source.Input input) {
          taken[input.index()] = true;
        }
      }
    }
    Arrays.stream(heads).forEach(head -> uses[head]++);
    for (int i = 0; i < uses.length; i++) {
      if (uses[i] == 0) {
        throw new LayerException(
            i,
            at(nodes, i)
                + "got no layer and no output that takes from it, expected one; give it a name and"
                + " use that as a from, or remove it");
      }
    }
    for (int k = 0; k < taken.length; k++) {
      if (!taken[k]) {
        throw new InvalidInputException(
            "input "
                + inputs.get(k).name()
                + ": got no layer that takes from it, expected one with from="
                + inputs.get(k).name());
      }
    }
    return uses;
  }

  /** The first layer that takes from layer {@code i}; empty if only outputs do. */
  public OptionalInt firstConsumer(int i) {
    Source wanted = new Source.Layer(i);
    return IntStream.range(i + 1, sources.size())
        .filter(c -> sources.get(c).contains(wanted))
        .findFirst();
  }
}
