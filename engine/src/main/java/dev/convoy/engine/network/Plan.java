package dev.convoy.engine.network;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.layer.Join;
import dev.convoy.engine.layer.Layer;
import dev.convoy.engine.layer.LayerSpec;
import dev.convoy.engine.loss.Loss;
import dev.convoy.engine.loss.SigmoidCrossEntropy;
import dev.convoy.engine.loss.SoftmaxCrossEntropy;
import dev.convoy.engine.loss.SquaredError;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.ParameterLayout;
import dev.convoy.engine.model.Parameters;
import dev.convoy.engine.model.Shapes;
import dev.convoy.engine.model.Source;
import dev.convoy.engine.model.Wiring;
import dev.convoy.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * What is executed for a model, in order: flatten moves no data, a ReLU that alone takes from a
 * convolution, dense or normalising layer is part of it, and of several inputs each is first copied
 * out of the packed example. Immutable once made.
 */
final class Plan {
  /** One thing to compute. */
  static final class Node {
    /** The layer; for a join one part for each source, which share the output. */
    final Layer[] parts;

    /** What each part takes; layers are numbered by their nodes in this plan. */
    final Source[] sources;

    /**
     * True if it sees the whole micro-batch at once: dense layers, whose packed weights then serve
     * all blocks while they are in cache, batch normalisation, and all above them. The others work
     * one block after the other, while it is in cache.
     */
    final boolean whole;

    /** True if something at or below it is trained, so that it needs a gradient. */
    final boolean carries;

    /**
     * {@code [source]}: true if no head and no other node wrote to the source's gradient before
     * this one does, so that it overwrites; else it adds. Nodes go backward in one order, so sums
     * do too.
     */
    final boolean[] overwrites;

    /** Last node that takes from this one; past the end if a head does. */
    int lastUse = -1;

    boolean isHead;

    /** True if a node that works on the whole micro-batch takes from this one. */
    boolean feedsWhole;

    Node(Layer[] parts, Source[] sources, boolean whole, boolean carries) {
      this.parts = parts;
      this.sources = sources;
      this.whole = whole;
      this.carries = carries;
      this.overwrites = new boolean[sources.length];
    }

    /** True if its values must outlive the pass over its kind of nodes, or over its block. */
    boolean keeps() {
      return isHead || feedsWhole && !whole;
    }

    Layer layer() {
      return parts[0];
    }

    Shape output() {
      return parts[0].output();
    }
  }

  /**
   * An output: where it is read and how it is judged.
   *
   * @param offset of its first value in a prediction
   * @param overwrites true if it is the first to write to its node's gradient
   */
  record Head(int node, Loss loss, float weight, int size, int offset, boolean overwrites) {}

  final List<Node> nodes = new ArrayList<>();
  final List<Head> heads = new ArrayList<>();

  /** {@code [layer of the model]}: its node, or the input that it hands on. */
  private final Source[] places;

  private final Wiring wiring;

  Plan(ModelSpec spec, ParameterLayout parameters) {
    wiring = spec.wiring();
    places = new Source[spec.nodes().size()];
    Shapes shapes = Shapes.of(spec, wiring);
    for (int k = 0; k < spec.inputs().size() && spec.inputs().size() > 1; k++) {
      Shape shape = spec.inputs().get(k).shape();
      add(new Source[] {new Source.Input(k)}, false, List.of(new Join(shape, shape, 0, false)));
    }
    for (int i = 0; i < places.length; i++) {
      Source[] sources =
          wiring.sources().get(i).stream()
              .map(source -> place(source, spec.inputs().size()))
              .toArray(Source[]::new);
      places[i] = bind(spec, i, sources, shapes, Parameters.offset(parameters, i));
    }
    for (int o = 0; o < wiring.heads().length; o++) {
      addHead(spec.outputs().get(o), places[wiring.heads()[o]]);
    }
    connect();
  }

  private Source place(Source source, int inputs) {
    if (source instanceof Source.Layer layer) {
      return places[layer.index()];
    }
    // Several inputs are copied out of the example by the first nodes.
    return inputs == 1 ? source : new Source.Layer(((Source.Input) source).index());
  }

  private Source bind(ModelSpec spec, int i, Source[] sources, Shapes shapes, int offset) {
    LayerSpec layer = spec.nodes().get(i).layer();
    if (layer instanceof Join.Spec join) {
      List<Shape> inputs =
          wiring.sources().get(i).stream().map(source -> shapes.of(source, spec)).toList();
      return add(sources, false, join.parts(inputs));
    }
    if (layer.isRelu()
        && wiring.sources().get(i).get(0) instanceof Source.Layer below
        && endsInRelu(spec, below.index())) {
      return sources[0];
    }
    boolean trained = !layer.parameters(shapes.inputs()[i]).isEmpty() && !layer.frozen();
    return layer
        .bind(new LayerSpec.Place(shapes.inputs()[i], i, offset, endsInRelu(spec, i)))
        .map(bound -> add(sources, trained, List.of(bound)))
        .orElse(sources[0]);
  }

  /** True for a layer that can take in a ReLU, if nothing takes from it but one ReLU. */
  private boolean endsInRelu(ModelSpec spec, int i) {
    if (!spec.nodes().get(i).layer().takesRelu() || wiring.uses()[i] != 1) {
      return false;
    }
    OptionalInt consumer = wiring.firstConsumer(i);
    return consumer.isPresent() && spec.nodes().get(consumer.getAsInt()).layer().isRelu();
  }

  private Source add(Source[] sources, boolean trained, List<Layer> parts) {
    boolean whole = parts.get(0).seesWholeMicroBatch();
    boolean carries = trained;
    for (Source source : sources) {
      if (source instanceof Source.Layer layer) {
        whole |= nodes.get(layer.index()).whole;
        carries |= nodes.get(layer.index()).carries;
      }
    }
    nodes.add(new Node(parts.toArray(Layer[]::new), sources, whole, carries));
    return new Source.Layer(nodes.size() - 1);
  }

  private void addHead(ModelSpec.Output output, Source source) {
    if (!(source instanceof Source.Layer layer)) {
      throw new InvalidInputException(
          "model: got nothing to compute, expected at least one layer besides flatten");
    }
    int node = layer.index();
    Loss loss =
        switch (output.loss()) {
          case SOFTMAX -> new SoftmaxCrossEntropy();
          case SIGMOID -> new SigmoidCrossEntropy();
          case SQUARED -> new SquaredError();
        };
    int offset = heads.isEmpty() ? 0 : outputs();
    int size = nodes.get(node).output().size();
    if ((long) offset + size > Shape.MAX_SIZE) {
      throw new InvalidInputException(
          "model: got outputs of "
              + ((long) offset + size)
              + " values in all, expected at most "
              + Shape.MAX_SIZE);
    }
    boolean overwrites = heads.stream().noneMatch(head -> head.node == node);
    heads.add(new Head(node, loss, output.weight(), size, offset, overwrites));
  }

  /** Finds who uses a node last, and who is the first to write to its gradient. */
  private void connect() {
    for (Head head : heads) {
      nodes.get(head.node).isHead = true;
      nodes.get(head.node).lastUse = nodes.size();
    }
    boolean[] written = new boolean[nodes.size()];
    heads.forEach(head -> written[head.node] = true);
    connect(true, written);
    connect(false, written);
  }

  /** In the order in which nodes go backward: those on whole micro-batches, then the others. */
  private void connect(boolean whole, boolean[] written) {
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      for (int s = 0; s < node.sources.length; s++) {
        if (node.whole == whole && node.sources[s] instanceof Source.Layer from) {
          Node source = nodes.get(from.index());
          node.overwrites[s] = !written[from.index()];
          written[from.index()] = true;
          source.lastUse = Math.max(source.lastUse, i);
          source.feedsWhole |= whole;
        }
      }
    }
  }

  /** Values of one prediction. */
  int outputs() {
    Head last = heads.get(heads.size() - 1);
    return last.offset + last.size;
  }

  /** True if node {@code i} must give a gradient to its source {@code s}. */
  boolean needsInputGradient(int i, int s) {
    return nodes.get(i).sources[s] instanceof Source.Layer source
        && nodes.get(source.index()).carries;
  }

  /**
   * A buffer for each node so that nodes alive at the same time have different ones: a node lives
   * from its own turn to the turn of the last node that takes from it. Layers one above the other
   * have two in turn.
   */
  int[] buffers() {
    int[] buffers = new int[nodes.size()];
    List<Integer> busyUntil = new ArrayList<>();
    for (int i = 0; i < buffers.length; i++) {
      int free = 0;
      while (free < busyUntil.size() && busyUntil.get(free) >= i) {
        free++;
      }
      if (free == busyUntil.size()) {
        busyUntil.add(0);
      }
      busyUntil.set(free, nodes.get(i).lastUse);
      buffers[i] = free;
    }
    return buffers;
  }
}
