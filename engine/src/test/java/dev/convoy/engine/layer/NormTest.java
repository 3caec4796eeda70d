package dev.convoy.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.kernel.KernelProvider;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.ModelSummary;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.network.Workspace;
import dev.convoy.engine.tensor.CounterRandom;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.testing.LayerRun;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What normalisation promises beside its values. */
class NormTest {

  @Test
  void scalesStartAtOneAndShiftsAtZeroAndNeitherDecays() {
    Network network =
        new Network(ModelSpec.parse("input 2x3x4\ngroupNorm groups=2\nlayerNorm\ndense units=1"));
    float[] weights = network.initialWeights(1);
    assertThat(network.parameters().entries().subList(0, 4))
        .extracting(e -> e.name() + " " + e.dimensions() + " " + e.decays())
        .containsExactly(
            "1.groupNorm.scale [4] false",
            "1.groupNorm.shift [4] false",
            "2.layerNorm.scale [2, 3, 4] false",
            "2.layerNorm.shift [2, 3, 4] false");
    assertThat(Arrays.copyOfRange(weights, 0, 4)).containsOnly(1f);
    assertThat(Arrays.copyOfRange(weights, 4, 8)).containsOnly(0f);
    assertThat(Arrays.copyOfRange(weights, 8, 32)).containsOnly(1f);
    assertThat(Arrays.copyOfRange(weights, 32, 56)).containsOnly(0f);
    assertThat(ModelSummary.of(network.spec()).rows().get(1).parameters()).isEqualTo(48);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1000, 1", "100000, 1", "3, 0.001", "0, 100000"})
  void outputsHaveMeanZeroAndVarianceOne(float mean, float deviation) {
    Shape shape = new Shape(40, 40, 8);
    double[] x = new double[shape.size()];
    long key = CounterRandom.key(4, 2);
    for (int i = 0; i < x.length; i++) {
      x[i] = mean + deviation * CounterRandom.gaussian(key, i);
    }
    float[] affine = new float[16];
    Arrays.fill(affine, 0, 8, 1f);
    Layer layer = new GroupNorm(new GroupNorm.Spec(1, 1e-12f, false), place(shape));
    float[] out = new LayerRun(layer, KernelProvider.get(), 1, affine, x, new double[x.length]).out;
    double sum = 0;
    double squares = 0;
    for (float v : out) {
      sum += v;
      squares += (double) v * v;
    }
    double found = sum / out.length;
    // The mean itself is a float: half its last place is as near as any can be.
    double near = 1e-6 + 0.6 * Math.ulp(mean) / deviation;
    assertThat(found).isCloseTo(0, Offset.offset(near));
    // Inputs near 100,000 lie on a grid of 1/128, so sums of their squares may all round one way.
    assertThat(squares / out.length - found * found).isCloseTo(1, Offset.offset(3e-5));
  }

  private static LayerSpec.Place place(Shape shape) {
    return new LayerSpec.Place(shape, 0, 0, false);
  }

  @Test
  void equalValuesBecomeTheShift() {
    double[] x = new double[12];
    Arrays.fill(x, 0.1f);
    Layer layer = new LayerNorm(new LayerNorm.Spec(1e-30f, false), place(new Shape(1, 1, 12)));
    float[] affine = new float[24];
    Arrays.fill(affine, 0, 12, 1f);
    Arrays.fill(affine, 12, 24, 0.5f);
    float[] out = new LayerRun(layer, KernelProvider.get(), 1, affine, x, new double[12]).out;
    assertThat(out).containsOnly(0.5f);
  }

  /** Else they would come out as zeros, and nobody would know. */
  @Test
  void squaresThatOverflowAreNoNumber() {
    double[] x = {1e25, -1e25, 1, 2};
    Layer layer = new GroupNorm(new GroupNorm.Spec(1, 1e-5f, false), place(new Shape(1, 1, 4)));
    float[] affine = {1, 1, 1, 1, 0, 0, 0, 0};
    float[] out = new LayerRun(layer, KernelProvider.get(), 1, affine, x, new double[4]).out;
    assertThat(out).containsOnly(Float.NaN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"groupNorm groups=1", "layerNorm"})
  void anExampleDoesNotSeeTheOthers(String layer) {
    Network network =
        new Network(
            ModelSpec.parse(
                "input 4x4x2\nconv2d filters=4 kernel=2\n" + layer + "\nrelu\ndense units=3"));
    float[] weights = network.initialWeights(9);
    float[] alone = predict(network, weights, 17, 1);
    float[] among = predict(network, weights, 0, 33);
    int n = network.outputs();
    assertThat(Arrays.copyOfRange(among, 17 * n, 18 * n)).isEqualTo(alone);
  }

  private static float[] predict(Network network, float[] weights, int first, int examples) {
    Batch batch = network.newBatch(examples);
    float[] values = new float[network.spec().input().size()];
    for (int e = first; e < first + examples; e++) {
      for (int i = 0; i < values.length; i++) {
        values[i] = CounterRandom.gaussian(CounterRandom.key(8, e), i);
      }
      batch.add(values, 0, 0, e);
    }
    Workspace workspace = network.newWorkspace(examples, false);
    network.load(weights, workspace);
    float[] outputs = new float[examples * network.outputs()];
    network.predict(batch, workspace, outputs);
    return outputs;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "4x4x6 | groupNorm groups=4 | got 4 groups of 6 channels, expected groups of equal size, for example 3",
        "4x4x6 | groupNorm groups=12 | got 12 groups of 6 channels, expected groups of equal size, for example 6",
        "1x1x6 | groupNorm groups=6 | got single values to normalise (input 1x1x6), which would all be 0; expected fewer groups",
        "1x1x1 | layerNorm | got single values to normalise",
      })
  void refusesShapesThatDoNotFit(String input, String layer, String message) {
    ModelSpec spec = ModelSpec.parse("input " + input + "\n" + layer);
    assertThatThrownBy(() -> new Network(spec))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }
}
