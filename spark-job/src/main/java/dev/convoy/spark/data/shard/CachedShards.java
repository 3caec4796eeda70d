package dev.convoy.spark.data.shard;

import dev.convoy.engine.data.DataException;
import java.util.Arrays;
import org.apache.spark.SparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.StorageLevel;

/**
 * One way to placement the shards of a source to partitions, cached (memory first, then disk). What
 * is cached, read from disk and built again is a block: a partition if that is small, else a part
 * of one. Sizes are reckoned at a byte a value.
 *
 * @param placement who owns what
 * @param shards by partition
 * @param together the same in a single partition, for a task that works with all of them
 * @param held what is cached
 */
public record CachedShards(
    ShardPlacement placement,
    RDD<PackedShard> shards,
    RDD<PackedShard> together,
    RDD<PackedShard> held) {
  /** Spark setting: about the most that is cached as one. */
  private static final String BLOCK_SIZE = "spark.convoy.blockSize";

  private static final String STANDARD_BLOCK = "32m";

  /** Cuts {@code source} into {@code partitions} and marks it to be cached. */
  public static CachedShards of(
      SparkContext spark, ShardSource source, ShardLayout layout, int partitions) {
    long most = Math.max(1, blockSize(spark));
    long bytes = layout.examples() * source.shape().size();
    int blocks = blocksInPartition(bytes, most, layout.shards(), partitions);
    ShardPlacement placement = new ShardPlacement(layout.shards(), partitions, blocks);
    RDD<PackedShard> held = source.cut(layout, placement);
    held.setName("convoy shards");
    held.persist(StorageLevel.MEMORY_AND_DISK());
    RDD<PackedShard> shards = blocks == 1 ? held : new BlockedShardRdd(held, placement, partitions);
    return new CachedShards(placement, shards, new BlockedShardRdd(held, placement, 1), held);
  }

  /** No more than would leave a block without a shard. */
  private static int blocksInPartition(long bytes, long most, int shards, int partitions) {
    long wanted = (bytes / partitions + most - 1) / most;
    return (int) Math.max(1, Math.min(wanted, shards / partitions));
  }

  private static long blockSize(SparkContext spark) {
    try {
      return spark.conf().getSizeAsBytes(BLOCK_SIZE, STANDARD_BLOCK);
    } catch (NumberFormatException e) {
      throw new DataException(
          BLOCK_SIZE
              + ": got '"
              + spark.conf().get(BLOCK_SIZE)
              + "', expected a size, for example "
              + STANDARD_BLOCK);
    }
  }

  /** True if all of it is cached in memory now, and nothing on disk. */
  public boolean isInMemory() {
    return Arrays.stream(held.sparkContext().getRDDStorageInfo())
        .anyMatch(
            info ->
                info.id() == held.id()
                    && info.numCachedPartitions() == info.numPartitions()
                    && info.diskSize() == 0);
  }

  /** Frees the cluster's memory. */
  public void release() {
    held.unpersist(false);
  }
}
