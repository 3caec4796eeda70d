package dev.convoy.spark.train;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Takes events from the step loop to the listeners on a thread of its own. The queue is long: the
 * loop waits only for a listener that is tens of thousands of events behind, and {@link #close}
 * returns once all were heard, so none is lost.
 */
final class Events implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Events.class.getName());
  private static final int LONGEST_QUEUE = 1 << 16;

  private final BlockingQueue<Object> queue = new ArrayBlockingQueue<>(LONGEST_QUEUE);
  private final Object end = new Object();
  private final List<TrainListener> listeners;
  private final Thread thread;

  Events(List<TrainListener> listeners) {
    this.listeners = new ArrayList<>(listeners);
    this.thread = new Thread(this::deliver, "convoy-events");
    thread.setDaemon(true);
    thread.start();
  }

  /** Tells all listeners, soon. */
  void post(TrainEvent event) {
    put(event);
  }

  /** Waits until every event posted was heard. */
  @Override
  public void close() {
    put(end);
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void put(Object item) {
    boolean interrupted = false;
    while (true) {
      try {
        queue.put(item);
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void deliver() {
    for (Object item = take(); item != end; item = take()) {
      tell((TrainEvent) item);
    }
  }

  /**
   * Whatever a listener does to this thread: if nobody took events, training would wait for ever.
   */
  private Object take() {
    while (true) {
      try {
        return queue.take();
      } catch (InterruptedException e) {
        LOG.log(Level.DEBUG, "somebody interrupted the event thread; it goes on");
      }
    }
  }

  private void tell(TrainEvent event) {
    for (TrainListener listener : List.copyOf(listeners)) {
      try {
        listener.on(event);
      } catch (Throwable e) {
        listeners.remove(listener);
        LOG.log(Level.WARNING, "a listener failed and hears no more events: " + listener, e);
      }
    }
  }
}
