package dev.convoy.spark.train;

import dev.convoy.engine.model.ParameterLayout;
import dev.convoy.engine.optimizer.Clipping;
import dev.convoy.engine.optimizer.LearningRate;
import dev.convoy.engine.sum.GradientSum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * From the sum of a batch's gradients to new weights, on the driver: mean, clipping, weight decay,
 * optimizer. Frozen parameters take no part in any of it. Running statistics move towards the mean
 * of what the micro-batches have, which stands where their gradients would, and take no part in the
 * rest.
 */
public final class WeightUpdate {
  private final TrainConfig.Update update;
  private final LearningRate schedule;
  private final List<Range> trained = new ArrayList<>();
  private final List<Range> frozen = new ArrayList<>();
  private final List<Statistic> statistics = new ArrayList<>();
  private final float[] mean;
  private final LayerNorms norms;
  private final long totalSteps;

  /** A run of parameters that are treated alike. */
  private record Range(int from, int to, float decay) {}

  /** A run of running statistics. */
  private record Statistic(int from, int to, float momentum) {}

  /** Updates of a run of {@code totalSteps} steps. */
  public WeightUpdate(
      TrainConfig.Update update, ParameterLayout layout, long stepsPerEpoch, long totalSteps) {
    this.update = update;
    this.schedule = update.learningRate().inSteps(stepsPerEpoch);
    this.totalSteps = totalSteps;
    this.mean = new float[layout.size()];
    this.norms = new LayerNorms(layout);
    for (ParameterLayout.Entry entry : layout.entries()) {
      int to = entry.offset() + entry.length();
      if (entry.isStatistic() && !entry.frozen()) {
        statistics.add(new Statistic(entry.offset(), to, entry.momentum()));
      } else {
        float decay = entry.decays() ? update.weightDecay() : 0f;
        (entry.frozen() ? frozen : trained).add(new Range(entry.offset(), to, decay));
      }
    }
  }

  /** Learning rate of {@code step}. */
  public float rate(long step) {
    return schedule.at(step, totalSteps);
  }

  /**
   * Updates {@code weights} and {@code state} in place.
   *
   * @return Euclidean norm of the mean gradient before clipping
   */
  public double apply(GradientSum sum, float[] weights, float[] state, long step) {
    sum.mean(mean);
    for (Range range : frozen) {
      Arrays.fill(mean, range.from(), range.to(), 0f);
    }
    statistics.forEach(statistic -> move(statistic, weights));
    double norm = norms.readGradients(mean);
    Clipping.clipValue(mean, update.clipValue());
    Clipping.clipNorm(mean, update.clipNorm());
    float rate = rate(step);
    for (Range range : trained) {
      update
          .optimizer()
          .update(weights, mean, state, range.from(), range.to(), range.decay(), rate, step);
    }
    norms.readWeights(weights);
    return norm;
  }

  /** {@code w = (1 - momentum) * w + momentum * mean}; no gradient of it is left behind. */
  private void move(Statistic statistic, float[] weights) {
    for (int i = statistic.from(); i < statistic.to(); i++) {
      weights[i] = (1f - statistic.momentum()) * weights[i] + statistic.momentum() * mean[i];
      mean[i] = 0f;
    }
  }

  /** Norms by layer of the last {@link #apply}. */
  LayerNorms norms() {
    return norms;
  }
}
