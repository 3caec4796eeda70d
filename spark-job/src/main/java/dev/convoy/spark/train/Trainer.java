package dev.convoy.spark.train;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.model.ParameterLayout;
import dev.convoy.engine.model.WeightsHash;
import dev.convoy.engine.network.Network;
import dev.convoy.spark.checkpoint.CheckpointStore;
import dev.convoy.spark.data.TaskSlots;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.data.shard.DataCut;
import dev.convoy.spark.data.shard.Fingerprint;
import dev.convoy.spark.data.source.DataPart;
import dev.convoy.spark.train.cluster.ClusterFailures;
import dev.convoy.spark.train.cluster.FailureWatch;
import dev.convoy.spark.train.cluster.PartitionBalancer;
import dev.convoy.spark.train.event.Evaluation;
import dev.convoy.spark.train.event.EventQueue;
import dev.convoy.spark.train.event.StopReason;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainListener;
import dev.convoy.spark.train.event.TrainingException;
import dev.convoy.spark.train.step.StepResult;
import dev.convoy.spark.train.step.TrainStep;
import dev.convoy.spark.train.task.BatchPlan;
import dev.convoy.spark.train.task.GradientWork;
import dev.convoy.spark.train.task.TaskResult;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;

/**
 * Trains one network on Spark, data-parallel and synchronous. The driver holds the weights; each
 * step sends them out, has every partition add up the gradients of its part of the batch, and
 * updates the weights with the mean. The result is the same, bit for bit, for any number of
 * partitions, cores and executors, and after any stop and resume.
 */
public final class Trainer {
  private final SparkContext spark;
  private final TrainConfig config;
  private final List<TrainListener> listeners;
  private final Supplier<TrainingData> opener;
  private Supplier<float[]> start;
  private Runnable accepted = () -> {};
  private Consumer<List<String>> leftOut = none -> {};
  private BooleanSupplier ours = () -> true;
  private String lost = "";
  private double secondsAnExample = Double.NaN;
  private volatile long lastWanted = Long.MAX_VALUE;

  /**
   * @param spark stays open; the caller stops it
   * @param config the job
   * @param listeners hear every event
   */
  public Trainer(SparkContext spark, TrainConfig config, List<TrainListener> listeners) {
    this(spark, config, listeners, () -> open(spark, config));
  }

  /**
   * @param opener gives the data in place of the path in {@code config}; the trainer closes it
   */
  public Trainer(
      SparkContext spark,
      TrainConfig config,
      List<TrainListener> listeners,
      Supplier<TrainingData> opener) {
    this.spark = spark;
    this.config = config;
    this.listeners = List.copyOf(listeners);
    this.opener = opener;
  }

  /** Opens the training data of a job; the caller closes it. */
  public static TrainingData open(SparkContext spark, TrainConfig config) {
    TrainConfig.Data data = config.data();
    return TrainingData.open(
        spark,
        config.location(),
        DataPart.TRAIN,
        DataCut.shards(data.shards())
            .partitions(data.partitions())
            .seed(config.loop().seed())
            .heldOut(data.validationFraction()));
  }

  /**
   * Runs the job to its end.
   *
   * @param resume go on from the newest checkpoint in the job's directory that verifies, if any;
   *     else the directory must hold no checkpoints
   * @throws dev.convoy.engine.error.InvalidInputException if data, model and job do not fit each
   *     other
   * @throws TrainingException if training itself fails, for example by diverging
   */
  public TrainResult train(boolean resume) {
    Network network = new Network(config.model());
    try (EventQueue events = new EventQueue(listeners)) {
      ClusterFailures failures = new ClusterFailures(spark::isStopped, events::post);
      try (TrainingData data = failures.retry("reading the data", 0, opener)) {
        data.notes().forEach(note -> events.post(new TrainEvent.Warned(0, note)));
        data.expect(config.model());
        Run run = new Run(network, data, events, failures, resume);
        accepted.run();
        leftOut.accept(data.leftOut());
        if (!resume) {
          run.policy.begin();
        }
        return run.toTheEnd();
      }
    } finally {
      spark.setJobDescription(null);
    }
  }

  /**
   * Starts from these weights, in place of fresh ones; for fine-tuning.
   *
   * @param weights asked for once, unless the run goes on from a checkpoint, which has its own:
   *     before {@link #onAccepted}, so that what it throws ends the run before anything is given up
   */
  public void startFrom(Supplier<float[]> weights) {
    this.start = weights;
  }

  /**
   * Has {@code action} run once data, model and checkpoint were accepted, and before the event that
   * training starts: the moment to remove what an earlier run left. What it throws ends the run.
   */
  public void onAccepted(Runnable action) {
    this.accepted = action;
  }

  /**
   * Has {@code action} take the examples that were left out of the data because they cannot be
   * used, each with the reason; after {@link #onAccepted}.
   */
  public void onLeftOut(Consumer<List<String>> action) {
    this.leftOut = action;
  }

  /**
   * Has the run end, with nothing more saved, once it is found before a checkpoint that {@code
   * ours} is false: somebody else writes there.
   *
   * @param lost message of the {@link TrainingException}
   */
  public void whileOurs(BooleanSupplier ours, String lost) {
    this.ours = ours;
    this.lost = lost;
  }

  /**
   * Says how fast the engine is in one thread, for the forecast; without it the forecast takes the
   * time from a trial step, in which nothing has been compiled yet.
   *
   * @param seconds of forward and backward for one example; anything not finite is not believed
   */
  public void expectPace(double seconds) {
    this.secondsAnExample = seconds;
  }

  /** Asks the run to save its state and end after the step at hand; from any thread. */
  public void stop() {
    stopAfter(0);
  }

  /** As {@link #stop}, but not before {@code step} steps were taken. */
  void stopAfter(long step) {
    lastWanted = step;
  }

  /** One run: the parts that the loop puts together. */
  private final class Run {
    private final TrainConfig.Loop loop = config.loop();
    private final ParameterLayout layout;
    private final TrainingData data;
    private final EventQueue events;
    private final BatchPlan plan;
    private final long totalSteps;
    private final RunState state;
    private final TrainStep steps;
    private final WeightUpdate update;
    private final ClusterFailures failures;
    private final CheckpointPolicy policy;
    private final Divergence divergence;
    private final Optional<TrainEvent.Ranged> inputs;
    private final RunTimes times;
    private final long firstStep;
    private double lastLoss = Double.NaN;

    Run(
        Network network,
        TrainingData data,
        EventQueue events,
        ClusterFailures failures,
        boolean resume) {
      this.layout = network.parameters();
      this.data = data;
      this.events = events;
      this.plan =
          new BatchPlan(loop.seed(), data.trainingSizes(), loop.batchSize(), loop.microBatch());
      this.totalSteps = totalSteps();
      int parameters = layout.size();
      this.state =
          new RunState(
              network.initialWeights(loop.seed()),
              config.update().optimizer().newState(parameters));
      this.policy =
          new CheckpointPolicy(
              config, data.fingerprint(), plan, totalSteps, openStore(), System::nanoTime);
      this.inputs =
          data.range().map(found -> Inputs.of(found, data.fingerprint().scale(), config.model()));
      this.divergence =
          new Divergence(layout, policy.store() != null, inputs.map(Inputs::text).orElse(""));
      Validation.expectPossible(loop, data);
      boolean resumed = resume && policy.resume(state, events);
      if (start != null && !resumed) {
        state.startFrom(start.get());
      }
      this.firstStep = state.step + 1;
      this.steps =
          TrainStep.of(
              spark,
              data,
              config.data().partitions(),
              new GradientWork(
                  config.model().toText(),
                  plan,
                  loop.microBatch(),
                  loop.seed(),
                  loop.augmentation()),
              parameters);
      this.update = new WeightUpdate(config.update(), layout, plan.stepsPerEpoch(), totalSteps);
      this.failures = failures;
      this.times = new RunTimes();
    }

    TrainResult toTheEnd() {
      events.post(started());
      inputs.ifPresent(events::post);
      inputs
          .flatMap(Inputs::warning)
          .ifPresent(text -> events.post(new TrainEvent.Warned(state.step, text)));
      Optional<Evaluation> validated;
      FailureWatch watch = new FailureWatch(spark, events, () -> state.step);
      try (CheckpointWriter writer = new CheckpointWriter(policy.store(), ours, events);
          watch;
          Validation validation =
              new Validation(spark, data, config, state, writer, events, failures)) {
        PartitionBalancer balancer =
            new PartitionBalancer(spark, data, config.data().partitions(), events);
        Optional<StopReason> reason = reasonToStop(validation);
        if (reason.isEmpty()) {
          events.post(preflight());
        }
        while (reason.isEmpty()) {
          List<TaskResult.TaskRun> tasks = takeStep(state.step + 1);
          balancer.after(state.step, tasks.stream().map(TaskResult.TaskRun::executor).toList());
          if (plan.endsEpoch(state.step)) {
            validation.endOfEpoch(policy.snapshot(state));
          }
          if (writer.lost()) {
            throw new TrainingException(lost);
          }
          reason = reasonToStop(validation);
          if (reason.isEmpty() && policy.isDue(state.step, plan.endsEpoch(state.step))) {
            writer.save(policy.snapshot(state));
          }
        }
        validated = validation.finish(policy.snapshot(state));
        expectFinite(validated);
        if (writer.on()) {
          writer.save(policy.snapshot(state));
        }
        return result(reason.get(), validation.outOfPatience(), validated);
      }
    }

    /** Sends weights, aggregates gradients, updates weights, tells; returns the tasks that ran. */
    private List<TaskResult.TaskRun> takeStep(long step) {
      long start = System.nanoTime();
      describe(step);
      float rate = update.rate(step);
      StepResult result =
          failures.retry("step " + step, step, () -> steps.run(step, state.weights));
      long merged = System.nanoTime();
      divergence.expectInRange(step, result.counts().outOfRange(), rate);
      double norm = update.apply(result.sum(), state.weights, state.optimizerState, step);
      double loss = result.counts().lossSum();
      divergence.expectFinite(step, state.weights, loss, rate);
      long end = System.nanoTime();
      state.step = step;
      lastLoss = loss / result.counts().examples();
      events.post(
          new TrainEvent.Step(
              step,
              (int) plan.epochOf(step),
              new TrainEvent.Score(
                  (int) result.counts().examples(), lastLoss, (int) result.counts().correct()),
              rate,
              new TrainEvent.Norms(norm, update.norms().gradients(), update.norms().weights()),
              times.add(result, end - start, end - merged),
              RunTimes.shares(result.counts().runs())));
      return result.counts().runs();
    }

    /** The last update is followed by no step that would find what it did. */
    private void expectFinite(Optional<Evaluation> validated) {
      double loss = validated.map(Evaluation::loss).orElse(0.0);
      if (!Double.isFinite(loss)) {
        throw divergence.validation(state.step, loss, update.rate(Math.max(1, state.step)));
      }
    }

    private TrainEvent.Planned preflight() {
      spark.setJobDescription("preflight");
      Preflight preflight = new Preflight(spark, data, plan, layout.size(), steps);
      return failures.retry(
          "preflight",
          state.step,
          () -> preflight.plan(state.step + 1, state.weights, secondsAnExample));
    }

    private Optional<StopReason> reasonToStop(Validation validation) {
      if (validation.outOfPatience()) {
        return Optional.of(StopReason.PATIENCE);
      }
      if (state.step >= totalSteps) {
        return Optional.of(
            totalSteps == loop.maxSteps() ? StopReason.MAX_STEPS : StopReason.EPOCHS);
      }
      return state.step >= lastWanted ? Optional.of(StopReason.STOPPED) : Optional.empty();
    }

    private TrainResult result(
        StopReason reason, boolean outOfPatience, Optional<Evaluation> validated) {
      boolean best = outOfPatience && state.progress.hasBestWeights();
      float[] weights = best ? state.progress.bestWeights() : state.weights;
      String sha = WeightsHash.sha256(weights);
      double seconds = times.seconds();
      events.post(
          new TrainEvent.Finished(
              state.step,
              reason,
              seconds,
              times.examples(),
              times.computeSeconds(),
              Math.max(0, seconds - times.computeSeconds() - times.driverSeconds()),
              times.driverSeconds(),
              sha));
      return new TrainResult(
          weights, sha, state.step, reason, times.examples(), seconds, validated, data.range());
    }

    private TrainEvent.Started started() {
      return new TrainEvent.Started(
          spark.applicationId(),
          layout.size(),
          data.trainingExamples(),
          data.heldOutExamples(),
          new TrainEvent.Cut(data.shardCount(), data.partitions(), TaskSlots.now(spark)),
          new TrainEvent.Course(firstStep, totalSteps, plan.stepsPerEpoch(), loop.epochs()),
          identity(data.fingerprint()),
          update.norms().layers());
    }

    private static TrainEvent.Data identity(Fingerprint data) {
      return new TrainEvent.Data(data.examples(), data.classes(), data.shape(), data.hash());
    }

    private long totalSteps() {
      if (loop.epochs() < 1 || loop.maxSteps() < 0) {
        throw new InvalidInputException(
            "training: got "
                + loop.epochs()
                + " epochs and maxSteps "
                + loop.maxSteps()
                + ", expected 1 epoch or more and maxSteps of 0 (no limit) or more");
      }
      long all = Math.multiplyExact(plan.stepsPerEpoch(), loop.epochs());
      return loop.maxSteps() == 0 ? all : Math.min(all, loop.maxSteps());
    }

    private Optional<CheckpointStore> openStore() {
      TrainConfig.Checkpoints wanted = config.checkpoints();
      return wanted.directory().isEmpty()
          ? Optional.empty()
          : Optional.of(
              new CheckpointStore(wanted.directory(), wanted.keep(), spark.hadoopConfiguration()));
    }

    /** What Spark's UI shows beside the job of a step, with the loss of the step before. */
    private void describe(long step) {
      String loss =
          Double.isNaN(lastLoss) ? "" : String.format(Locale.ROOT, " loss %.3g", lastLoss);
      spark.setJobDescription(
          "epoch " + plan.epochOf(step) + "/" + loop.epochs() + " step " + step + loss);
    }
  }
}
