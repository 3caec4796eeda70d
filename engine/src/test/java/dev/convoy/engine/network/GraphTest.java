package dev.convoy.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.ModelSummary;
import dev.convoy.engine.tensor.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models with joins, and with several inputs and outputs. */
class GraphTest {

  private static float[] predict(String model, float[] weights, float... example) {
    Network network = new Network(ModelSpec.parse(model));
    Workspace workspace = network.newWorkspace(1, false);
    Batch batch = network.newBatch(1);
    batch.add(example, 0, 0, 0);
    network.load(weights, workspace);
    float[] out = new float[network.outputs()];
    network.predict(batch, workspace, out);
    return out;
  }

  @Test
  void addAndConcatByHand() {
    String ends = "input a 1x2x2\ninput b 1x2x2\n";
    float[] example = {1, 2, 3, 4, 50, 60, 70, 80};
    assertThat(predict(ends + "add from=a,b\nloss squared", new float[0], example))
        .containsExactly(51, 62, 73, 84);
    assertThat(predict(ends + "concat from=b,a\nloss squared", new float[0], example))
        .containsExactly(50, 60, 1, 2, 70, 80, 3, 4);
    assertThat(
            predict(
                ends
                    + "flatten from=b name=f\nflatten from=a name=g\nconcat from=f,g\nloss squared",
                new float[0],
                example))
        .containsExactly(50, 60, 70, 80, 1, 2, 3, 4);
    assertThat(
            predict(
                ends
                    + "dense units=1 bias=false name=x from=a\n"
                    + "dense units=1 bias=false name=y from=b\n"
                    + "output y loss=squared\noutput x loss=squared",
                new float[] {1, 0, 0, 10, 0, 1, 0, 0},
                example))
        .as("outputs in their own order")
        .containsExactly(60, 41);
  }

  @Test
  void outputsThatAreNoNumbersAreNeverRight() {
    Network network = new Network(ModelSpec.parse(GraphModels.TWO_HEADS));
    Workspace workspace = network.newWorkspace(16, false);
    float[] weights = network.initialWeights(1);
    Arrays.fill(weights, Float.NaN);
    network.load(weights, workspace);
    network.predict(
        GradientCheckTest.batch(network, 9), workspace, new float[9 * network.outputs()]);
    assertThat(workspace.correct(0)).isZero();
    assertThat(workspace.lossSum()).isNaN();
  }

  @Test
  void theObjectiveIsTheWeightedSumOfTheLosses() {
    Network network = new Network(ModelSpec.parse(GraphModels.TWO_HEADS));
    Workspace workspace = network.newWorkspace(16, true);
    Batch batch = GradientCheckTest.batch(network, 9);
    network.load(network.initialWeights(1), workspace);
    float[] both = new float[network.parameterCount()];
    network.gradient(batch, 1, 1, workspace, both);
    assertThat(workspace.lossSum())
        .isEqualTo(1.5 * workspace.lossSum(0) + 0.25 * workspace.lossSum(1));
    assertThat(workspace.correct()).isEqualTo(workspace.correct(0)).isBetween(0, 9);
    assertThat(workspace.correct(1)).isBetween(0, 9);
    assertThat(network.outputs()).isEqualTo(6);
    assertThat(network.outputs(1)).isEqualTo(2);
    assertThatThrownBy(
            () -> network.gradient(new Batch(network.spec().input(), 9), 1, 1, workspace, both))
        .hasMessageContaining("batch: got");
  }

  /** Explicit targets of several outputs stand one behind the other. */
  @Test
  void explicitTargets() {
    Network network =
        new Network(
            ModelSpec.parse(
                "input 1x1x2\ndense units=2 bias=false name=a\ndense units=1 bias=false name=b"
                    + " from=input\noutput a loss=squared\noutput b loss=squared weight=2"));
    Batch batch = new Batch(network.spec().input(), 1, 3, 2);
    batch.add(new float[] {1, 1}, 0, 0, 0);
    batch.target(new float[] {5, 7, 11}, 0);
    Workspace workspace = network.newWorkspace(1, true);
    float[] gradient = new float[6];
    network.load(new float[6], workspace);
    network.gradient(batch, 1, 1, workspace, gradient);
    assertThat(workspace.lossSum(0)).isEqualTo(0.5 * (25 + 49));
    assertThat(workspace.lossSum(1)).isEqualTo(0.5 * 121);
    assertThat(gradient).containsExactly(-5, -7, -5, -7, -22, -22);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        GraphModels.SKIP, GraphModels.PROJECTED_SKIP, GraphModels.DENSE_SKIP,
        GraphModels.TWO_TOWERS, GraphModels.TWO_HEADS, GraphModels.EVERYTHING,
      })
  void textGivesTheModelAgain(String text) {
    ModelSpec spec = ModelSpec.parse(text);
    assertThat(ModelSpec.parse(spec.toText())).isEqualTo(spec);
    assertThat(spec.isSequential()).isFalse();
    assertThat(ModelSummary.of(spec).parameters()).isEqualTo(new Network(spec).parameterCount());
  }

  @Test
  void aChainIsWrittenAsEver() {
    String chain =
        "input 6x6x1\nnormalize mean=0.0 deviation=1.0\nflatten\n"
            + "dense units=2 bias=true init=he frozen=false\nloss softmax\n";
    assertThat(ModelSpec.parse(chain).toText()).isEqualTo(chain);
    assertThat(ModelSpec.parse(chain).isSequential()).isTrue();
    ModelSpec named =
        ModelSpec.parse("input input 6x6x1\nflatten name=f from=input\ndense units=2 from=f");
    assertThat(named.isSequential()).isTrue();
    Network plain = new Network(ModelSpec.parse(chain));
    assertThat(new Network(named).initialWeights(4)).containsExactly(plain.initialWeights(4));
  }

  /**
   * Random graphs: prediction and training see the same loss, so no buffer is used twice at a time;
   * and the gradient is the slope in a random direction.
   */
  @Test
  void randomGraphs() {
    SplittableRandom random = new SplittableRandom(8);
    for (int i = 0; i < 300; i++) {
      ModelSpec spec = randomGraph(random);
      Network network = new Network(spec);
      Batch batch = GradientCheckTest.batch(network, random.nextInt(1, 36));
      Workspace training = network.newWorkspace(48, true);
      Workspace inference = network.newWorkspace(48, false);
      float[] weights = network.initialWeights(i);
      float[] direction = new float[weights.length];
      for (int p = 0; p < weights.length; p++) {
        direction[p] =
            network.parameters().at(p).frozen() ? 0f : 1e-2f * CounterRandom.gaussian(i, p);
      }
      float[] gradient = new float[weights.length];
      network.load(weights, inference);
      network.predict(batch, inference, null);
      network.load(weights, training);
      network.gradient(batch, 1, 1, training, gradient);
      assertThat(training.lossSum()).as(spec.toText()).isEqualTo(inference.lossSum());
      double expected = 0;
      double size = 1e-3 * training.lossSum();
      for (int p = 0; p < weights.length; p++) {
        expected += (double) gradient[p] * direction[p];
        size += Math.abs(gradient[p] * direction[p]);
      }
      double slope =
          (loss(network, weights, direction, 0.05f, batch, inference)
                  - loss(network, weights, direction, -0.05f, batch, inference))
              / 0.1;
      assertThat(slope).as(spec.toText()).isCloseTo(expected, Offset.offset(2e-2 * size));
    }
  }

  private static double loss(
      Network network, float[] weights, float[] by, float step, Batch batch, Workspace workspace) {
    float[] moved = weights.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += step * by[i];
    }
    network.load(moved, workspace);
    network.predict(batch, workspace, null);
    return workspace.lossSum();
  }

  /** A smooth network in which each layer takes from any above it, and loose ends are outputs. */
  private static ModelSpec randomGraph(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    List<String> open = new ArrayList<>();
    List<String> all = new ArrayList<>();
    int inputs = random.nextInt(1, 4);
    for (int k = 0; k < inputs; k++) {
      text.append("input in" + k + " 4x4x2\n");
      text.append(
          "conv2d filters=2 kernel=3 padding=1 init=xavier name=n%d from=in%d%n".formatted(k, k));
      all.add("n" + k);
      open.add("n" + k);
    }
    List<String> flat = new ArrayList<>();
    for (int i = 0; i < random.nextInt(2, 14); i++) {
      String name = "m" + i;
      boolean vector = !flat.isEmpty() && random.nextInt(3) == 0;
      List<String> pool = vector ? flat : all;
      String a = pool.get(random.nextInt(pool.size()));
      String b = pool.get(random.nextInt(pool.size()));
      String frozen = random.nextInt(4) == 0 ? " frozen=true" : "";
      String layer =
          switch (random.nextInt(a.equals(b) ? 3 : 5)) {
            case 0 ->
                vector
                    ? "dense units=3 init=xavier" + frozen
                    : "conv2d filters=2 kernel=3 padding=same init=xavier" + frozen;
            case 1 -> "tanh";
            case 2 -> vector ? "sigmoid" : "avgpool window=3 stride=1 padding=1";
            default -> "add";
          };
      String from = layer.equals("add") ? a + "," + b : a;
      text.append(layer).append(" name=" + name + " from=" + from + "\n");
      open.removeAll(List.of(a, layer.equals("add") ? b : a));
      open.add(name);
      pool.add(name);
      if (random.nextInt(4) == 0) {
        String source = all.get(random.nextInt(all.size()));
        text.append("flatten name=f%d from=%s%n".formatted(i, source));
        text.append("dense units=3 init=xavier name=d%d%n".formatted(i));
        open.remove(source);
        open.add("d" + i);
        flat.add("d" + i);
      }
    }
    for (String end : open) {
      String loss = random.nextInt(2) == 0 ? "softmax" : "sigmoid";
      text.append("output " + end + " loss=" + loss + " weight=" + random.nextInt(1, 4) + "\n");
    }
    return ModelSpec.parse(text.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "input 4x4x1; relu name=stem; relu from=sten | layer 2 (relu): from: got unknown name 'sten', expected input or stem; did you mean 'stem'?",
        "input 4x4x1; relu; relu from=left | layer 2 (relu): from: got unknown name 'left', expected input",
        "input 4x4x1; relu name=a from=b; relu name=b | layer 1 (relu): from: got 'b', layer 2, which itself takes from this one: a cycle; expected layers above this one, so that data flows one way",
        "input 4x4x1; relu name=a from=a | layer 1 (relu): from: got 'a', layer 1, which itself takes from this one: a cycle; expected layers above this one, so that data flows one way",
        "input 4x4x1; add name=s from=input,e; tanh; relu name=e; dense units=1 | layer 1 (add): from: got 'e', layer 3, which itself takes from this one: a cycle; expected layers above this one, so that data flows one way",
        "input 4x4x1; relu name=a from=b; relu name=b from=input; add from=a,b | layer 1 (relu): from: got 'b', layer 2, which stands below; expected layers above this one; move 'b' up",
        "input 4x4x1; relu name=a; relu name=a | layer 2 (relu): name: got 'a' a second time, expected a name of its own",
        "input 4x4x1; relu name=input | layer 1 (relu): name: got 'input' a second time, expected a name of its own",
        "input 4x4x1; add | layer 1 (add): from: got none, expected the names of two layers or more, for example from=a,b",
        "input 4x4x1; concat from=input | layer 1 (concat): from: got 1, expected the names of two layers or more, for example from=a,b",
        "input 4x4x1; add from=input,input | layer 1 (add): from: got 'input' twice, expected each layer once",
        "input 4x4x1; relu name=a; tanh from=input,a | layer 2 (tanh): from: got 2, expected one; put an add or concat before it to bring several together",
        "input 4x4x1; relu name=a; tanh from=input | layer 1 (relu): got no layer and no output that takes from it, expected one; give it a name and use that as a from, or remove it",
        "input a 4x4x1; input b 4x4x1; relu from=a | input b: got no layer that takes from it, expected one with from=b",
        "input a 4x4x1; input b 4x4x1; relu; add from=a,b | layer 1 (relu): from: got none, expected the name of an input, a or b",
        "input a 4x4x1; input a 4x4x1; relu from=a | input: got 'a' twice, expected a name of its own for each",
        "input 4x4x1; relu name=a; output a; output a | output: got 'a' twice, expected a name of its own for each",
        "input 4x4x1; relu name=digit; relu; output digits; output parity | output digits: from: got unknown name 'digits', expected the name of a layer; did you mean 'digit'?; name the layer 'digits', or say from=LAYER",
        "input 4x4x1; relu name=a; output x from=input | output x: from: got the input 'input', expected the name of a layer",
        "input 4x4x1; relu; output x from=none | output x: from: got unknown name 'none', expected the name of a layer",
      })
  void wrongWiringIsNamedWithItsCure(String lines, String message) {
    assertThatThrownBy(() -> ModelSpec.parse(lines.replace("; ", "\n")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "input a 4x4x1; input b 4x4x2; add from=a,b | layer 1 (add), inputs 4x4x1 and 4x4x2: add: got inputs of 4x4x1 and 4x4x2, expected one shape; bring them to it by a convolution, pooling or a dense layer, or use concat",
        "input a 4x4x1; input b 4x5x1; concat from=a,b | layer 1 (concat), inputs 4x4x1 and 4x5x1: concat: got inputs of 4x4x1 and 4x5x1, expected one height and width; bring them to it by padding, stride or pooling, or flatten both",
        "input 4x4x1; flatten | model: got nothing to compute, expected at least one layer besides flatten",
      })
  void shapesThatDoNotJoinAreNamed(String lines, String message) {
    ModelSpec spec = ModelSpec.parse(lines.replace("; ", "\n"));
    assertThatThrownBy(() -> new Network(spec))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "relu name=a,b | name: got 'a,b', expected a name of up to 64 letters, digits, - and _, beginning with a letter",
        "relu name= | relu: got name=, expected a name",
        "add from=a,,b | add: got from=a,,b, expected a name, or several with commas between",
        "output | output: got no name, expected one, for example 'output digit loss=softmax'",
        "output loss=softmax | output: got no name, expected one, for example 'output digit loss=softmax'",
        "output a weight=0 | output a: got weight 0.0, expected more than 0",
        "output a loss=softmx | output: got loss=softmx, expected softmax, sigmoid or squared; did you mean 'softmax'?",
        "input x/y 4x4x1 | input: got 'x/y', expected a name of up to 64 letters, digits, - and _, beginning with a letter",
      })
  void wrongLinesAreNamed(String line, String message) {
    assertThatThrownBy(() -> ModelSpec.parse("input 4x4x1\n" + line))
        .hasMessage("model line 2: " + message);
  }

  @Test
  void oneLossOrOutputs() {
    assertThatThrownBy(() -> ModelSpec.parse("input 4x4x1\nrelu name=a\noutput a\nloss softmax"))
        .hasMessageStartingWith("model line 4: loss: got both a loss and an output");
  }

  @Test
  void theSummaryTellsWhoTakesFromWhom() {
    String table = ModelSummary.of(ModelSpec.parse(GraphModels.TWO_TOWERS)).toString();
    assertThat(table)
        .contains("input 'left'", "input 'right'", "5x4x2")
        .contains("1  conv2d 3 of 3x3 from left", "9  concat from leftEnd, rightEnd")
        .contains("dense 5 'leftEnd'");
    assertThat(ModelSummary.of(ModelSpec.parse(GraphModels.TWO_HEADS)).toString())
        .contains(
            "output digit: layer 6, softmax, weight 1.5",
            "output parity: layer 7, sigmoid, weight 0.25");
  }

  @Test
  void hostileGraphsEndSoon() {
    StringBuilder text = new StringBuilder("input 1x1x1\nrelu name=n0\n");
    for (int i = 1; i < 27; i++) {
      text.append("relu name=m%d from=n%d%n".formatted(i, i - 1));
      text.append("concat name=n%d from=n%d,m%d%n".formatted(i, i - 1, i));
    }
    ModelSpec doubling = ModelSpec.parse(text.toString());
    assertThat(ModelSummary.of(doubling).output().size()).isEqualTo(1 << 26);
    ModelSpec more = ModelSpec.parse(text + "relu name=end\nconcat from=n26,end\n");
    assertThatThrownBy(() -> new Network(more)).hasMessageContaining("channels in all");

    StringBuilder wide = new StringBuilder("input 1x1x1\nrelu name=n0\n");
    StringBuilder names = new StringBuilder("n0");
    for (int i = 1; i < 5000; i++) {
      wide.append("relu from=input name=n%d%n".formatted(i));
      names.append(",n").append(i);
    }
    ModelSpec fan = ModelSpec.parse(wide + "add from=" + names);
    assertThat(new Network(fan).newWorkspace(16, false)).isNotNull();

    StringBuilder ends = new StringBuilder("input 1x1x1\ndense units=67108864 name=a\n");
    for (int i = 0; i < 64; i++) {
      ends.append("output o%d from=a%n".formatted(i));
    }
    ModelSpec sixtyFour = ModelSpec.parse(ends.toString());
    assertThatThrownBy(() -> new Network(sixtyFour))
        .hasMessage("model: got outputs of 134217728 values in all, expected at most 67108864");
    assertThatThrownBy(() -> ModelSpec.parse(ends + "output more from=a"))
        .hasMessageContaining("more than 64 outputs");
    assertThatThrownBy(
            () -> ModelSpec.parse("input a 8192x8192x1\ninput b 8192x8192x1\nadd from=a,b\n"))
        .hasMessageStartingWith("model: got inputs of 134217728 values in all");
  }
}
