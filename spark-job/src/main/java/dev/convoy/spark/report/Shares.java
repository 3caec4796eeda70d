package dev.convoy.spark.report;

import dev.convoy.spark.train.event.TrainEvent.Share;

/** Adding up executors' parts of the work. */
final class Shares {
  private Shares() {}

  /** Two parts of one executor. */
  static Share sum(Share a, Share b) {
    return new Share(
        a.executor(),
        a.tasks() + b.tasks(),
        a.examples() + b.examples(),
        a.computeSeconds() + b.computeSeconds());
  }
}
