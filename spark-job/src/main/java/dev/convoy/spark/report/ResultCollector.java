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
    TrainEvent.Finished end = finished;
    double all =
        end == null ? Double.NaN : end.computeSeconds() + end.sparkSeconds() + end.driverSeconds();
    Optional<Evaluation> validated = result.validation();
    return new RunResult(
        tested.map(Evaluation::accuracy).orElse(null),
        tested.map(Evaluation::loss).orElse(null),
        tested.map(Evaluation::examples).orElse(null),
        validated.map(Evaluation::accuracy).orElse(null),
        validated.map(Evaluation::loss).orElse(null),
        validated.map(Evaluation::examples).orElse(null),
        result.weightsSha256(),
        result.steps(),
        result.reason(),
        result.seconds(),
        result.seconds() > 0 ? result.examples() / result.seconds() : 0,
        end == null ? 0 : share(end.computeSeconds(), all),
        end == null ? 0 : share(end.sparkSeconds(), all),
        end == null ? 0 : share(end.driverSeconds(), all),
        predicted,
        measured(),
        parameters,
        started == null ? null : started.data(),
        Versions.all());
  }

  private StepCost measured() {
    if (steps == 0) {
      return null;
    }
    double compute = computeSeconds * 1e3 / steps;
    return new StepCost(examples / stepSeconds, compute, stepSeconds * 1e3 / steps - compute);
  }

  private static double share(double part, double all) {
    return all > 0 ? part / all : 0;
  }
}
