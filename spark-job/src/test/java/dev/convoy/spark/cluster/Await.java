package dev.convoy.spark.cluster;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for a condition, never for a time: polls until it holds or the limit has passed. */
public final class Await {

  private static final long POLL = TimeUnit.MILLISECONDS.toNanos(50);

  private Await() {}

  /** What a waiter asks, again and again. */
  @FunctionalInterface
  public interface Condition {
    boolean holds() throws Exception;
  }

  /**
   * Returns once the condition holds.
   *
   * @param what for the message: what is waited for
   * @param details for the message: what was seen instead
   * @throws AssertionError when the limit has passed
   */
  public static void until(
      String what, Duration limit, Condition condition, Supplier<String> details) {
    long deadline = System.nanoTime() + limit.toNanos();
    Exception last = null;
    while (true) {
      try {
        if (condition.holds()) {
          return;
        }
      } catch (Exception e) {
        last = e;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "waited " + limit.toSeconds() + " s in vain for " + what + "\n" + details.get(), last);
      }
      LockSupport.parkNanos(POLL);
    }
  }

  /** As {@link #until(String, Duration, Condition, Supplier)}, with nothing more to tell. */
  public static void until(String what, Duration limit, Condition condition) {
    until(what, limit, condition, () -> "");
  }
}
