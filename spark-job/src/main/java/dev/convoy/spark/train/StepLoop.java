package dev.convoy.spark.train;

import dev.convoy.engine.network.Network;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.train.step.StepResult;
import dev.convoy.spark.train.step.TrainStep;
import dev.convoy.spark.train.task.BatchPlan;
import dev.convoy.spark.train.task.GradientWork;
import org.apache.spark.SparkContext;

/**
 * The trainer's steps and updates, and nothing around them: no validation, no checkpoints, no
 * events. For benchmarks; {@link EngineLoop} is its counterpart without Spark.
 */
public final class StepLoop {
  private final TrainStep steps;
  private final TrainStep empty;
  private final WeightUpdate update;
  private final Divergence divergence;
  private final BatchPlan plan;
  private final float[] weights;
  private final float[] state;
  private long step;

  /**
   * What a step did.
   *
   * @param examples of its batch
   * @param computeNanos in the engine, in the slowest task
   */
  public record Taken(int examples, long computeNanos) {}

  /** Starts from fresh weights. */
  public StepLoop(SparkContext spark, TrainConfig config, Network network, TrainingData data) {
    TrainConfig.Loop loop = config.loop();
    this.plan =
        new BatchPlan(loop.seed(), data.trainingSizes(), loop.batchSize(), loop.microBatch());
    this.weights = network.initialWeights(loop.seed());
    this.state = config.update().optimizer().newState(weights.length);
    this.divergence = new Divergence(network.parameters(), false);
    this.update =
        new WeightUpdate(
            config.update(), network.parameters(), plan.stepsPerEpoch(), Integer.MAX_VALUE);
    this.steps =
        TrainStep.of(
            spark,
            data,
            config.data().partitions(),
            new GradientWork(
                config.model().toText(), plan, loop.microBatch(), loop.seed(), loop.augmentation()),
            weights.length);
    this.empty = steps.withoutWork();
  }

  /** Takes the next step. */
  public Taken take() {
    StepResult result = steps.run(++step, weights);
    divergence.expectInRange(step, result.counts().outOfRange(), update.rate(step));
    update.apply(result.sum(), weights, state, step);
    return new Taken(plan.batchExamples(step), result.counts().computeNanos());
  }

  /** Sends weights and gradients as a step does, and computes nothing. */
  public void takeEmpty() {
    empty.run(1, weights);
  }
}
