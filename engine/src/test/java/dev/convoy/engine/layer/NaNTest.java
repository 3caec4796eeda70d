package dev.convoy.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.network.Workspace;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is no number never vanishes on its way through a network. */
class NaNTest {
  private static final int SIZE = 6 * 6;

  private static Network network(String layers, String loss) {
    return new Network(
        ModelSpec.parse("input 6x6x1\nloss " + loss + "\n" + layers.replace(';', '\n')));
  }

  private static float[] predict(Network network, int place, float[] gradient) {
    Workspace workspace = network.newWorkspace(2, true);
    float[] weights = network.initialWeights(1);
    network.load(weights, workspace);
    Batch batch = network.newBatch(2);
    float[] values = new float[SIZE];
    for (int example = 0; example < 2; example++) {
      for (int i = 0; i < SIZE; i++) {
        values[i] = 0.25f + 0.01f * i;
      }
      if (example == 0) {
        values[place] = Float.NaN;
      }
      batch.add(values, 0, 1f, network.spec().normalization(), 0, example);
    }
    float[] outputs = new float[2 * network.outputs()];
    network.predict(batch, workspace, outputs);
    network.gradient(batch, 1, 1, workspace, gradient);
    return outputs;
  }

  private static final List<String> MODELS =
      List.of(
          "maxpool window=2;flatten;dense units=3",
          "maxpool window=3;flatten;dense units=3",
          "maxpool window=3 stride=1 padding=1;flatten;dense units=3",
          "avgpool window=2;flatten;dense units=3",
          "conv2d filters=2 kernel=3;relu;flatten;dense units=3",
          "conv2d filters=2 kernel=3 padding=1;maxpool window=2;flatten;dense units=3",
          "globalMaxPool;dense units=3",
          "globalAveragePool;dense units=3",
          "groupNorm groups=1;flatten;dense units=3",
          "groupNorm groups=1;relu;flatten;dense units=3",
          "conv2d filters=4 kernel=3;relu;groupNorm groups=2;relu;globalMaxPool;dense units=3",
          "batchNorm;flatten;dense units=3",
          "batchNorm frozen=true;relu;flatten;dense units=3",
          "conv2d filters=4 kernel=3;relu;batchNorm;relu;globalMaxPool;dense units=3",
          "flatten;dense units=4;batchNorm;dense units=3",
          "layerNorm;flatten;dense units=3",
          "conv2d filters=2 kernel=3;layerNorm;relu;globalAveragePool;dense units=3",
          "flatten;dense units=4;layerNorm;relu;dense units=3",
          "relu;flatten;dense units=3",
          "sigmoid;flatten;dense units=3",
          "tanh;flatten;dense units=3",
          "leakyRelu;flatten;dense units=3",
          "relu6;flatten;dense units=3",
          "elu;flatten;dense units=3",
          "gelu;flatten;dense units=3",
          "silu;flatten;dense units=3",
          "hardSwish;flatten;dense units=3",
          "hardSigmoid;flatten;dense units=3",
          "softplus;flatten;dense units=3",
          "dropout rate=0;flatten;dense units=3",
          "relu name=a;tanh name=b from=a;add from=a,b;flatten;dense units=3",
          "relu name=a;tanh name=b from=a;concat from=a,b;flatten;dense units=3");

  static Stream<String> models() {
    return MODELS.stream();
  }

  static Stream<String> layers() {
    return LayerTypes.names().stream();
  }

  /** A layer that no model here has might swallow what is no number. */
  @ParameterizedTest
  @MethodSource("layers")
  void everyLayerIsInOneOfTheModels(String layer) {
    assertThat(MODELS)
        .anyMatch(
            model -> Stream.of(model.split(";")).anyMatch(l -> l.split(" ")[0].equals(layer)));
  }

  @ParameterizedTest
  @MethodSource("models")
  void reachesTheOutputsAndTheGradientFromAnyPlace(String layers) {
    for (String loss : new String[] {"softmax", "sigmoid", "squared"}) {
      Network network = network(layers, loss);
      for (int place = 0; place < SIZE; place++) {
        float[] gradient = new float[network.parameterCount()];
        float[] outputs = predict(network, place, gradient);
        int n = network.outputs();
        assertThat(outputs[0]).as("%s, %s, place %d", layers, loss, place).isNaN();
        assertThat(Arrays.copyOfRange(outputs, n, 2 * n)).doesNotContain(Float.NaN);
        boolean found = false;
        for (float value : gradient) {
          found |= Float.isNaN(value);
        }
        assertThat(found).as("gradient of %s, %s, place %d", layers, loss, place).isTrue();
      }
    }
  }

  @Test
  void labelsOutOfRangeAreRefused() {
    Network network = network("flatten;dense units=3", "softmax");
    Workspace workspace = network.newWorkspace(1, true);
    network.load(network.initialWeights(1), workspace);
    for (int label : new int[] {-1, 3, Integer.MIN_VALUE}) {
      Batch batch = network.newBatch(1);
      batch.add(new float[SIZE], 0, 1f, network.spec().normalization(), label, 0);
      float[] gradient = new float[network.parameterCount()];
      assertThatThrownBy(() -> network.gradient(batch, 1, 1, workspace, gradient))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("got label " + label + " of example 0, expected 0 to 2");
    }
  }
}
