package dev.convoy.engine.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.convoy.engine.data.Batch;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.testing.Fixtures;
import dev.convoy.engine.testing.LayerRun;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/**
 * The small MNIST network of {@code conf/seed-cnn.yaml}, with formula weights, against float64
 * reference values on real images.
 */
class MnistReferenceTest {
  private static final String MODEL =
      """
      input 28x28x1
      normalize mean=0.5 deviation=1
      conv2d filters=8 kernel=3 bias=false
      maxpool window=2
      flatten
      dense units=10
      """;

  private final Network network = new Network(ModelSpec.parse(MODEL));
  private final float[] table = network.spec().normalization().table();
  private final byte[] images = resource("first-1000-test-images-idx3-ubyte.gz", 16);
  private final byte[] labels = resource("first-1000-test-labels-idx1-ubyte.gz", 8);

  private static byte[] resource(String name, int header) {
    try (InputStream in =
        new GZIPInputStream(MnistReferenceTest.class.getResourceAsStream("/mnist/" + name))) {
      in.skipNBytes(header);
      return in.readAllBytes();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private float[] formulaWeights() {
    float[] w = new float[network.parameterCount()];
    for (int q = 0; q < 8; q++) {
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
          w[(i * 3 + j) * 8 + q] = (float) (Math.sin(1 + 9 * q + 3 * i + j) / 9);
        }
      }
    }
    for (int i = 0; i < 1352; i++) {
      for (int j = 0; j < 10; j++) {
        w[72 + i * 10 + j] = (float) (Math.cos(10 * i + j) / 1352);
      }
    }
    for (int j = 0; j < 10; j++) {
      w[72 + 13520 + j] = 0.01f * j;
    }
    return w;
  }

  private Batch batch(int first, int count) {
    Batch batch = new Batch(network.spec().input(), count);
    for (int i = first; i < first + count; i++) {
      batch.add(images, i * 784, table, labels[i], i);
    }
    return batch;
  }

  @Test
  void forwardMatches() {
    JsonNode expected = Fixtures.read("mnist_forward");
    Workspace workspace = network.newWorkspace(40, false);
    network.load(formulaWeights(), workspace);
    float[] probabilities = new float[400];
    double loss = 0;
    int correct = 0;
    for (int first = 0; first < 1000; first += 40) {
      network.predict(batch(first, 40), workspace, probabilities);
      if (first == 0) {
        LayerRun.close("p", probabilities, 0, Fixtures.values(expected.get("probabilities")));
      }
      loss += workspace.lossSum();
      correct += workspace.correct();
    }
    assertThat(loss / 1000).isCloseTo(expected.get("mean_loss").asDouble(), Offset.offset(1e-5));
    assertThat(correct).isEqualTo(expected.get("correct").asInt());
  }

  @Test
  void backwardMatches() {
    JsonNode expected = Fixtures.read("mnist_backward");
    Workspace workspace = network.newWorkspace(8, true);
    network.load(formulaWeights(), workspace);
    float[] gradient = new float[network.parameterCount()];
    network.gradient(batch(0, 8), 1, 1, workspace, gradient);
    double sum = 0;
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] /= 8;
      sum += i >= 72 && i < 72 + 13520 ? Math.abs(gradient[i]) : 0;
    }
    double[] filters = Fixtures.filtersLast(Fixtures.values(expected.get("d_filters")), 8, 1, 3, 3);
    LayerRun.close("d_filters", gradient, 0, filters);
    LayerRun.close("d_bias", gradient, 72 + 13520, Fixtures.values(expected.get("d_bias")));
    LayerRun.close("d_weight", gradient, 72, Fixtures.values(expected.get("d_weight_first_rows")));
    double total = expected.get("d_weight_abs_sum").asDouble();
    assertThat(sum).isCloseTo(total, Offset.offset(1e-5 * total));
  }

  @Test
  void untrainedNetworkGuesses() {
    Network fresh =
        new Network(
            ModelSpec.parse(
                MODEL
                    .replace("bias=false", "bias=false init=small")
                    .replace("units=10", "units=10 init=small")));
    Workspace workspace = fresh.newWorkspace(40, false);
    int correct = 0;
    for (int seed = 1; seed <= 10; seed++) {
      fresh.load(fresh.initialWeights(seed), workspace);
      double loss = 0;
      int right = 0;
      for (int first = 0; first < 1000; first += 40) {
        fresh.predict(batch(first, 40), workspace, null);
        loss += workspace.lossSum();
        right += workspace.correct();
      }
      assertThat(loss / 1000).isCloseTo(2.303, Offset.offset(0.02));
      correct += right;
    }
    assertThat(correct / 10_000.0).isBetween(0.07, 0.13);
  }

  /** A partial micro-batch equals the same examples in any other company. */
  @Test
  void companyDoesNotChangeAnExample() {
    Workspace workspace = network.newWorkspace(40, false);
    network.load(formulaWeights(), workspace);
    float[] together = new float[400];
    network.predict(batch(0, 40), workspace, together);
    float[] alone = new float[10];
    for (int i = 0; i < 40; i++) {
      network.predict(batch(i, 1), workspace, alone);
      assertThat(alone)
          .containsExactly(java.util.Arrays.copyOfRange(together, i * 10, i * 10 + 10));
    }
  }
}
