package dev.convoy.spark.bench;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.convoy.spark.train.event.TrainingException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.status.JobDataWrapper;
import org.apache.spark.status.StageDataWrapper;
import org.apache.spark.status.TaskDataWrapper;
import org.apache.spark.storage.BlockId;
import org.apache.spark.util.kvstore.KVStore;
import scala.runtime.AbstractFunction1;

/**
 * What this JVM holds at one moment of a run. With a local master that is driver and executor.
 *
 * @param step steps that were taken
 * @param seconds since the run began
 * @param heapBytes on the heap after a full collection
 * @param blocks in the block manager
 * @param kept by the store behind Spark's UI
 * @param threads alive
 * @param files open handles of the process; -1 where the system does not tell
 */
public record Footprint(
    long step, double seconds, long heapBytes, Blocks blocks, Kept kept, long threads, long files) {

  /**
   * Blocks of the block manager.
   *
   * @param broadcasts two and more a broadcast
   * @param others cached shards, task results
   */
  public record Blocks(long broadcasts, long others) {}

  /** What the store behind Spark's UI remembers. */
  public record Kept(long jobs, long stages, long tasks) {}

  /** Collects garbage, then looks. Waits for nothing. */
  static Footprint of(SparkContext spark, long step, double seconds) {
    System.gc();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    long broadcasts = count(true);
    try {
      KVStore store = spark.statusStore().store();
      return new Footprint(
          step,
          seconds,
          heap,
          new Blocks(broadcasts, count(false)),
          new Kept(
              store.count(JobDataWrapper.class),
              store.count(StageDataWrapper.class),
              store.count(TaskDataWrapper.class)),
          ManagementFactory.getThreadMXBean().getThreadCount(),
          openFiles());
    } catch (Exception e) {
      throw new TrainingException("soak: Spark's status store cannot be read: " + e.getMessage());
    }
  }

  private static long count(boolean broadcasts) {
    return SparkEnv.get().blockManager().getMatchingBlockIds(new Kind(broadcasts)).size();
  }

  private static long openFiles() {
    OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    return system instanceof UnixOperatingSystemMXBean unix
        ? unix.getOpenFileDescriptorCount()
        : -1;
  }

  private static final class Kind extends AbstractFunction1<BlockId, Object> {
    private final boolean broadcasts;

    Kind(boolean broadcasts) {
      this.broadcasts = broadcasts;
    }

    @Override
    public Object apply(BlockId block) {
      return block.isBroadcast() == broadcasts;
    }
  }
}
