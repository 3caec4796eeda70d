package dev.convoy.spark.train.event;

import java.util.List;

/** What happens in a run, in order: one stream that all reporting listens to. */
public sealed interface TrainEvent {

  /**
   * Training is about to start (or to go on from {@code firstStep}).
   *
   * @param cut how the data lies in the cluster
   * @param course the steps to take
   * @param data what identifies the training set
   * @param layers names of the layers that have parameters, in order
   */
  record Started(
      String applicationId,
      int parameters,
      long trainingExamples,
      long validationExamples,
      Cut cut,
      Course course,
      Data data,
      List<String> layers)
      implements TrainEvent {
    /** Checks and copies what is given. */
    public Started {
      layers = List.copyOf(layers);
    }
  }

  /**
   * How the data lies in the cluster.
   *
   * @param slots tasks that can run at once
   */
  record Cut(int shards, int partitions, int slots) {}

  /**
   * The steps of a run.
   *
   * @param firstStep from 1; later than that if the run goes on from a checkpoint
   * @param totalSteps the number of the last
   */
  record Course(long firstStep, long totalSteps, long stepsPerEpoch, int epochs) {}

  /**
   * What identifies a data set, however it is cut.
   *
   * @param examples how many
   * @param classes largest label + 1
   * @param shape of one example
   * @param hash over every index, label and pixel
   */
  record Data(long examples, int classes, String shape, String hash) {}

  /**
   * What the values of the examples are, and what the network sees of them; before the first step.
   *
   * @param low smallest value in the data
   * @param high largest value in the data
   * @param scale value that stands for a full pixel
   * @param lowInput what the network sees of {@code low}, after scale and normalisation
   * @param highInput what it sees of {@code high}
   */
  record Ranged(float low, float high, float scale, float lowInput, float highInput)
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
      Cut cut,
      int parameters,
      long bytesPerStep,
      double computeMillis,
      double overheadMillis,
      double examplesPerSecond,
      List<Scaling> scaling)
      implements TrainEvent {
    /** Checks and copies what is given. */
    public Planned {
      scaling = List.copyOf(scaling);
    }
  }

  /** Predicted speed with {@code slots} task slots; {@code efficiency} 1 is perfect scaling. */
  record Scaling(int slots, double examplesPerSecond, double efficiency) {}

  /**
   * One step was taken.
   *
   * @param step from 1
   * @param epoch from 1
   * @param score of the weights before the update
   * @param learningRate of the update
   * @param norms of the whole and of each layer
   * @param times where its time went
   * @param executors who did how much of it
   */
  record Step(
      long step,
      int epoch,
      Score score,
      float learningRate,
      Norms norms,
      StepTimes times,
      List<Share> executors)
      implements TrainEvent {
    /** Checks and copies what is given. */
    public Step {
      executors = List.copyOf(executors);
    }

    /** Examples of the batch. */
    public int examples() {
      return score.examples();
    }

    /** Mean over the batch's examples. */
    public double loss() {
      return score.loss();
    }

    /** Examples of the batch classified right. */
    public int correct() {
      return score.correct();
    }

    /** Seconds that the step took. */
    public double seconds() {
      return times.seconds();
    }

    /** The largest over the tasks of seconds in the engine. */
    public double computeSeconds() {
      return times.computeSeconds();
    }
  }

  /**
   * How the batch of a step was answered, before the update.
   *
   * @param loss mean over the examples
   * @param correct examples classified right
   */
  record Score(int examples, double loss, int correct) {}

  /**
   * Where the time of a step went, in seconds; the first is the sum of the others, as far as they
   * do not overlap.
   *
   * @param seconds of the whole step
   * @param broadcastSeconds weights to bytes, handing them to Spark, releasing them
   * @param computeSeconds the largest over the tasks of time in the engine
   * @param resultSeconds what remains: scheduling tasks, fetching weights, returning results
   * @param mergeSeconds on the driver: adding results
   * @param updateSeconds on the driver: mean, clipping, optimizer, norms
   */
  record StepTimes(
      double seconds,
      double broadcastSeconds,
      double computeSeconds,
      double resultSeconds,
      double mergeSeconds,
      double updateSeconds) {}

  /**
   * Euclidean norms.
   *
   * @param gradient of the whole mean gradient, before clipping
   * @param gradients of each layer of {@link Started#layers}, before clipping
   * @param weights of each of these layers, after the update
   */
  record Norms(double gradient, List<Float> gradients, List<Float> weights) {
    /** Checks and copies what is given. */
    public Norms {
      gradients = List.copyOf(gradients);
      weights = List.copyOf(weights);
    }
  }

  /**
   * One executor's part of a step.
   *
   * @param executor Spark's name for it
   * @param computeSeconds in the engine, all its tasks together
   */
  record Share(String executor, int tasks, long examples, double computeSeconds) {
    /** This and {@code other}, two parts of one executor. */
    public Share plus(Share other) {
      return new Share(
          executor,
          tasks + other.tasks,
          examples + other.examples,
          computeSeconds + other.computeSeconds);
    }
  }

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
   * Training is over.
   *
   * @param steps taken since the very first start
   * @param reason why it ended
   * @param seconds of this process
   * @param examples seen by this process
   * @param computeSeconds in the engine, of the slowest task of each step
   * @param sparkSeconds scheduling and moving
   * @param driverSeconds merging and updating
   * @param weightsSha256 of the final weights
   */
  record Finished(
      long steps,
      StopReason reason,
      double seconds,
      long examples,
      double computeSeconds,
      double sparkSeconds,
      double driverSeconds,
      String weightsSha256)
      implements TrainEvent {}
}
