package dev.convoy.engine.model;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.layer.LayerSpec;
import dev.convoy.engine.layer.ParameterSpec;
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
    long end = offset;
    for (ParameterSpec parameter : layer.parameters(in)) {
      String name = (i + 1) + "." + parameter.name();
      end =
          add(
              entries,
              new ParameterLayout.Entry(
                  i,
                  name,
                  (int) end,
                  parameter.dimensions(),
                  layer.frozen(),
                  parameter.decays(),
                  parameter.momentum()));
    }
    return end;
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

  /** Each parameter array by its own rule, {@link ParameterSpec#init}. */
  public static float[] initial(ModelSpec spec, ParameterLayout layout, long seed) {
    float[] weights = new float[layout.size()];
    Shapes shapes = Shapes.of(spec, spec.wiring());
    int offset = 0;
    for (int i = 0; i < spec.nodes().size(); i++) {
      long key = CounterRandom.key(seed, i);
      for (ParameterSpec parameter : spec.nodes().get(i).layer().parameters(shapes.inputs()[i])) {
        List<Integer> dimensions = parameter.dimensions();
        int n = dimensions.stream().reduce(1, Math::multiplyExact);
        int outputs = dimensions.get(dimensions.size() - 1);
        parameter.init().fill(key, weights, offset, n, outputs, parameter.window());
        offset += n;
      }
    }
    return weights;
  }
}
