package dev.convoy.spark.ml;

import dev.convoy.spark.train.Inputs;
import dev.convoy.spark.train.TrainResult;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainListener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what the summary of a fit tells; warnings go to Spark's log. */
final class LossHistory implements TrainListener {
  private static final Logger LOG = LoggerFactory.getLogger(ConvoyClassifier.class);

  private final List<ConvoyTrainingSummary.Validation> validations = new ArrayList<>();
  private double[] losses = new double[256];
  private int steps;

  @Override
  public synchronized void on(TrainEvent event) {
    if (event instanceof TrainEvent.Step step) {
      if (steps == losses.length) {
        losses = Arrays.copyOf(losses, 2 * steps);
      }
      losses[steps++] = step.loss();
    } else if (event instanceof TrainEvent.Evaluated found) {
      validations.add(
          new ConvoyTrainingSummary.Validation(
              found.epoch(), found.step(), found.examples(), found.loss(), found.accuracy()));
    } else if (event instanceof TrainEvent.Warned warned) {
      LOG.warn(warned.message());
    } else if (event instanceof TrainEvent.Ranged ranged) {
      LOG.info(Inputs.text(ranged));
    }
  }

  synchronized ConvoyTrainingSummary summary(TrainResult result) {
    return new ConvoyTrainingSummary(
        Arrays.copyOf(losses, steps),
        validations,
        result.steps(),
        result.reason().toString(),
        result.examples(),
        result.seconds(),
        result.weightsSha256());
  }
}
