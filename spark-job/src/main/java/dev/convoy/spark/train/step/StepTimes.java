package dev.convoy.spark.train.step;

/**
 * Where the time of one step went, on the driver.
 *
 * @param encodeNanos weights to bytes
 * @param broadcastNanos handing the bytes to Spark; 0 if they travel in the tasks
 * @param submitMicros when the job was submitted, in microseconds since 1970
 * @param lastMergedMicros when the last task's result had been merged
 * @param mergeNanos adding up the results that reached the driver
 * @param returnNanos from the last result until Spark returned
 * @param releaseNanos releasing the broadcast
 */
public record StepTimes(
    long encodeNanos,
    long broadcastNanos,
    long submitMicros,
    long lastMergedMicros,
    long mergeNanos,
    long returnNanos,
    long releaseNanos) {

  /** Weights to bytes, handing them to Spark, releasing them. */
  public long sendNanos() {
    return encodeNanos + broadcastNanos + releaseNanos;
  }
}
