package dev.convoy.engine.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.layer.LayerTypes;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.tensor.CounterRandom;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every layer and loss against central differences. */
class GradientCheckTest {

  private static final List<String> MODELS =
      List.of(
          "input 6x5x1\nconv2d filters=3 kernel=3\ntanh\ndense units=4",
          "input 6x5x2\nconv2d filters=5 kernel=3x2 padding=same stride=2x1\ntanh\nflatten\ndense units=3",
          "input 7x7x1\nconv2d filters=6 kernel=5 padding=2\nsigmoid\navgpool window=2\ndense units=4",
          "input 6x6x3\nconv2d filters=4 kernel=3 padding=1 flip=true\ntanh\nconv2d filters=2 kernel=2 stride=3\ndense units=3",
          "input 8x8x1\nconv2d filters=4 kernel=3\ntanh\nmaxpool window=2\nconv2d filters=8 kernel=2\ntanh\ndense units=5",
          "input 9x7x2\nconv2d filters=3 kernel=3\ntanh\nmaxpool window=3x2 stride=2x1 padding=1x0\ndense units=5",
          "input 4x4x3\ndense units=9\ntanh\ndense units=4 bias=false",
          "input 4x4x3\ndense units=9\nsigmoid\ndense units=4\nloss sigmoid",
          "input 4x4x3\ndense units=9\ntanh\ndense units=4\nloss squared",
          "input 6x6x20\nconv2d filters=18 kernel=3 padding=1\ntanh\navgpool window=3 stride=2 padding=1\ndense units=4",
          "input 5x5x2\nconv2d filters=16 kernel=1\ntanh\ndense units=17\nrelu\ndense units=3",
          "input 4x4x1\ndense units=12\ntanh\ndropout rate=0.4\ndense units=3",
          "input 6x6x1\nconv2d filters=4 kernel=3\nrelu\nmaxpool window=2\ndense units=3",
          "input 9x8x2\nconv2d filters=3 kernel=2\ntanh\nconv2d filters=4 kernel=3 stride=2 padding=2\ntanh\ndense units=3",
          "input 6x6x1\nconv2d filters=4 kernel=3\nrelu\navgpool window=2\nrelu\ndense units=3",
          "input 6x6x2\nconv2d filters=6 kernel=3\ngroupNorm groups=3\ntanh\nglobalAveragePool\ndense units=3",
          "input 6x5x2\nconv2d filters=4 kernel=3\nrelu\ngroupNorm groups=4 epsilon=0.1\nrelu\nglobalMaxPool\ndense units=3",
          "input 5x5x2\nconv2d filters=3 kernel=2\ntanh\nlayerNorm\nsigmoid\ndense units=3",
          "input 4x4x3\ndense units=12\nlayerNorm\ntanh\ndense units=8\ngroupNorm groups=2\nrelu\ndense units=3",
          "input 5x5x4\ngroupNorm groups=1\nconv2d filters=4 kernel=3\nlayerNorm frozen=true\ndense units=2\nlayerNorm epsilon=0.5\nloss squared",
          "input 5x5x2\nconv2d filters=4 kernel=2\nbatchNorm\ntanh\nglobalAveragePool\ndense units=3",
          "input 5x4x2\nbatchNorm frozen=true\nconv2d filters=4 kernel=2\nrelu\nbatchNorm epsilon=0.1\nrelu\nmaxpool window=2\ndense units=3",
          "input 3x3x2\ndense units=9\nbatchNorm\nsigmoid\ndense units=4\nbatchNorm frozen=true\nloss squared",
          GraphModels.NORM_SKIP,
          "input 6x6x1\nconv2d filters=4 kernel=3\nleakyRelu negativeSlope=0.2\nconv2d filters=5 kernel=2\nrelu6\ndense units=3",
          "input 4x4x2\ndense units=9\nelu\ndense units=8\ngelu\ndense units=7\nsilu\ndense units=6\nsoftplus\ndense units=3",
          "input 6x6x1\nconv2d filters=4 kernel=3\nhardSwish\ndense units=8\nhardSigmoid\ndense units=3",
          "input 6x6x1\nconv2d filters=4 kernel=3\nrelu\ngelu\nconv2d filters=3 kernel=2\nelu alpha=0.5\ndense units=3",
          GraphModels.BATCH_NORM_SKIP,
          GraphModels.SKIP,
          GraphModels.PROJECTED_SKIP,
          GraphModels.DENSE_SKIP,
          GraphModels.TWO_TOWERS,
          GraphModels.TWO_HEADS,
          GraphModels.EVERYTHING);

  static Stream<String> models() {
    return MODELS.stream();
  }

  /** A layer that no model here has is a layer whose gradient nobody checked. */
  @ParameterizedTest
  @MethodSource("layers")
  void everyLayerIsInOneOfTheModels(String layer) {
    assertThat(MODELS).anyMatch(model -> model.lines().anyMatch(line -> isA(layer, line)));
  }

  static Stream<String> layers() {
    return LayerTypes.names().stream();
  }

  private static boolean isA(String layer, String line) {
    return line.equals(layer) || line.startsWith(layer + " ");
  }

  @ParameterizedTest
  @MethodSource("models")
  void gradientIsTheSlopeOfTheLoss(String model) {
    Network network = new Network(ModelSpec.parse(model));
    float[] weights = network.initialWeights(3);
    long key = CounterRandom.key(11, 5);
    for (int i = 0; i < weights.length; i++) {
      weights[i] += 0.05f * CounterRandom.gaussian(key, i);
    }
    int examples = 19;
    Batch batch = batch(network, examples);
    Workspace workspace = network.newWorkspace(32, true);
    float[] gradient = new float[weights.length];
    network.load(weights, workspace);
    network.gradient(batch, 7, 2, workspace, gradient);
    double largest = 0;
    for (int i = 0; i < gradient.length; i++) {
      boolean statistic = network.parameters().at(i).isStatistic();
      largest = statistic ? largest : Math.max(largest, Math.abs(gradient[i]));
    }
    assertThat(largest).isGreaterThan(1e-3);
    int kinks = 0;
    int checked = 0;
    for (int i = 0; i < weights.length; i += Math.max(1, weights.length / 150)) {
      if (network.parameters().at(i).frozen()) {
        assertThat(gradient[i]).isZero();
        continue;
      }
      if (network.parameters().at(i).isStatistic()) {
        continue;
      }
      double slope = slope(network, weights, i, 4e-3f, batch, workspace);
      double error = Math.abs(slope - gradient[i]);
      checked++;
      if (error > 4e-3 * largest) {
        // A ReLU or a maximum may change sides within the step: such a kink goes away with a
        // smaller one.
        double finer = slope(network, weights, i, 5e-4f, batch, workspace);
        kinks++;
        assertThat(finer)
            .as("slope of parameter " + i + " of " + network.parameters().at(i).name())
            .isCloseTo(gradient[i], org.assertj.core.data.Offset.offset(2e-2 * largest));
      }
    }
    assertThat(kinks).isLessThanOrEqualTo(checked / 5);
  }

  private static double slope(
      Network network, float[] weights, int i, float step, Batch batch, Workspace workspace) {
    float[] scrap = new float[weights.length];
    float old = weights[i];
    weights[i] = old + step;
    network.load(weights, workspace);
    network.gradient(batch, 7, 2, workspace, scrap);
    double above = workspace.lossSum();
    double up = weights[i];
    weights[i] = old - step;
    network.load(weights, workspace);
    network.gradient(batch, 7, 2, workspace, scrap);
    double below = workspace.lossSum();
    double down = weights[i];
    weights[i] = old;
    return (above - below) / (up - down);
  }

  static Batch batch(Network network, int examples) {
    Batch batch = network.newBatch(examples);
    float[] values = new float[network.spec().input().size()];
    for (int e = 0; e < examples; e++) {
      long key = CounterRandom.key(1, e);
      for (int i = 0; i < values.length; i++) {
        values[i] = CounterRandom.gaussian(key, i);
      }
      batch.add(values, 0, 0, 100 + e);
      for (int o = 0; o < batch.labelsAnExample(); o++) {
        batch.label(o, CounterRandom.below(key, 1000 + o, network.outputs(o)));
      }
    }
    return batch;
  }
}
