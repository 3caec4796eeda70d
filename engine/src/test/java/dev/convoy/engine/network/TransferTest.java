package dev.convoy.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.TrainedModel;
import java.util.Arrays;
import java.util.List;
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
    assertThat(Transfer.into(target, weights, source).first()).isEqualTo(3);
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
    assertThat(Transfer.into(target, weights, source).first()).isEqualTo(4);
    assertThat(weights).containsExactly(source.weights());
  }

  @Test
  void takesLayersOfTheSameNameWhereverTheyStand() {
    TrainedModel source =
        trained(
            """
            input 8x8x1
            conv2d filters=4 kernel=3 name=eye
            relu
            flatten
            dense units=6 name=body
            dense units=5 name=head
            """);
    Network target =
        new Network(
            ModelSpec.parse(
                """
                input left 8x8x1
                input right 8x8x1
                conv2d filters=2 kernel=3 name=small from=left
                flatten name=flat
                conv2d filters=4 kernel=3 name=eye from=right frozen=true
                relu
                flatten
                dense units=6 name=body
                concat from=body,flat
                dense units=3 name=head
                """));
    float[] weights = target.initialWeights(1);
    float[] fresh = weights.clone();
    Transfer.Taken taken = Transfer.into(target, weights, source);
    assertThat(taken)
        .isEqualTo(new Transfer.Taken(0, List.of("eye", "body"), List.of("head"), false));
    assertThat(taken).hasToString("'eye' and 'body' (afresh, because it differs: 'head')");
    int small = 9 * 2 + 2;
    int shared = 9 * 4 + 4 + 144 * 6 + 6;
    assertThat(Arrays.copyOf(weights, small)).containsExactly(Arrays.copyOf(fresh, small));
    assertThat(Arrays.copyOfRange(weights, small, small + shared))
        .containsExactly(Arrays.copyOf(source.weights(), shared));
    assertThat(Arrays.copyOfRange(weights, small + shared, weights.length))
        .containsExactly(Arrays.copyOfRange(fresh, small + shared, fresh.length));
  }

  @Test
  void namesCountMoreThanPlaces() {
    String two = "input 8x8x1\ndense units=8 name=%s\ndense units=8 name=%s\ndense units=8";
    TrainedModel source = trained(two.formatted("a", "b"));
    Network target = new Network(ModelSpec.parse(two.formatted("new", "a")));
    float[] weights = target.initialWeights(1);
    assertThatThrownBy(() -> Transfer.into(target, weights, source))
        .hasMessageContaining("layers of the same name and size");
    Network same = new Network(ModelSpec.parse(two.formatted("new", "b")));
    assertThat(Transfer.into(same, weights, source).named()).containsExactly("b");
  }

  /** Outputs mean the same as before if the layer that makes them was taken, and only then. */
  @Test
  void tellsWhetherTheHeadWasTaken() {
    String named = BODY + "dense units=6\nrelu\ndense units=5 name=head\ndropout rate=0.1";
    assertThat(headTaken(named, named)).isTrue();
    assertThat(headTaken(named, named.replace("units=6", "units=6 frozen=true"))).isTrue();
    assertThat(headTaken(named, named.replace("head", "other"))).isFalse();
    assertThat(headTaken(named, named.replace("units=5", "units=4"))).isFalse();
    assertThat(headTaken(named, named.replace("relu\nmax", "tanh\nmax"))).isTrue();
    String unnamed = named.replace(" name=head", "");
    assertThat(headTaken(unnamed, unnamed)).isTrue();
    assertThat(headTaken(unnamed, unnamed.replace("relu\nmax", "tanh\nmax"))).isFalse();
    assertThat(headTaken(BODY + "dense units=5\nrelu\ndense units=5", BODY + "dense units=5"))
        .isFalse();
  }

  private static boolean headTaken(String from, String to) {
    Network target = new Network(ModelSpec.parse(to));
    return Transfer.into(target, target.initialWeights(1), trained(from)).head();
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

  /** Whatever keeps two models apart, the message shows it. */
  @Test
  void refusalsShowWhatDiffers() {
    String same = "flatten\ndense units=3";
    refused(
        "input 4x4x1\nnormalize mean=0.5 deviation=0.25\n" + same,
        "input 4x4x1\n" + same,
        "got a model that begins with 'flatten' on 4x4x1 normalised by mean 0.5 and deviation 0.25,"
            + " expected one that begins like this job's, with 'flatten' on 4x4x1 normalised by"
            + " mean 0.0 and deviation 1.0,");
    refused("input eye 4x4x1\n" + same, "input 4x4x1\n" + same, "'flatten' on eye 4x4x1 ");
    refused(
        "input 4x4x1\nflatten\ndense units=5",
        "input 4x4x1\n" + same,
        "'flatten', 'dense units=5 bias=true init=he frozen=false' on 4x4x1 ");
  }

  private static void refused(String source, String target, String message) {
    Network network = new Network(ModelSpec.parse(target));
    float[] weights = network.initialWeights(1);
    assertThatThrownBy(() -> Transfer.into(network, weights, trained(source)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
