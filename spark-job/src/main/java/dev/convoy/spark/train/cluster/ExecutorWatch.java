package dev.convoy.spark.train.cluster;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;

/**
 * Tells that tasks wait and no executor has come: a request that no worker can fulfil is granted by
 * no cluster manager and refused by none, and a run would hang without a word.
 */
public final class ExecutorWatch extends SparkListener implements AutoCloseable {
  private static final long FIRST_SECONDS = 15;
  private static final long FURTHER_SECONDS = 60;

  private final SparkContext spark;
  private final Consumer<String> told;
  private final CountDownLatch came = new CountDownLatch(1);
  private final Thread thread = new Thread(this::watch, "convoy-executor-watch");

  private ExecutorWatch(SparkContext spark, Consumer<String> told) {
    this.spark = spark;
    this.told = told;
  }

  /**
   * Begins to watch.
   *
   * @param told of tasks that wait, on another thread
   */
  public static ExecutorWatch start(SparkContext spark, Consumer<String> told) {
    ExecutorWatch watch = new ExecutorWatch(spark, told);
    try {
      spark.addSparkListener(watch);
    } catch (IllegalStateException e) {
      // Spark tells its listeners nothing more: nobody could know whether an executor came.
      watch.came.countDown();
    }
    // The driver counts as one; in local mode there is no other.
    if (watch.sawOne() || spark.isLocal() || spark.getExecutorMemoryStatus().size() > 1) {
      watch.came.countDown();
    } else {
      watch.thread.setDaemon(true);
      watch.thread.start();
    }
    return watch;
  }

  @Override
  public void onExecutorAdded(SparkListenerExecutorAdded added) {
    came.countDown();
  }

  /** True if there has been an executor, even if it is lost by now. */
  public boolean sawOne() {
    return came.getCount() == 0;
  }

  private void watch() {
    try {
      long seconds = 0;
      long next = FIRST_SECONDS;
      while (!came.await(next, TimeUnit.SECONDS)) {
        seconds += next;
        if (!spark.isStopped() && spark.statusTracker().getActiveJobIds().length > 0) {
          told.accept(message(spark.conf(), seconds));
          next = FURTHER_SECONDS;
        }
      }
    } catch (InterruptedException e) {
      // Closed: nobody waits any more.
    }
  }

  static String message(SparkConf conf, long seconds) {
    return "tasks wait, and no executor has started in "
        + seconds
        + " s: each needs "
        + conf.get("spark.executor.memory", "1g")
        + " of memory and "
        + cores(conf)
        + " free on one worker (--executor-memory, --executor-cores); the cluster manager's page"
        + " shows what its workers have, and links to the logs of executors that ended at once";
  }

  private static String cores(SparkConf conf) {
    String cores = conf.get("spark.executor.cores", "1 or more");
    return cores.equals("1") ? "1 core" : cores + " cores";
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
