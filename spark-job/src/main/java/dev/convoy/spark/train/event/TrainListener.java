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
}
