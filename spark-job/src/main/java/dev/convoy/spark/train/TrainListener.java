package dev.convoy.spark.train;

/**
 * Hears what happens in a run. Events of one run come in order, one at a time, on a thread of their
 * own: a slow listener does not slow the steps, and {@link Trainer#train} returns after the last
 * event was heard. An exception from a listener is logged and ends its subscription.
 */
@FunctionalInterface
public interface TrainListener {
  void on(TrainEvent event);
}
