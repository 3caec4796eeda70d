package dev.convoy.spark.train;

import dev.convoy.spark.checkpoint.Checkpoint;
import dev.convoy.spark.checkpoint.CheckpointStore;
import dev.convoy.spark.train.event.EventQueue;
import dev.convoy.spark.train.event.TrainEvent;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/**
 * Saves checkpoints on a thread of its own, so that the next step does not wait. At most one of
 * each kind waits to be written: a newer one takes its place, because a resume from it repeats
 * fewer steps. {@link #close} returns once the last is on disk. A failed write is reported and
 * training goes on.
 */
public final class CheckpointWriter implements AutoCloseable {
  /** How long a checkpoint waits for those who keep a record of the steps before it. */
  private static final long MOST_MILLIS = 30_000;

  private final CheckpointStore store;
  private final BooleanSupplier ours;
  private final EventQueue events;
  private final Thread thread;
  private Checkpoint waiting;
  private Checkpoint waitingBest;
  private boolean closed;
  private volatile boolean lost;

  /**
   * @param store may be null: nothing is saved
   * @param ours false once somebody else writes there: nothing is saved from then on
   */
  public CheckpointWriter(CheckpointStore store, BooleanSupplier ours, EventQueue events) {
    this.store = store;
    this.ours = ours;
    this.events = events;
    this.thread = new Thread(this::write, "convoy-checkpoints");
    thread.setDaemon(true);
    thread.start();
  }

  /** True if checkpoints are kept at all. */
  boolean on() {
    return store != null;
  }

  /** True once somebody else writes where the checkpoints go. */
  boolean lost() {
    return lost;
  }

  /** Saves {@code checkpoint} soon. */
  public synchronized void save(Checkpoint checkpoint) {
    waiting = checkpoint;
    notifyAll();
  }

  /** Saves {@code checkpoint} soon, as the best so far. */
  public synchronized void saveBest(Checkpoint checkpoint) {
    waitingBest = checkpoint;
    notifyAll();
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
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

  private void write() {
    while (true) {
      Checkpoint next;
      boolean best;
      synchronized (this) {
        while (!closed && waiting == null && waitingBest == null) {
          awaitNews();
        }
        best = waitingBest != null;
        next = best ? waitingBest : waiting;
        if (best) {
          waitingBest = null;
        } else {
          waiting = null;
        }
      }
      if (next == null) {
        return;
      }
      write(next, best);
    }
  }

  /** Nobody has reason to interrupt the thread; if somebody does, checkpoints are still saved. */
  private synchronized void awaitNews() {
    try {
      wait();
    } catch (InterruptedException e) {
      // looks again
    }
  }

  private void write(Checkpoint checkpoint, boolean best) {
    lost |= store != null && !ours.getAsBoolean();
    if (store == null || lost) {
      return;
    }
    try {
      events.flush(MOST_MILLIS);
      long start = System.nanoTime();
      String path = best ? store.saveBest(checkpoint) : store.save(checkpoint);
      double seconds = (System.nanoTime() - start) * 1e-9;
      events.post(new TrainEvent.Checkpointed(checkpoint.step(), path, seconds));
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      events.post(
          new TrainEvent.Warned(
              checkpoint.step(),
              "the checkpoint of step "
                  + checkpoint.step()
                  + " could not be saved: "
                  + e
                  + "; training goes on, the last good one stays"));
    }
  }
}
