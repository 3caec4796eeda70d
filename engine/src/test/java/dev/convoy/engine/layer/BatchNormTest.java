package dev.convoy.engine.layer;

import static dev.convoy.engine.testing.Fixtures.channelsLast;
import static dev.convoy.engine.testing.Fixtures.shape;
import static dev.convoy.engine.testing.Fixtures.values;
import static dev.convoy.engine.testing.LayerRun.close;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.convoy.engine.data.Batch;
import dev.convoy.engine.kernel.KernelProvider;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.ModelSummary;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.network.Workspace;
import dev.convoy.engine.tensor.CounterRandom;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.testing.Fixtures;
import dev.convoy.engine.testing.LayerRun;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class BatchNormTest {
  private static final String MODEL =
      "input 4x4x2\nconv2d filters=4 kernel=2\nbatchNorm %s\nrelu\ndense units=3";

  private static LayerRun run(
      Shape input, int examples, boolean frozen, float[] parameters, double[] x, double[] dOut) {
    Layer layer =
        new BatchNorm(
            new BatchNorm.Spec(0.1f, 1e-5f, frozen), new LayerSpec.Place(input, 0, 0, false));
    return new LayerRun(layer, KernelProvider.get(), examples, parameters, x, dOut);
  }

  /** Scales 1, shifts 0, these running values. */
  private static float[] parameters(int channels, float mean, float variance) {
    float[] parameters = new float[4 * channels];
    Arrays.fill(parameters, 0, channels, 1f);
    Arrays.fill(parameters, 2 * channels, 3 * channels, mean);
    Arrays.fill(parameters, 3 * channels, 4 * channels, variance);
    return parameters;
  }

  static Stream<JsonNode> cases() {
    return StreamSupport.stream(Fixtures.read("batch_norm").get("cases").spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void normalisesAndTellsWhatItMeasured(JsonNode c) {
    int[] n = shape(c.get("x"));
    int channels = n[1];
    float epsilon = (float) c.get("epsilon").asDouble();
    Layer layer =
        new BatchNorm(
            new BatchNorm.Spec(0.1f, epsilon, false),
            new LayerSpec.Place(new Shape(n[2], n[3], channels), 0, 0, false));
    float[] affine = LayerRun.join(values(c.get("scale")), values(c.get("shift")));
    // Running values that nothing may depend on.
    float[] parameters = Arrays.copyOf(affine, 4 * channels);
    Arrays.fill(parameters, 2 * channels, 4 * channels, 7f);
    LayerRun run =
        new LayerRun(
            layer,
            KernelProvider.get(),
            n[0],
            parameters,
            channelsLast(values(c.get("x")), n[0], n[1], n[2], n[3]),
            channelsLast(values(c.get("dout")), n[0], n[1], n[2], n[3]));
    close("out", run.out, 0, channelsLast(values(c.get("out")), n[0], n[1], n[2], n[3]));
    close("dx", run.dIn, 0, channelsLast(values(c.get("dx")), n[0], n[1], n[2], n[3]));
    close("dscale", run.gradient, 0, values(c.get("dscale")));
    close("dshift", run.gradient, channels, values(c.get("dshift")));
    close("mean", run.gradient, 2 * channels, times(n[0], values(c.get("mean"))));
    close("variance", run.gradient, 3 * channels, times(n[0], values(c.get("variance"))));
  }

  private static double[] times(int examples, double[] values) {
    return Arrays.stream(values).map(v -> examples * v).toArray();
  }

  @Test
  void statisticsStartAtZeroAndOneAndAreNoWeights() {
    Network network = new Network(ModelSpec.parse("input 2x3x4\nbatchNorm momentum=0.25"));
    assertThat(network.parameters().entries())
        .extracting(e -> e.name() + " " + e.dimensions() + " " + e.decays() + " " + e.momentum())
        .containsExactly(
            "1.batchNorm.scale [4] false 0.0",
            "1.batchNorm.shift [4] false 0.0",
            "1.batchNorm.mean [4] false 0.25",
            "1.batchNorm.variance [4] false 0.25");
    assertThat(network.initialWeights(1))
        .containsExactly(1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1);
    ModelSummary summary = ModelSummary.of(network.spec());
    assertThat(summary.parameters()).isEqualTo(16);
    assertThat(summary.statistics()).isEqualTo(8);
    assertThat(summary.trainable()).isEqualTo(8);
    assertThat(summary.toString())
        .contains("of the parameters, 8 are running means and variances, which no gradient trains");
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1000, 1", "100000, 1", "3, 0.001", "0, 100000"})
  void outputsHaveMeanZeroAndVarianceOne(float mean, float deviation) {
    Shape shape = new Shape(20, 20, 1);
    int examples = 35;
    double[] x = new double[examples * shape.size()];
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      x[i] = mean + deviation * CounterRandom.gaussian(CounterRandom.key(4, 2), i);
      sum += x[i];
    }
    double squares = 0;
    for (double v : x) {
      squares += (v - sum / x.length) * (v - sum / x.length);
    }
    LayerRun run = run(shape, examples, false, parameters(1, 0, 1), x, new double[x.length]);
    double found = 0;
    double foundSquares = 0;
    for (float v : run.out) {
      found += v;
      foundSquares += (double) v * v;
    }
    // The mean itself is a float: half its last place is as near as any can be.
    double near = 1e-6 + 0.6 * Math.ulp(mean) / deviation;
    assertThat(found / x.length).isCloseTo(0, Offset.offset(near));
    double variance = squares / x.length;
    assertThat(foundSquares / x.length)
        .isCloseTo(variance / (variance + 1e-5f), Offset.offset(3e-5));
    double unbiased = examples * squares / (x.length - 1);
    assertThat((double) run.gradient[3]).isCloseTo(unbiased, Offset.offset(1e-5 * unbiased));
    assertThat((double) run.gradient[2])
        .isCloseTo(
            examples * sum / x.length,
            Offset.offset(1e-6 * examples * (Math.abs(mean) + deviation)));
  }

  /** One example of one pixel: there is no variance to divide by. */
  @Test
  void aSingleValueIsNormalisedByTheRunningOnes() {
    float[] parameters = parameters(2, 3f, 4f);
    LayerRun run =
        run(Shape.vector(2), 1, false, parameters, new double[] {5, -1}, new double[] {1, 10});
    close("out", run.out, 0, new double[] {1, -2});
    close("dx", run.dIn, 0, new double[] {0.5, 5});
    close("gradient", run.gradient, 0, new double[] {1, -20, 1, 10, 5, -1, 4, 4});
  }

  @Test
  void equalValuesBecomeTheShiftAndHaveNoVariance() {
    double[] x = new double[20 * 3];
    Arrays.fill(x, 0.1f);
    float[] parameters = parameters(1, 0, 1);
    parameters[1] = 0.5f;
    LayerRun run = run(new Shape(1, 3, 1), 20, false, parameters, x, new double[x.length]);
    assertThat(run.out).containsOnly(0.5f);
    assertThat(run.gradient[3]).isZero();
    assertThat(run.gradient[2]).isCloseTo(2f, Offset.offset(1e-6f));
  }

  /** Else they would come out as zeros, and nobody would know. */
  @Test
  void squaresThatOverflowAreNoNumber() {
    double[] x = {1e25, -1e25, 1, 2};
    LayerRun run = run(Shape.vector(1), 4, false, parameters(1, 0, 1), x, new double[4]);
    assertThat(run.out).containsOnly(Float.NaN);
    assertThat(run.gradient[3]).isEqualTo(Float.POSITIVE_INFINITY);
  }

  /** Scales of 0 do not hide what is no number. */
  @Test
  void aGradientThatIsNoNumberReachesAllExamples() {
    double[] d = {1, Double.NaN, 2};
    LayerRun run = run(Shape.vector(1), 3, false, new float[4], new double[] {1, 2, 4}, d);
    assertThat(run.dIn).containsOnly(Float.NaN);
    assertThat(run.gradient[0]).isNaN();
  }

  @Test
  void frozenItGoesByTheRunningValuesAndLeavesAllAlone() {
    double[] x = {5, 1, -3};
    LayerRun run = run(Shape.vector(1), 3, true, parameters(1, 1f, 4f), x, new double[] {2, 4, 6});
    close("out", run.out, 0, new double[] {2, 0, -2});
    close("dx", run.dIn, 0, new double[] {1, 2, 3});
    assertThat(run.gradient).containsOnly(0f);
  }

  /** Whoever else is in the micro-batch, and whether the workspace could train. */
  @Test
  void inferenceGoesByTheRunningValuesAlone() {
    Network network = new Network(ModelSpec.parse(MODEL.formatted("")));
    float[] weights = network.initialWeights(9);
    for (int i = 0; i < weights.length; i++) {
      weights[i] += network.parameters().at(i).isStatistic() ? 0.25f : 0f;
    }
    float[] alone = predict(network, weights, 17, 1, false);
    int n = network.outputs();
    for (boolean training : new boolean[] {false, true}) {
      float[] among = predict(network, weights, 0, 33, training);
      assertThat(Arrays.copyOfRange(among, 17 * n, 18 * n)).isEqualTo(alone);
    }
    Network frozen = new Network(ModelSpec.parse(MODEL.formatted("frozen=true")));
    assertThat(predict(frozen, weights, 17, 1, false)).isEqualTo(alone);
  }

  /** Lanes and blocks that an earlier, larger micro-batch left behind count nowhere. */
  @Test
  void aMicroBatchDoesNotSeeTheOneBefore() {
    Network network =
        new Network(
            ModelSpec.parse(
                "input 4x4x2\nbatchNorm\nconv2d filters=4 kernel=2\nbatchNorm\nrelu\nmaxpool window=2\n"
                    + "dense units=6\nbatchNorm\ntanh\ndense units=3"));
    float[] weights = network.initialWeights(9);
    Workspace used = network.newWorkspace(40, true);
    network.load(weights, used);
    gradient(network, used, 0, 40);
    for (int examples : new int[] {5, 17, 1, 32}) {
      Workspace fresh = network.newWorkspace(examples, true);
      network.load(weights, fresh);
      assertThat(gradient(network, used, 50, examples))
          .isEqualTo(gradient(network, fresh, 50, examples));
    }
  }

  private static float[] gradient(Network network, Workspace workspace, int first, int examples) {
    float[] gradient = new float[network.parameterCount()];
    network.gradient(batch(network, first, examples), 1, 1, workspace, gradient);
    return gradient;
  }

  private static float[] predict(
      Network network, float[] weights, int first, int examples, boolean training) {
    Batch batch = batch(network, first, examples);
    Workspace workspace = network.newWorkspace(examples, training);
    network.load(weights, workspace);
    if (training) {
      network.gradient(batch, 1, 1, workspace, new float[weights.length]);
    }
    float[] outputs = new float[examples * network.outputs()];
    network.predict(batch, workspace, outputs);
    return outputs;
  }

  private static Batch batch(Network network, int first, int examples) {
    Batch batch = network.newBatch(examples);
    float[] values = new float[network.spec().input().size()];
    for (int e = first; e < first + examples; e++) {
      for (int i = 0; i < values.length; i++) {
        values[i] = CounterRandom.gaussian(CounterRandom.key(8, e), i);
      }
      batch.add(values, 0, 0, e);
    }
    return batch;
  }
}
