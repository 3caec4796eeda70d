package dev.convoy.engine.network;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.ModelSpec.Node;
import dev.convoy.engine.model.ParameterLayout.Entry;
import dev.convoy.engine.model.Parameters;
import dev.convoy.engine.model.Source;
import dev.convoy.engine.model.TrainedModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes layers of a trained network into another: fine-tuning. Layers are taken from the input on
 * while both networks have the same layer on the same input, so a new head starts afresh; and
 * wherever both have a layer of the same name, arithmetic and size. Whether a layer is frozen and
 * how it would have been initialised do not count.
 */
public final class Transfer {
  private Transfer() {}

  /**
   * What was taken.
   *
   * @param first layers from the input on
   * @param named names of further layers with parameters
   * @param unlike names that both networks have, for layers that differ: they start afresh
   * @param head true if both networks have one output, of as many values, and the layers that make
   *     it were taken: the values mean what they meant
   */
  public record Taken(int first, List<String> named, List<String> unlike, boolean head) {
    /** Checks and copies what is given. */
    public Taken {
      named = List.copyOf(named);
      unlike = List.copyOf(unlike);
    }

    /** For example {@code the first 3 layers and 'right'}. */
    @Override
    public String toString() {
      List<String> parts = new ArrayList<>();
      if (first > 0) {
        parts.add("the first " + first + " layers");
      }
      named.forEach(name -> parts.add("'" + name + "'"));
      String text = String.join(" and ", parts);
      return unlike.isEmpty()
          ? text
          : text + " (afresh, because it differs: '" + String.join("', '", unlike) + "')";
    }
  }

  /**
   * Overwrites the parameters of the layers that {@code source} and {@code target} have in common.
   *
   * @param weights of {@code target}, updated
   * @throws IllegalArgumentException if there is no such layer with parameters
   */
  public static Taken into(Network target, float[] weights, TrainedModel source) {
    ModelSpec from = source.spec();
    ModelSpec to = target.spec();
    int alike = alike(from, to);
    List<Entry> held = Parameters.layout(from).entries();
    int values = 0;
    for (Entry entry : target.parameters().entries()) {
      values += entry.layer() < alike ? entry.length() : 0;
    }
    // Layers lie in the flat array in order, so a common beginning is a common prefix.
    System.arraycopy(source.weights(), 0, weights, 0, values);
    List<String> named = new ArrayList<>();
    List<String> unlike = new ArrayList<>();
    Map<String, Integer> places = new HashMap<>();
    Map<Integer, Integer> origins = new HashMap<>();
    for (int i = 0; i < alike; i++) {
      origins.put(i, i);
    }
    for (int i = 0; i < from.nodes().size(); i++) {
      places.put(from.nodes().get(i).name(), i);
    }
    for (int i = alike; i < to.nodes().size(); i++) {
      Node node = to.nodes().get(i);
      Integer place = node.name().isEmpty() ? null : places.get(node.name());
      if (place != null) {
        boolean same =
            node.layer().arithmetic().equals(from.nodes().get(place).layer().arithmetic());
        List<Entry> ours = entries(target.parameters().entries(), i);
        List<Entry> theirs = entries(held, place);
        if (!same || !dimensions(ours).equals(dimensions(theirs))) {
          unlike.add(node.name());
        } else if (!ours.isEmpty()) {
          copy(theirs, source.weights(), ours, weights);
          named.add(node.name());
          origins.put(i, place);
        }
      }
    }
    if (values == 0 && named.isEmpty()) {
      throw new InvalidInputException(
          "start: got a model that begins with "
              + beginning(from, alike)
              + ", expected one that begins like this job's, with "
              + beginning(to, alike)
              + ", or layers of the same name and size");
    }
    return new Taken(alike, named, unlike, isHeadTaken(target, from, origins));
  }

  /**
   * @param origins of the layers that were taken: their places in both networks
   */
  private static boolean isHeadTaken(
      Network target, ModelSpec from, Map<Integer, Integer> origins) {
    ModelSpec to = target.spec();
    if (from.outputs().size() != 1
        || to.outputs().size() != 1
        || new Network(from).outputs() != target.outputs()) {
      return false;
    }
    Set<Integer> taken = new HashSet<>();
    for (int layer : last(to, to.heads().get(0), target.parameters().entries())) {
      taken.add(origins.get(layer));
    }
    return taken.equals(last(from, from.heads().get(0), Parameters.layout(from).entries()));
  }

  /** The last layers with parameters on the ways to {@code layer}, which may be one itself. */
  private static Set<Integer> last(ModelSpec spec, int layer, List<Entry> parameters) {
    if (!entries(parameters, layer).isEmpty()) {
      return Set.of(layer);
    }
    Set<Integer> found = new HashSet<>();
    for (Source source : spec.sources(layer)) {
      if (source instanceof Source.Layer above) {
        found.addAll(last(spec, above.index(), parameters));
      }
    }
    return found;
  }

  private static void copy(List<Entry> from, float[] source, List<Entry> to, float[] target) {
    for (int e = 0; e < from.size(); e++) {
      int length = to.get(e).length();
      System.arraycopy(source, from.get(e).offset(), target, to.get(e).offset(), length);
    }
  }

  private static List<Entry> entries(List<Entry> all, int layer) {
    return all.stream().filter(entry -> entry.layer() == layer).toList();
  }

  private static List<List<Integer>> dimensions(List<Entry> entries) {
    return entries.stream().map(Entry::dimensions).toList();
  }

  /** All that decides: the layers up to the first that is not alike, and what they are given. */
  private static String beginning(ModelSpec spec, int alike) {
    List<String> layers = new ArrayList<>();
    for (int i = 0; i <= Math.min(alike, spec.nodes().size() - 1); i++) {
      layers.add("'" + spec.nodes().get(i).toText() + "'");
    }
    List<String> inputs = new ArrayList<>();
    for (ModelSpec.Input input : spec.inputs()) {
      boolean named = !input.name().equals(ModelSpec.INPUT);
      inputs.add((named ? input.name() + " " : "") + input.shape());
    }
    return String.join(", ", layers)
        + " on "
        + String.join(", ", inputs)
        + " normalised by mean "
        + spec.normalization().mean()
        + " and deviation "
        + spec.normalization().deviation();
  }

  private static int alike(ModelSpec a, ModelSpec b) {
    if (!a.inputs().equals(b.inputs()) || !a.normalization().equals(b.normalization())) {
      return 0;
    }
    List<List<Source>> ours = a.wiring().sources();
    List<List<Source>> theirs = b.wiring().sources();
    int n = 0;
    while (n < Math.min(ours.size(), theirs.size())
        && ours.get(n).equals(theirs.get(n))
        && alike(a.nodes().get(n), b.nodes().get(n))) {
      n++;
    }
    return n;
  }

  private static boolean alike(Node a, Node b) {
    boolean renamed = !a.name().isEmpty() && !b.name().isEmpty() && !a.name().equals(b.name());
    return !renamed && a.layer().arithmetic().equals(b.layer().arithmetic());
  }
}
