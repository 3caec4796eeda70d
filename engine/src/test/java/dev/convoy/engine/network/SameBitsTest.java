package dev.convoy.engine.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.kernel.KernelProvider;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.model.ModelSpec;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vector and scalar kernels agree bit for bit, for all layers at awkward sizes. */
class SameBitsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "input 28x28x1\nconv2d filters=8 kernel=3 bias=false\nmaxpool window=2\ndense units=10",
        "input 28x28x1\nconv2d filters=6 kernel=5 padding=2\nrelu\nmaxpool window=2\nconv2d filters=16 kernel=5\nrelu\nmaxpool window=2\ndense units=120\nrelu\ndense units=84\nrelu\ndense units=10",
        "input 9x11x3\nconv2d filters=7 kernel=3 padding=same\nrelu\nmaxpool window=3 stride=2 padding=1\nconv2d filters=5 kernel=2x4 stride=2x3\nsigmoid\ndense units=13\ntanh\ndense units=3",
        "input 12x10x2\nconv2d filters=1 kernel=3 padding=1\nrelu\navgpool window=2x3\nconv2d filters=33 kernel=1\nrelu\ndropout rate=0.3\ndense units=21\nrelu\ndense units=2\nloss sigmoid",
        "input 8x8x32\nconv2d filters=34 kernel=3 padding=1\nrelu\nmaxpool window=2\nconv2d filters=3 kernel=3\ndense units=1\nloss squared",
        "input 40x37x1\nconv2d filters=32 kernel=3 padding=1\nrelu\nmaxpool window=2\ndense units=4",
        "input 9x11x3\nconv2d filters=15 kernel=3\ngroupNorm groups=5\nrelu\nmaxpool window=2\ngroupNorm groups=15\nlayerNorm\nrelu\nglobalAveragePool\ndense units=33\nlayerNorm\ndense units=3",
        "input 6x6x1\nlayerNorm\nconv2d filters=8 kernel=3\ngroupNorm groups=1\ntanh\nglobalMaxPool\ndense units=2",
        "input 9x11x3\nconv2d filters=15 kernel=3\nbatchNorm\nrelu\nmaxpool window=2\nbatchNorm\ndense units=33\nbatchNorm\nrelu\ndense units=3",
        GraphModels.NORM_SKIP,
        "input 9x7x2\nconv2d filters=5 kernel=2\ngelu\nconv2d filters=9 kernel=3\nsilu\nmaxpool window=2\nleakyRelu\ndense units=13\nelu\ndense units=7\nsoftplus\ndense units=5\nhardSwish\nrelu6\nhardSigmoid\ndense units=3",
        GraphModels.BATCH_NORM_SKIP,
        GraphModels.DENSE_SKIP,
        GraphModels.EVERYTHING,
      })
  void providersAgree(String model) {
    Assumptions.assumeTrue(
        KernelProvider.vectorModulePresent(), "no jdk.incubator.vector in this JVM");
    Network network = new Network(ModelSpec.parse(model));
    for (int examples : new int[] {1, 7, 16, 31, 32, 64}) {
      float[] scalar = gradient(network, examples, KernelProvider.byName("scalar"));
      float[] vector = gradient(network, examples, KernelProvider.byName("vector"));
      assertThat(bits(vector)).as(examples + " examples").isEqualTo(bits(scalar));
    }
  }

  private static float[] gradient(Network network, int examples, Kernels kernels) {
    Batch batch = GradientCheckTest.batch(network, examples);
    Workspace workspace = network.newWorkspace(examples, true, kernels);
    float[] result = new float[network.parameterCount() + 1];
    float[] gradient = new float[network.parameterCount()];
    network.load(network.initialWeights(5), workspace);
    network.gradient(batch, 3, 4, workspace, gradient);
    System.arraycopy(gradient, 0, result, 0, gradient.length);
    result[gradient.length] = (float) workspace.lossSum();
    return result;
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }
}
