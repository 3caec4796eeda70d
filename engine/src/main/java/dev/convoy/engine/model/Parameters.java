package dev.convoy.engine.model;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.layer.LayerSpec;
import dev.convoy.engine.tensor.CounterRandom;
import dev.convoy.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Lays out and initialises the parameters of a model. */
public final class Parameters {
  private Parameters() {}

  /** Where the parameters of a model lie in its flat array. */
  public static ParameterLayout layout(ModelSpec spec) {
    Shapes shapes = Shapes.of(spec, spec.wiring());
    List<ParameterLayout.Entry> entries = new ArrayList<>();
    long offset = 0;
    for (int i = 0; i < spec.nodes().size(); i++) {
      Shape in = shapes.inputs()[i];
      try {
        offset = add(entries, i, spec.nodes().get(i).layer(), in, offset);
      } catch (IllegalArgumentException e) {
        throw Shapes.misfit(i, spec.nodes().get(i), List.of(in), e);
      }
    }
    return new ParameterLayout(entries, (int) offset);
  }

  private static long add(
      List<ParameterLayout.Entry> entries, int i, LayerSpec layer, Shape in, long offset) {
    if (layer instanceof LayerSpec.Conv2d conv) {
      List<Integer> weights =
          List.of(conv.window().height(), conv.window().width(), in.channels(), conv.filters());
      return add(entries, i, "conv2d", weights, conv.bias(), conv.frozen(), offset);
    }
    if (layer instanceof LayerSpec.Dense dense) {
      List<Integer> weights = List.of(in.size(), dense.units());
      return add(entries, i, "dense", weights, dense.bias(), dense.frozen(), offset);
    }
    return offset;
  }

  private static long add(
      List<ParameterLayout.Entry> entries,
      int i,
      String kind,
      List<Integer> weights,
      boolean bias,
      boolean frozen,
      long offset) {
    String name = (i + 1) + "." + kind;
    long end =
        add(
            entries,
            new ParameterLayout.Entry(i, name + ".weights", (int) offset, weights, frozen, true));
    if (!bias) {
      return end;
    }
    List<Integer> units = List.of(weights.get(weights.size() - 1));
    return add(
        entries, new ParameterLayout.Entry(i, name + ".bias", (int) end, units, frozen, false));
  }

  private static long add(List<ParameterLayout.Entry> entries, ParameterLayout.Entry entry) {
    long length = 1;
    for (int side : entry.dimensions()) {
      length = length > Integer.MAX_VALUE ? length : length * side;
    }
    long end = entry.offset() + length;
    if (end > 1 << 28) {
      throw new InvalidInputException(
          "model: got more than "
              + (1 << 28)
              + " parameters at "
              + entry.name()
              + ", expected fewer");
    }
    entries.add(entry);
    return end;
  }

  /** First parameter of layer {@code i}, 0 if it has none. */
  public static int offset(ParameterLayout layout, int i) {
    for (ParameterLayout.Entry entry : layout.entries()) {
      if (entry.layer() == i) {
        return entry.offset();
      }
    }
    return 0;
  }

  /**
   * Weights by the layer's rule, biases 0. He: normal, variance 2 / fanIn (He et al. 2015). Xavier:
   * uniform, bound sqrt(6 / (fanIn + fanOut)) (Glorot, Bengio 2010). Small: normal, deviation 0.01.
   */
  public static float[] initial(ModelSpec spec, ParameterLayout layout, long seed) {
    float[] weights = new float[layout.size()];
    for (ParameterLayout.Entry entry : layout.entries()) {
      if (!entry.decays()) {
        continue;
      }
      LayerSpec layer = spec.nodes().get(entry.layer()).layer();
      LayerSpec.Init init =
          layer instanceof LayerSpec.Conv2d conv ? conv.init() : ((LayerSpec.Dense) layer).init();
      int n = entry.length();
      int outputs = entry.dimensions().get(entry.dimensions().size() - 1);
      int fanIn = n / outputs;
      int window =
          entry.dimensions().size() == 4
              ? entry.dimensions().get(0) * entry.dimensions().get(1)
              : 1;
      double he = StrictMath.sqrt(2.0 / fanIn);
      double xavier = StrictMath.sqrt(6.0 / (fanIn + (double) window * outputs));
      long key = CounterRandom.key(seed, entry.layer());
      for (int i = 0; i < n; i++) {
        weights[entry.offset() + i] =
            switch (init) {
              case HE -> (float) (he * CounterRandom.gaussian(key, i));
              case XAVIER -> (float) (xavier * (2.0 * CounterRandom.uniform(key, i) - 1.0));
              case SMALL -> (float) (0.01 * CounterRandom.gaussian(key, i));
              case ZERO -> 0f;
            };
      }
    }
    return weights;
  }
}
