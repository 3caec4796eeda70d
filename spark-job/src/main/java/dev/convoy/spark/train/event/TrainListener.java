package dev.convoy.spark.train.event;

/**
 * Hears what happens in a run. Events of one run come in order, one at a time, on a thread of their
 * own: a slow listener does not slow the steps, and {@code Trainer.train} returns after the last
 * event was heard. An exception from a listener is logged and ends its subscription.
 */
@FunctionalInterface
public interface TrainListener {
  /** Hears an event. */
  void on(TrainEvent event);

  /**
   * Called before a checkpoint is written, once all events up to it were heard: a listener that
   * keeps a record of the run puts it where it outlives the process, for a run that goes on from
   * that checkpoint never tells of those steps again.
   */
  default void flush() {}
}
