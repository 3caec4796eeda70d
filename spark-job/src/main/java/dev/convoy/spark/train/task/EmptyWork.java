package dev.convoy.spark.train.task;

import dev.convoy.engine.sum.GradientSum;
import dev.convoy.engine.tensor.CounterRandom;
import java.lang.ref.SoftReference;

/**
 * Steps without forward and backward, to see what everything else costs: each task takes the
 * weights, and sends back a gradient sum of full length and ordinary values that it encodes anew.
 *
 * @param parameters length of the gradient
 * @param tasks in a step; each stands for one example
 */
public record EmptyWork(int parameters, int tasks) implements StepWork {
  /** The sum that an executor's tasks encode in every step; goes when memory is short. */
  private static SoftReference<Made> made = new SoftReference<>(null);

  private record Made(EmptyWork work, GradientSum sum) {}

  @Override
  public int batchExamples(long step) {
    return tasks;
  }

  @Override
  public TaskResult run(long step, Input input) {
    long start = System.nanoTime();
    TaskResult result = new TaskResult();
    result.begin(input.context());
    if (input.weights().get().length != Float.BYTES * parameters) {
      throw new IllegalStateException("weights of another length");
    }
    GradientSum sum = sum(this);
    result.addExamples(1, 0, 0);
    result.addComputeNanos(System.nanoTime() - start);
    result.setGradient(sum.encode());
    result.end();
    return result;
  }

  private static synchronized GradientSum sum(EmptyWork work) {
    Made held = made.get();
    if (held == null || !held.work().equals(work)) {
      held = new Made(work, ordinary(work.parameters(), work.tasks()));
      made = new SoftReference<>(held);
    }
    return held.sum();
  }

  /** A sum of values such as gradients have, about 1e-3 in size. */
  private static GradientSum ordinary(int parameters, int tasks) {
    float[] gradient = new float[parameters];
    for (int i = 0; i < parameters; i++) {
      gradient[i] = 1e-3f * CounterRandom.gaussian(1, i);
    }
    GradientSum sum = new GradientSum(parameters);
    sum.add(gradient, 1, tasks);
    return sum;
  }
}
