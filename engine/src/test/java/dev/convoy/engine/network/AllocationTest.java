package dev.convoy.engine.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.convoy.engine.data.Batch;
import dev.convoy.engine.kernel.KernelProvider;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.sum.GradientSum;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A micro-batch allocates nothing. With scalar kernels, because vectors are objects until C2 has
 * compiled them; the allocation benchmark shows the same of compiled vector kernels.
 */
class AllocationTest {
  private static final int MICRO_BATCHES = 300;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "input 12x12x1\nconv2d filters=4 kernel=3\nrelu\nmaxpool window=2\nconv2d filters=6 kernel=3 stride=2\ntanh\ndense units=9\nrelu\ndropout rate=0.5\ndense units=3",
        "input 9x9x2\nconv2d filters=3 kernel=2\navgpool window=3 padding=1\nsigmoid\ndense units=4\nloss sigmoid",
        GraphModels.NORM_SKIP,
        "input 9x7x2\nconv2d filters=5 kernel=2\ngelu\nconv2d filters=9 kernel=3\nsilu\nmaxpool window=2\nleakyRelu\ndense units=13\nelu\ndense units=7\nsoftplus\ndense units=5\nhardSwish\nrelu6\nhardSigmoid\ndense units=3",
        GraphModels.BATCH_NORM_SKIP,
        GraphModels.DENSE_SKIP,
        GraphModels.EVERYTHING,
      })
  void aMicroBatchAllocatesNothing(String model) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    boolean scalar = KernelProvider.get().name().equals("scalar");
    Network network = new Network(ModelSpec.parse(model));
    Batch batch = network.newBatch(32);
    Workspace training = network.newWorkspace(32, true, KernelProvider.byName("scalar"));
    Workspace inference = network.newWorkspace(32, false, KernelProvider.byName("scalar"));
    float[] weights = network.initialWeights(1);
    float[] gradient = new float[weights.length];
    float[] outputs = new float[32 * network.outputs()];
    byte[] pixels = new byte[network.spec().input().size()];
    float[] table = network.spec().normalization().table();
    GradientSum sum = new GradientSum(weights.length);
    long before = 0;
    for (int i = -3; i < MICRO_BATCHES; i++) {
      if (i == 0) {
        before = threads.getThreadAllocatedBytes(thread);
      }
      batch.clear();
      for (int e = 0; e < 27; e++) {
        batch.add(pixels, 0, table, e % network.outputs(0), e);
      }
      sum.clear();
      network.load(weights, training);
      network.gradient(batch, 1, 2, training, gradient);
      if (scalar) {
        sum.add(gradient, 27, 27);
      }
      network.load(weights, inference);
      network.predict(batch, inference, outputs);
    }
    long allocated = threads.getThreadAllocatedBytes(thread) - before;
    // Reading the counter itself may allocate a little, once; a single object a micro-batch would
    // be 16 bytes x 50.
    assertThat(allocated).isLessThan(16L * MICRO_BATCHES);
  }
}
