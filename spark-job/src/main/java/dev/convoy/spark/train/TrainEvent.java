package dev.convoy.spark.train;

import java.util.List;

/** What happens in a run, in order: one stream that all reporting listens to. */
public sealed interface TrainEvent {

  /** Training is about to start (or to go on from {@code firstStep}). */
  record Started(
      String applicationId,
      int parameters,
      long trainingExamples,
      long validationExamples,
      int shards,
      int partitions,
      int slots,
      long firstStep,
      long totalSteps,
      long stepsPerEpoch,
      int epochs)
      implements TrainEvent {}

  /**
   * What the run is expected to cost, measured on a few micro-batches before the first step. Times
   * in milliseconds a step.
   *
   * @param bytesPerStep weights out and gradients back, all tasks together
   * @param scaling the same for 1, 2, 4 and 8 times the slots at hand, by Amdahl's law
   */
  record Planned(
      long examples,
      int shards,
      int partitions,
      int slots,
      int parameters,
      long bytesPerStep,
      double computeMillis,
      double overheadMillis,
      double examplesPerSecond,
      List<Scaling> scaling)
      implements TrainEvent {
    public Planned {
      scaling = List.copyOf(scaling);
    }
  }

  /** Predicted speed with {@code slots} task slots; {@code efficiency} 1 is perfect scaling. */
  record Scaling(int slots, double examplesPerSecond, double efficiency) {}

  /**
   * One step was taken. Times in seconds.
   *
   * @param step from 1
   * @param epoch from 1
   * @param loss mean over the batch's examples
   * @param correct examples of the batch classified right, before the update
   * @param computeSeconds the largest over the tasks of time in the engine
   * @param mergeSeconds on the driver: adding results
   * @param updateSeconds on the driver: mean, clipping, optimizer
   */
  record Step(
      long step,
      int epoch,
      int examples,
      double loss,
      int correct,
      float learningRate,
      double gradientNorm,
      double seconds,
      double broadcastSeconds,
      double computeSeconds,
      double mergeSeconds,
      double updateSeconds)
      implements TrainEvent {}

  /** A pass over held-out data is done. {@code best} if no earlier one was better. */
  record Evaluated(
      String dataset,
      long step,
      int epoch,
      long examples,
      double loss,
      double accuracy,
      double seconds,
      boolean best)
      implements TrainEvent {}

  /** The run goes on after {@code step}, from the checkpoint at {@code path}. */
  record Resumed(long step, int epoch, String path) implements TrainEvent {}

  /** State was saved. */
  record Checkpointed(long step, String path, double seconds) implements TrainEvent {}

  /**
   * Something a user should know that is not an error: a retry, a skipped checkpoint, a fallback.
   */
  record Warned(long step, String message) implements TrainEvent {}

  /**
   * Training is over. {@code reason} is for example {@code epochs}, {@code maxSteps}, {@code
   * patience}.
   */
  record Finished(
      long steps,
      String reason,
      double seconds,
      long examples,
      double computeSeconds,
      double sparkSeconds,
      double driverSeconds,
      String weightsSha256)
      implements TrainEvent {}
}
