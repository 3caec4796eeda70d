package dev.convoy.engine.model;

import dev.convoy.engine.layer.LayerSpec;
import dev.convoy.engine.model.ModelSpec.Input;
import dev.convoy.engine.model.ModelSpec.Node;
import dev.convoy.engine.model.ModelSpec.Output;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who takes from whom in a model: indices in place of names, checked. Layers take from inputs and
 * from layers above them, so the order in which they are written is an order in which they can be
 * computed, and there is no cycle.
 *
 * @param sources {@code [layer][source]}: index of a layer, or {@code -1 - k} for input k
 * @param heads index of the layer that each output reads
 * @param uses how many layers and outputs take from each layer
 */
public record Wiring(int[][] sources, int[] heads, int[] uses) {
  private static final int SHOWN = 12;

  /**
   * Resolves the names in a model.
   *
   * @throws IllegalArgumentException if a name is unknown or stands twice, a layer takes from one
   *     that is not above it or from too many or too few, or something is used by nobody
   */
  static Wiring of(List<Input> inputs, List<Node> nodes, List<Output> outputs) {
    Map<String, Integer> places = new LinkedHashMap<>();
    for (int k = 0; k < inputs.size(); k++) {
      if (places.put(inputs.get(k).name(), -1 - k) != null) {
        throw twice("input", inputs.get(k).name());
      }
    }
    for (int i = 0; i < nodes.size(); i++) {
      String name = nodes.get(i).name();
      if (!name.isEmpty() && places.put(name, i) != null) {
        throw new LayerException(
            i, at(nodes, i) + "name: got '" + name + "' a second time, expected a name of its own");
      }
    }
    int[][] sources = new int[nodes.size()][];
    for (int i = 0; i < sources.length; i++) {
      sources[i] = sources(i, nodes, inputs, places);
    }
    int[] heads = new int[outputs.size()];
    HashSet<String> names = new HashSet<>();
    for (int o = 0; o < heads.length; o++) {
      if (!names.add(outputs.get(o).name())) {
        throw twice("output", outputs.get(o).name());
      }
      heads[o] = head(outputs.get(o), outputs.size(), nodes, places);
    }
    return new Wiring(sources, heads, uses(inputs, nodes, sources, heads));
  }

  private static IllegalArgumentException twice(String what, String name) {
    return new IllegalArgumentException(
        what + ": got '" + name + "' twice, expected a name of its own for each");
  }

  private static int[] sources(
      int i, List<Node> nodes, List<Input> inputs, Map<String, Integer> places) {
    List<String> from = nodes.get(i).from();
    boolean join = nodes.get(i).layer() instanceof LayerSpec.Join;
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
            0, at(nodes, 0) + "from: got none, expected the name of an input, " + known(places));
      }
      return new int[] {i - 1};
    }
    int[] sources = new int[count];
    HashSet<String> seen = new HashSet<>();
    for (int s = 0; s < count; s++) {
      String name = from.get(s);
      if (!seen.add(name)) {
        throw new LayerException(
            i, at(nodes, i) + "from: got '" + name + "' twice, expected each layer once");
      }
      Integer place = places.get(name);
      if (place == null) {
        throw new LayerException(i, at(nodes, i) + "from: " + unknown(name, places));
      }
      if (place >= i) {
        throw below(i, place, nodes, places);
      }
      sources[s] = place;
    }
    return sources;
  }

  private static String at(List<Node> nodes, int i) {
    return "layer " + (i + 1) + " (" + ItemSyntax.nameOf(nodes.get(i).toText()) + "): ";
  }

  private static String unknown(String name, Map<String, Integer> places) {
    return "got unknown name "
        + ItemSyntax.quote(name)
        + ", expected "
        + known(places)
        + NearestName.hint(name, places.keySet());
  }

  private static String known(Map<String, Integer> places) {
    List<String> names = places.keySet().stream().limit(SHOWN).toList();
    return names.size() == places.size()
        ? ItemSyntax.list(names)
        : String.join(", ", names) + " or another of " + places.size() + " names";
  }

  /** A layer that takes from one that is not above it: out of order, or a cycle. */
  private static LayerException below(
      int layer, int source, List<Node> nodes, Map<String, Integer> places) {
    String name = nodes.get(source).name();
    boolean cycle = reaches(source, layer, nodes, places);
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

  /** True if {@code from} takes, through whatever layers, from {@code to}. */
  private static boolean reaches(int from, int to, List<Node> nodes, Map<String, Integer> places) {
    boolean[] seen = new boolean[nodes.size()];
    Deque<Integer> open = new ArrayDeque<>(List.of(from));
    while (!open.isEmpty()) {
      int i = open.pop();
      if (i == to) {
        return true;
      }
      if (i < 0 || seen[i]) {
        continue;
      }
      seen[i] = true;
      List<String> names = nodes.get(i).from();
      if (names.isEmpty()) {
        open.push(i - 1);
      }
      names.forEach(name -> open.push(places.getOrDefault(name, -1)));
    }
    return false;
  }

  private static int head(
      Output output, int outputs, List<Node> nodes, Map<String, Integer> places) {
    String name = output.from().isEmpty() ? output.name() : output.from();
    Integer place = places.get(name);
    if (place == null && output.from().isEmpty() && outputs == 1) {
      return nodes.size() - 1;
    }
    Map<String, Integer> layers = new HashMap<>(places);
    layers.values().removeIf(p -> p < 0);
    if (place == null || place < 0) {
      throw new IllegalArgumentException(
          "output "
              + output.name()
              + ": from: got "
              + (place == null ? "unknown name " : "the input ")
              + ItemSyntax.quote(name)
              + ", expected the name of a layer"
              + NearestName.hint(name, layers.keySet())
              + (output.from().isEmpty()
                  ? "; name the layer '" + name + "', or say from=LAYER"
                  : ""));
    }
    return place;
  }

  private static int[] uses(List<Input> inputs, List<Node> nodes, int[][] sources, int[] heads) {
    int[] uses = new int[nodes.size()];
    boolean[] taken = new boolean[inputs.size()];
    for (int[] from : sources) {
      for (int source : from) {
        if (source < 0) {
          taken[-1 - source] = true;
        } else {
          uses[source]++;
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
        throw new IllegalArgumentException(
            "input "
                + inputs.get(k).name()
                + ": got no layer that takes from it, expected one with from="
                + inputs.get(k).name());
      }
    }
    return uses;
  }

  /** The layers that take from layer {@code i}. */
  public int onlyConsumer(int i) {
    for (int c = i + 1; c < sources.length; c++) {
      for (int source : sources[c]) {
        if (source == i) {
          return c;
        }
      }
    }
    return -1;
  }
}
