package dev.convoy.engine.network;

import static dev.convoy.engine.testing.Fixtures.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.convoy.engine.data.Batch;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.optimizer.Sgd;
import dev.convoy.engine.testing.Fixtures;
import dev.convoy.engine.testing.LayerRun;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Small cases that can be followed by hand. */
class WorkedExamplesTest {

  private static float[] apply(String model, float[] weights, float... image) {
    Network network = new Network(ModelSpec.parse(model + "\nloss squared"));
    Workspace workspace = network.newWorkspace(1, false);
    Batch batch = new Batch(network.spec().input(), 1);
    batch.add(image, 0, 0, 0);
    network.load(weights, workspace);
    float[] out = new float[network.outputs()];
    network.predict(batch, workspace, out);
    return out;
  }

  @Test
  void correlates() {
    float[] out =
        apply(
            "input 3x3x1\nconv2d filters=1 kernel=2 bias=false",
            f(0, 1, 2, 3),
            f(0, 1, 2, 3, 4, 5, 6, 7, 8));
    assertThat(out).containsExactly(19, 25, 37, 43);
  }

  @Test
  void convolvesWithTheKernelFlipped() {
    float[] out =
        apply(
            "input 3x3x1\nconv2d filters=1 kernel=2 bias=false flip=true",
            f(3, 2, 1, 0),
            f(0, 1, 2, 3, 4, 5, 6, 7, 8));
    assertThat(out).containsExactly(19, 25, 37, 43);
  }

  @Test
  void verticalSobelFindsTheEdge() {
    float[] out =
        apply(
            "input 4x4x1\nconv2d filters=1 kernel=3 bias=false",
            f(-1, 0, 1, -2, 0, 2, -1, 0, 1),
            f(0, 50, 0, 29, 0, 80, 31, 2, 33, 90, 0, 75, 0, 9, 0, 95));
    assertThat(out[0]).isEqualTo(29f);
  }

  @Test
  void poolsWithRectanglesAndPadding() {
    float[] image = new float[16];
    for (int i = 0; i < 16; i++) {
      image[i] = i;
    }
    assertThat(apply("input 4x4x1\nmaxpool window=3", f(), image)).containsExactly(10);
    assertThat(apply("input 4x4x1\nmaxpool window=2x3 padding=1x2 stride=2x3", f(), image))
        .containsExactly(0, 3, 8, 11, 12, 15);
  }

  @Test
  void refusesWindowsThatLieInPadding() {
    assertThatThrownBy(
            () -> new Network(ModelSpec.parse("input 4x4x1\nmaxpool window=2 padding=2")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("wholly in padding");
  }

  @ParameterizedTest
  @CsvSource({
    "kernel=3 padding=1, 8x8x1",
    "kernel=5x3 padding=2x1, 8x8x1",
    "kernel=3 padding=1 stride=2, 4x4x1",
    "kernel=3x5 padding=0x1 stride=3x4, 2x2x1",
    "kernel=4 padding=same, 8x8x1",
    "kernel=4x2 padding=same-head, 8x8x1",
  })
  void outputShapes(String options, String expected) {
    ModelSpec spec = ModelSpec.parse("input 8x8x1\nconv2d filters=1 " + options);
    assertThat(spec.layers().get(0).outputShape(spec.input()).toString()).isEqualTo(expected);
  }

  @Test
  void learnsTheEdgeKernel() {
    JsonNode fixture = Fixtures.read("learn_edge_kernel");
    Network network =
        new Network(
            ModelSpec.parse("input 6x8x1\nconv2d filters=1 kernel=1x2 bias=false\nloss squared"));
    float[] weights = LayerRun.join(values(fixture.get("start")), new double[0]);
    float[] image = LayerRun.join(values(fixture.get("image")), new double[0]);
    float[] target = LayerRun.join(values(fixture.get("target")), new double[0]);
    Batch batch = new Batch(network.spec().input(), 1, network.outputs());
    batch.add(image, 0, 0, 0);
    batch.target(target, 0);
    Workspace workspace = network.newWorkspace(1, true);
    Sgd optimizer = new Sgd(0f, false);
    float[] state = optimizer.newState(weights.length);
    float[] gradient = new float[weights.length];
    // The reference minimises the sum of squares; half of it is ours, so the rate doubles.
    float rate = 2 * (float) fixture.get("lr").asDouble();
    for (int step = 1; step <= 10; step++) {
      network.load(weights, workspace);
      network.gradient(batch, 1, step, workspace, gradient);
      double expected = fixture.get("losses").get(step - 1).asDouble();
      assertThat(2 * workspace.lossSum()).isCloseTo(expected, Offset.offset(1e-5 * 11.75));
      optimizer.update(weights, gradient, state, 0, weights.length, 0f, rate, step);
    }
    LayerRun.close("kernel", weights, 0, values(fixture.get("kernel_after_10_steps")));
  }

  @Test
  void frozenLayersHaveNoGradient() {
    Network network =
        new Network(
            ModelSpec.parse(
                "input 6x6x1\nconv2d filters=4 kernel=3 frozen=true\nrelu\ndense units=3"));
    Batch batch = GradientCheckTest.batch(network, 5);
    Workspace workspace = network.newWorkspace(5, true);
    float[] gradient = new float[network.parameterCount()];
    java.util.Arrays.fill(gradient, Float.NaN);
    network.load(network.initialWeights(1), workspace);
    network.gradient(batch, 1, 1, workspace, gradient);
    assertThat(java.util.Arrays.copyOf(gradient, 40)).containsOnly(0f);
    assertThat(gradient[60]).isNotZero().isFinite();
  }

  private static float[] f(float... values) {
    return values;
  }
}
