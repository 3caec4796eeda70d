package dev.convoy.spark.train.event;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Takes events from the step loop to the listeners on a thread of its own. The queue is long: the
 * loop waits only for a listener that is tens of thousands of events behind, and {@link #close}
 * returns once all were heard, so none is lost. The thread rests between bursts: woken for every
 * step, it would find the processor's caches full of the engine's data each time, and take several
 * times as long from the cores that the engine works on.
 */
public final class EventQueue implements AutoCloseable {
  private static final Logger LOG = System.getLogger(EventQueue.class.getName());
  private static final int LONGEST_QUEUE = 1 << 16;
  private static final long REST_MILLIS = 100;

  private final BlockingQueue<Object> queue = new ArrayBlockingQueue<>(LONGEST_QUEUE);
  private final Object end = new Object();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final List<TrainListener> listeners;
  private final Thread thread;

  /** A queue whose events these listeners hear. */
  public EventQueue(List<TrainListener> listeners) {
    this.listeners = new ArrayList<>(listeners);
    this.thread = new Thread(this::deliver, "convoy-events");
    thread.setDaemon(true);
    thread.start();
  }

  /** Tells all listeners, soon. */
  public void post(TrainEvent event) {
    put(event);
  }

  /**
   * Waits until every event posted so far was heard and {@link TrainListener#flush flushed}, but no
   * longer than so many milliseconds: a listener that hangs must not keep a checkpoint from disk.
   */
  public void flush(long millis) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    put(done);
    done.await(millis, TimeUnit.MILLISECONDS);
  }

  /** Waits until every event posted was heard. */
  @Override
  public void close() {
    put(end);
    closing.countDown();
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
    for (Object next = take(); next != end; next = next()) {
      Object item = next;
      if (item instanceof CountDownLatch done) {
        tell(TrainListener::flush);
        done.countDown();
      } else {
        tell(listener -> listener.on((TrainEvent) item));
      }
    }
  }

  /** The next event; after the last that waits a rest, so that there are several again. */
  private Object next() {
    Object item = queue.poll();
    if (item != null) {
      return item;
    }
    try {
      closing.await(REST_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "somebody interrupted the event thread; it goes on");
    }
    return take();
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

  private void tell(Consumer<TrainListener> what) {
    for (TrainListener listener : List.copyOf(listeners)) {
      try {
        what.accept(listener);
      } catch (Throwable e) {
        listeners.remove(listener);
        LOG.log(Level.WARNING, "a listener failed and hears no more events: " + listener, e);
      }
    }
  }
}
