package dev.convoy.spark.report;

import dev.convoy.spark.report.RunResult.StepCost;
import dev.convoy.spark.train.TrainResult;
import dev.convoy.spark.train.event.Evaluation;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainListener;
import java.util.Optional;

/** Remembers how the run ended, and puts the result together. */
public final class ResultCollector implements TrainListener {
  private volatile TrainEvent.Started started;
  private volatile TrainEvent.Finished finished;
  private volatile StepCost predicted;
  private long steps;
  private long examples;
  private double stepSeconds;
  private double computeSeconds;

  @Override
  public void on(TrainEvent event) {
    if (event instanceof TrainEvent.Started start) {
      started = start;
    } else if (event instanceof TrainEvent.Finished end) {
      finished = end;
    } else if (event instanceof TrainEvent.Planned plan) {
      predicted =
          new StepCost(plan.examplesPerSecond(), plan.computeMillis(), plan.overheadMillis());
    } else if (event instanceof TrainEvent.Step step) {
      steps++;
      examples += step.examples();
      stepSeconds += step.seconds();
      computeSeconds += step.computeSeconds();
    }
  }

  /** The result of the run that was heard. */
  public RunResult result(TrainResult result, Optional<Evaluation> tested, int parameters) {
    double rate = result.seconds() > 0 ? result.examples() / result.seconds() : 0;
    return new RunResult(
        tested.map(RunResult.Score::of),
        result.validation().map(RunResult.Score::of),
        new RunResult.Weights(result.weightsSha256(), parameters),
        new RunResult.Ending(result.steps(), result.reason(), result.seconds(), rate),
        shares(Optional.ofNullable(finished)),
        new RunResult.Costs(Optional.ofNullable(predicted), measured()),
        Optional.ofNullable(started).map(TrainEvent.Started::data),
        Versions.all());
  }

  private static RunResult.TimeShares shares(Optional<TrainEvent.Finished> finished) {
    if (finished.isEmpty()) {
      return new RunResult.TimeShares(0, 0, 0);
    }
    TrainEvent.Finished end = finished.get();
    double all = end.computeSeconds() + end.sparkSeconds() + end.driverSeconds();
    return new RunResult.TimeShares(
        share(end.computeSeconds(), all),
        share(end.sparkSeconds(), all),
        share(end.driverSeconds(), all));
  }

  private Optional<StepCost> measured() {
    if (steps == 0) {
      return Optional.empty();
    }
    double compute = computeSeconds * 1e3 / steps;
    return Optional.of(
        new StepCost(examples / stepSeconds, compute, stepSeconds * 1e3 / steps - compute));
  }

  private static double share(double part, double all) {
    return all > 0 ? part / all : 0;
  }
}
