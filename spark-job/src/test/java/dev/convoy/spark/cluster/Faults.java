package dev.convoy.spark.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.util.TaskCompletionListener;

/**
 * A Spark plugin that brings faults into executors, from outside of the job: tasks that stand
 * still, tasks that fail, executors that come up late, runs that wait. What it does it marks by
 * files in a folder.
 */
public final class Faults implements SparkPlugin {
  static final String FOLDER = "spark.faults.folder";

  /** In one stage of so many, the first attempt at partition 0 stands still until it is killed. */
  static final String SLOW_STAGES = "spark.faults.slowStages";

  /** One first attempt at a task of so many fails. */
  static final String FAILING_TASKS = "spark.faults.failingTasks";

  /** While this file is in the folder no executor comes up. */
  static final String CLOSED = "closed";

  /** While this file is in the folder no task begins. */
  static final String HELD = "held";

  private static final long POLL = TimeUnit.MILLISECONDS.toNanos(5);

  @Override
  public DriverPlugin driverPlugin() {
    return null;
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new InExecutor();
  }

  private static final class InExecutor implements ExecutorPlugin {
    private Path folder;
    private int slowStages;
    private int failingTasks;

    @Override
    public void init(PluginContext context, Map<String, String> extra) {
      SparkConf conf = context.conf();
      folder = Path.of(conf.get(FOLDER));
      slowStages = conf.getInt(SLOW_STAGES, 0);
      failingTasks = conf.getInt(FAILING_TASKS, 0);
      mark("executor-" + context.executorID());
      waitWhile(CLOSED);
    }

    private void waitWhile(String file) {
      while (Files.exists(folder.resolve(file))) {
        LockSupport.parkNanos(POLL);
      }
    }

    @Override
    public void onTaskStart() {
      waitWhile(HELD);
      TaskContext task = TaskContext.get();
      String name = task.stageId() + "-" + task.partitionId();
      boolean first = task.attemptNumber() == 0;
      if (first && isSlow(task)) {
        mark("slow-" + name);
        while (!task.isInterrupted()) {
          LockSupport.parkNanos(POLL);
        }
        mark("killed-" + name);
      }
      if (first && failingTasks > 0 && Math.floorMod(name.hashCode(), failingTasks) == 0) {
        mark("failed-" + name);
        task.addTaskCompletionListener(
            (TaskCompletionListener)
                done -> {
                  throw new IllegalStateException("a fault that a test brought in");
                });
      }
    }

    /** Spark waits for others to be done before it copies a task, so a lone one is let go. */
    private boolean isSlow(TaskContext task) {
      return slowStages > 0
          && task.stageId() % slowStages == 0
          && task.numPartitions() > 1
          && task.partitionId() == 0;
    }

    private void mark(String name) {
      try {
        Files.writeString(folder.resolve(name), "");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
