package dev.convoy.engine.layer;

import static dev.convoy.engine.testing.Fixtures.channelsLast;
import static dev.convoy.engine.testing.Fixtures.filtersLast;
import static dev.convoy.engine.testing.Fixtures.shape;
import static dev.convoy.engine.testing.Fixtures.values;
import static dev.convoy.engine.testing.LayerRun.close;
import static dev.convoy.engine.testing.LayerRun.join;

import com.fasterxml.jackson.databind.JsonNode;
import dev.convoy.engine.kernel.KernelProvider;
import dev.convoy.engine.layer.Window.Padding;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.testing.Fixtures;
import dev.convoy.engine.testing.LayerRun;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers against float64 reference values. */
class ReferenceValuesTest {

  private static Stream<JsonNode> cases(String name) {
    return StreamSupport.stream(Fixtures.read(name).get("cases").spliterator(), false);
  }

  static Stream<JsonNode> channelsLastConvolutions() {
    return cases("conv_nhwc");
  }

  static Stream<JsonNode> channelsFirstConvolutions() {
    return Stream.concat(cases("conv_nchw"), cases("conv_general"));
  }

  static Stream<JsonNode> channelsLastPools() {
    return cases("pool_nhwc");
  }

  static Stream<JsonNode> channelsFirstPools() {
    return cases("pool_general");
  }

  @ParameterizedTest
  @MethodSource("channelsLastConvolutions")
  void convolvesChannelsLast(JsonNode c) {
    int[] in = shape(c.get("A_prev"));
    int[] w = shape(c.get("W"));
    int pad = c.get("pad").asInt();
    int stride = c.get("stride").asInt();
    Window window = new Window(w[0], w[1], stride, stride, Padding.of(pad, pad, pad, pad));
    Conv2d layer =
        new Conv2d(
            new Conv2d.Spec(w[3], window, true, false, Init.HE, false),
            new LayerSpec.Place(new Shape(in[1], in[2], in[3]), 0, 0, false));
    float[] weights = join(values(c.get("W")), values(c.get("b")));
    double[] x = values(c.get("A_prev"));
    LayerRun run =
        new LayerRun(layer, KernelProvider.get(), in[0], weights, x, values(c.get("dZ")));
    close("Z", run.out, 0, values(c.get("Z")));
    close("dA_prev", run.dIn, 0, values(c.get("dA_prev")));
    close("dW", run.gradient, 0, values(c.get("dW")));
    close("db", run.gradient, w[0] * w[1] * w[2] * w[3], values(c.get("db")));
  }

  @ParameterizedTest
  @MethodSource("channelsFirstConvolutions")
  void convolvesChannelsFirst(JsonNode c) {
    int[] in = shape(c.get("x"));
    int[] w = shape(c.get("w"));
    int[] out = shape(c.get("out"));
    LayerRun run = runChannelsFirst(c, in, w, out, false);
    close("out", run.out, 0, channelsLast(values(c.get("out")), out[0], out[1], out[2], out[3]));
    close("dx", run.dIn, 0, channelsLast(values(c.get("dx")), in[0], in[1], in[2], in[3]));
    close("dw", run.gradient, 0, filtersLast(values(c.get("dw")), w[0], w[1], w[2], w[3]));
    close("db", run.gradient, w[0] * w[1] * w[2] * w[3], values(c.get("db")));
  }

  /** True convolution with the kernel turned by 180 degrees is the same correlation. */
  @ParameterizedTest
  @MethodSource("channelsFirstConvolutions")
  void flippedKernelIsTrueConvolution(JsonNode c) {
    int[] in = shape(c.get("x"));
    int[] w = shape(c.get("w"));
    int[] out = shape(c.get("out"));
    LayerRun run = runChannelsFirst(c, in, w, out, true);
    close("out", run.out, 0, channelsLast(values(c.get("out")), out[0], out[1], out[2], out[3]));
    close("dx", run.dIn, 0, channelsLast(values(c.get("dx")), in[0], in[1], in[2], in[3]));
    double[] dw = turned(filtersLast(values(c.get("dw")), w[0], w[1], w[2], w[3]), w);
    close("dw", run.gradient, 0, dw);
  }

  private static LayerRun runChannelsFirst(JsonNode c, int[] in, int[] w, int[] out, boolean flip) {
    Window window = window(c, w[2], w[3]);
    Conv2d layer =
        new Conv2d(
            new Conv2d.Spec(w[0], window, true, flip, Init.HE, false),
            new LayerSpec.Place(new Shape(in[2], in[3], in[1]), 0, 0, false));
    double[] kernel = filtersLast(values(c.get("w")), w[0], w[1], w[2], w[3]);
    return new LayerRun(
        layer,
        KernelProvider.get(),
        in[0],
        join(flip ? turned(kernel, w) : kernel, values(c.get("b"))),
        channelsLast(values(c.get("x")), in[0], in[1], in[2], in[3]),
        channelsLast(values(c.get("dout")), out[0], out[1], out[2], out[3]));
  }

  private static Window window(JsonNode c, int height, int width) {
    JsonNode stride = c.get("stride");
    int strideHeight = stride.isArray() ? stride.get(0).asInt() : stride.asInt();
    int strideWidth = stride.isArray() ? stride.get(1).asInt() : stride.asInt();
    Padding padding;
    if (c.has("pad")) {
      int p = c.get("pad").asInt();
      padding = Padding.of(p, p, p, p);
    } else {
      JsonNode p = c.get("padding_top_bottom_left_right");
      padding = Padding.of(p.get(0).asInt(), p.get(1).asInt(), p.get(2).asInt(), p.get(3).asInt());
    }
    return new Window(height, width, strideHeight, strideWidth, padding);
  }

  private static double[] turned(double[] kernel, int[] w) {
    int taps = w[2] * w[3];
    int inner = w[0] * w[1];
    double[] turned = new double[kernel.length];
    for (int t = 0; t < taps; t++) {
      System.arraycopy(kernel, t * inner, turned, (taps - 1 - t) * inner, inner);
    }
    return turned;
  }

  @ParameterizedTest
  @MethodSource("channelsLastPools")
  void poolsChannelsLast(JsonNode c) {
    int[] in = shape(c.get("A_prev"));
    int f = c.get("f").asInt();
    int stride = c.get("stride").asInt();
    Pool2d.Mode mode = c.get("mode").asText().equals("max") ? Pool2d.Mode.MAX : Pool2d.Mode.AVERAGE;
    Pool2d layer =
        new Pool2d(
            new Pool2d.Spec(mode, new Window(f, f, stride, stride, Padding.VALID)),
            new Shape(in[1], in[2], in[3]));
    LayerRun run =
        new LayerRun(
            layer,
            KernelProvider.get(),
            in[0],
            new float[0],
            values(c.get("A_prev")),
            values(c.get("dA")));
    close("A", run.out, 0, values(c.get("A")));
    close("dA_prev", run.dIn, 0, values(c.get("dA_prev")));
  }

  @ParameterizedTest
  @MethodSource("channelsFirstPools")
  void poolsChannelsFirst(JsonNode c) {
    int[] in = shape(c.get("x"));
    int[] out = shape(c.get("out"));
    Pool2d.Mode mode = c.get("mode").asText().equals("max") ? Pool2d.Mode.MAX : Pool2d.Mode.AVERAGE;
    int ph = c.get("padding").get(0).asInt();
    int pw = c.get("padding").get(1).asInt();
    Window window =
        new Window(
            c.get("kernel").get(0).asInt(),
            c.get("kernel").get(1).asInt(),
            c.get("stride").get(0).asInt(),
            c.get("stride").get(1).asInt(),
            Padding.of(ph, ph, pw, pw));
    Pool2d layer = new Pool2d(new Pool2d.Spec(mode, window), new Shape(in[2], in[3], in[1]));
    double[] x = channelsLast(values(c.get("x")), in[0], in[1], in[2], in[3]);
    double[] any = new double[out[0] * out[1] * out[2] * out[3]];
    LayerRun run = new LayerRun(layer, KernelProvider.get(), in[0], new float[0], x, any);
    close("out", run.out, 0, channelsLast(values(c.get("out")), out[0], out[1], out[2], out[3]));
  }

  static Stream<JsonNode> norms() {
    return Stream.concat(cases("group_norm"), cases("layer_norm"));
  }

  @ParameterizedTest
  @MethodSource("norms")
  void normalises(JsonNode c) {
    int[] n = shape(c.get("x"));
    Shape input = new Shape(n[2], n[3], n[1]);
    float epsilon = (float) c.get("epsilon").asDouble();
    LayerSpec spec =
        c.has("groups")
            ? new GroupNorm.Spec(c.get("groups").asInt(), epsilon, false)
            : new LayerNorm.Spec(epsilon, false);
    Layer layer = spec.bind(new LayerSpec.Place(input, 0, 0, false)).orElseThrow();
    LayerRun run =
        new LayerRun(
            layer,
            KernelProvider.get(),
            n[0],
            join(affine(c.get("scale")), affine(c.get("shift"))),
            channelsLast(values(c.get("x")), n[0], n[1], n[2], n[3]),
            channelsLast(values(c.get("dout")), n[0], n[1], n[2], n[3]));
    close("out", run.out, 0, channelsLast(values(c.get("out")), n[0], n[1], n[2], n[3]));
    close("dx", run.dIn, 0, channelsLast(values(c.get("dx")), n[0], n[1], n[2], n[3]));
    double[] dscale = affine(c.get("dscale"));
    close("dscale", run.gradient, 0, dscale);
    close("dshift", run.gradient, dscale.length, affine(c.get("dshift")));
  }

  /** {@code [c]}, or {@code [c][h][w]} to {@code [h][w][c]}. */
  private static double[] affine(JsonNode node) {
    int[] s = shape(node);
    return s.length == 1 ? values(node) : channelsLast(values(node), 1, s[0], s[1], s[2]);
  }

  static Stream<JsonNode> globalPools() {
    return cases("global_pool");
  }

  @ParameterizedTest
  @MethodSource("globalPools")
  void poolsAll(JsonNode c) {
    int[] n = shape(c.get("x"));
    boolean max = c.get("mode").asText().equals("max");
    LayerSpec spec = new GlobalPool(max ? Pool2d.Mode.MAX : Pool2d.Mode.AVERAGE);
    Shape input = new Shape(n[2], n[3], n[1]);
    Layer layer = spec.bind(new LayerSpec.Place(input, 0, 0, false)).orElseThrow();
    double[] x = channelsLast(values(c.get("x")), n[0], n[1], n[2], n[3]);
    LayerRun run =
        new LayerRun(layer, KernelProvider.get(), n[0], new float[0], x, values(c.get("dout")));
    close("out", run.out, 0, values(c.get("out")));
    close("dx", run.dIn, 0, channelsLast(values(c.get("dx")), n[0], n[1], n[2], n[3]));
  }
}
