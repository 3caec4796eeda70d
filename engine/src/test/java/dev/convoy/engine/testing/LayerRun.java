package dev.convoy.engine.testing;

import static dev.convoy.engine.tensor.Lanes.LANES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.layer.Layer;
import dev.convoy.engine.layer.Pass;
import dev.convoy.engine.layer.Scratch;
import dev.convoy.engine.tensor.Lanes;
import dev.convoy.engine.tensor.Tensor;

/**
 * Runs one layer forward and backward on examples in the plain order {@code
 * [example][height][width][channel]}.
 */
public final class LayerRun {
  public final float[] out;
  public final float[] dIn;
  public final float[] gradient;

  public LayerRun(
      Layer layer, Kernels kernels, int examples, float[] weights, double[] in, double[] dOut) {
    int blocks = Lanes.blocks(examples);
    Scratch scratch = layer.newScratch(new Arena(), blocks, true, true);
    Pass pass = new Pass(kernels);
    pass.train(0, 0, new long[examples], examples);
    Tensor x = lanes(in, examples, layer.input().size());
    Tensor y = new Tensor(new float[blocks * LANES * layer.output().size()], 0);
    layer.load(kernels, weights, scratch);
    layer.forward(pass, scratch, blocks, x, y);
    out = plain(y, examples, layer.output().size());
    Tensor dy = lanes(dOut, examples, layer.output().size());
    Tensor dx = new Tensor(new float[x.data().length], 0);
    layer.clearGradient(scratch);
    layer.backward(pass, scratch, blocks, x, y, dy, false, dx);
    gradient = new float[weights.length];
    layer.storeGradient(scratch, gradient);
    dIn = plain(dx, examples, layer.input().size());
  }

  public static Tensor lanes(double[] values, int examples, int size) {
    float[] data = new float[Lanes.blocks(examples) * LANES * size];
    for (int e = 0; e < examples; e++) {
      for (int i = 0; i < size; i++) {
        data[(e / LANES * size + i) * LANES + e % LANES] = (float) values[e * size + i];
      }
    }
    return new Tensor(data, 0);
  }

  public static float[] plain(Tensor tensor, int examples, int size) {
    float[] values = new float[examples * size];
    for (int e = 0; e < examples; e++) {
      for (int i = 0; i < size; i++) {
        values[e * size + i] = tensor.data()[(e / LANES * size + i) * LANES + e % LANES];
      }
    }
    return values;
  }

  public static float[] join(double[] a, double[] b) {
    float[] joined = new float[a.length + b.length];
    for (int i = 0; i < a.length; i++) {
      joined[i] = (float) a[i];
    }
    for (int i = 0; i < b.length; i++) {
      joined[a.length + i] = (float) b[i];
    }
    return joined;
  }

  /** Agreement to 1e-5 of the largest magnitude. */
  public static void close(String what, float[] got, int from, double[] expected) {
    double scale = 1e-30;
    for (double e : expected) {
      scale = Math.max(scale, Math.abs(e));
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) got[from + i])
          .as(what + "[" + i + "]")
          .isCloseTo(expected[i], org.assertj.core.data.Offset.offset(1e-5 * scale));
    }
  }
}
