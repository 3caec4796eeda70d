package dev.convoy.engine.bench;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.KernelProvider;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.loss.Loss;
import dev.convoy.engine.loss.SoftmaxCrossEntropy;
import dev.convoy.engine.loss.Targets;
import dev.convoy.engine.optimizer.Adam;
import dev.convoy.engine.optimizer.Optimizer;
import dev.convoy.engine.optimizer.Sgd;
import dev.convoy.engine.sum.GradientSum;
import dev.convoy.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What a step does once an example (loss) or once a parameter (exact sum, mean, update). */
final class StepCases {
  private static final int PARAMETERS = 101_770;

  private StepCases() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(13);
    float[] z = random(random, 10 * LANES);
    float[] dz = new float[z.length];
    int[] labels = new int[LANES];
    Kernels kernels = KernelProvider.get();
    double[] work = new double[Loss.work(10)];
    Targets targets = new Targets();
    targets.set(labels, 0);
    SoftmaxCrossEntropy softmax = new SoftmaxCrossEntropy();
    cases.add(
        Case.bytes(
            "softmax loss, 16 examples, 10 out",
            8.0 * z.length,
            () ->
                softmax.apply(
                    kernels, work, 16, 10, new Tensor(z, 0), targets, new Tensor(dz, 0))));
    float[] gradient = random(random, PARAMETERS);
    float[] weights = random(random, PARAMETERS);
    float[] mean = new float[PARAMETERS];
    GradientSum sum = new GradientSum(PARAMETERS);
    GradientSum other = new GradientSum(PARAMETERS);
    other.add(gradient, 64, 64);
    cases.add(
        Case.bytes(
            "exact sum: add, 102k",
            20.0 * PARAMETERS,
            () -> {
              sum.clear();
              sum.add(gradient, 64, 64);
            }));
    cases.add(Case.bytes("exact sum: mean, 102k", 12.0 * PARAMETERS, () -> other.mean(mean)));
    update(cases, "sgd", new Sgd(0f, false), 12.0, weights, gradient);
    update(cases, "sgd momentum", new Sgd(0.9f, false), 20.0, weights, gradient);
    update(cases, "adam", new Adam(0.9f, 0.999f, 1e-8f, false), 28.0, weights, gradient);
    return cases;
  }

  private static void update(
      List<Case> cases,
      String name,
      Optimizer optimizer,
      double bytes,
      float[] weights,
      float[] gradient) {
    float[] own = weights.clone();
    float[] state = optimizer.newState(PARAMETERS);
    cases.add(
        Case.bytes(
            name + " update, 102k",
            bytes * PARAMETERS,
            () -> optimizer.update(own, gradient, state, 0, PARAMETERS, 0f, 1e-9f, 10)));
  }

  private static float[] random(SplittableRandom random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }
}
