package dev.convoy.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TransferTest {
  private static final String BODY =
      "input 8x8x1\nconv2d filters=4 kernel=3\nrelu\nmaxpool window=2\n";

  private static TrainedModel trained(String text) {
    Network network = new Network(ModelSpec.parse(text));
    return new TrainedModel(network.spec(), network.outputs(), network.initialWeights(7));
  }

  @Test
  void takesTheCommonBeginningAndLeavesTheNewHead() {
    TrainedModel source = trained(BODY + "dense units=5");
    Network target =
        new Network(
            ModelSpec.parse(
                BODY.replace("kernel=3", "kernel=3 frozen=true init=zero") + "dense units=3"));
    float[] weights = target.initialWeights(1);
    float[] fresh = weights.clone();
    assertThat(Transfer.into(target, weights, source)).isEqualTo(3);
    assertThat(java.util.Arrays.copyOf(weights, 40))
        .containsExactly(java.util.Arrays.copyOf(source.weights(), 40));
    assertThat(java.util.Arrays.copyOfRange(weights, 40, weights.length))
        .containsExactly(java.util.Arrays.copyOfRange(fresh, 40, fresh.length));
  }

  @Test
  void takesAllOfTheSameNetwork() {
    TrainedModel source = trained(BODY + "dense units=5");
    Network target = new Network(source.spec());
    float[] weights = target.initialWeights(1);
    assertThat(Transfer.into(target, weights, source)).isEqualTo(4);
    assertThat(weights).containsExactly(source.weights());
  }

  @Test
  void refusesAModelThatBeginsOtherwise() {
    TrainedModel source = trained("input 8x8x1\nconv2d filters=5 kernel=3\ndense units=5");
    Network target = new Network(ModelSpec.parse(BODY + "dense units=5"));
    assertThatThrownBy(() -> Transfer.into(target, target.initialWeights(1), source))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("filters=5")
        .hasMessageContaining("filters=4");
  }
}
