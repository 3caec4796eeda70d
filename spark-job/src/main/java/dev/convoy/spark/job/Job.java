package dev.convoy.spark.job;

import dev.convoy.spark.train.TrainConfig;
import java.util.List;

/**
 * A job that was read and checked.
 *
 * @param name of the configuration, for display
 * @param config what to train
 * @param startFrom trained model to begin with, or empty
 * @param yaml the job with every key written out; reads to the same {@code config}
 * @param notes what the user should know, such as keys that have no effect
 */
public record Job(
    String name, TrainConfig config, String startFrom, String yaml, List<String> notes) {
  /** Checks and copies what is given. */
  public Job {
    notes = List.copyOf(notes);
  }
}
