package dev.convoy.spark.train;

import java.util.List;
import org.apache.spark.SparkContext;

/** Trains one network on Spark, data-parallel and synchronous. */
public final class Trainer {
  /**
   * @param spark stays open; the caller stops it
   * @param config the job
   * @param listeners hear every event
   */
  public Trainer(SparkContext spark, TrainConfig config, List<TrainListener> listeners) {}

  /**
   * Runs the job to its end.
   *
   * @param resume go on from the newest checkpoint in the job's directory that verifies, if any
   * @throws IllegalArgumentException if data, model and job do not fit each other (a user's
   *     mistake; {@code dev.convoy.spark.data.DataException} for bad data is one)
   * @throws TrainingException if training itself fails, for example by diverging
   */
  public TrainResult train(boolean resume) {
    throw new IllegalStateException();
  }

  /** Asks the run to save its state and end after the step at hand; from any thread. */
  public void stop() {}
}
