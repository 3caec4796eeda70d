package dev.convoy.spark.data;

import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.collection.AbstractIterator;
import scala.collection.Iterator;

/** The shards of one partition of {@link BlockedShards}, block after block, each opened late. */
public final class ShardIterator extends AbstractIterator<PackedShard> {
  private final RDD<PackedShard> below;
  private final Partition[] blocks;
  private final int blockCount;
  private final int shards;
  private final TaskContext context;
  private IntPredicate wanted = shard -> true;
  private int next;
  private Iterator<PackedShard> open;

  /**
   * @param blocks of this partition
   * @param blockCount of all partitions together
   * @param shards in all of them
   */
  ShardIterator(
      RDD<PackedShard> below, Partition[] blocks, int blockCount, int shards, TaskContext context) {
    this.below = below;
    this.blocks = blocks;
    this.blockCount = blockCount;
    this.shards = shards;
    this.context = context;
  }

  /**
   * Leaves out blocks that hold none of the shards of these numbers; others may come along with
   * those wanted. To be said before the first shard is taken.
   */
  public void want(IntPredicate numbers) {
    this.wanted = numbers;
  }

  @Override
  public boolean hasNext() {
    while (open == null || !open.hasNext()) {
      if (next == blocks.length) {
        return false;
      }
      Partition block = blocks[next++];
      open = isWanted(block.index()) ? below.iterator(block, context) : null;
    }
    return true;
  }

  private boolean isWanted(int block) {
    return IntStream.iterate(block, shard -> shard < shards, shard -> shard + blockCount)
        .anyMatch(wanted);
  }

  @Override
  public PackedShard next() {
    if (!hasNext()) {
      throw new java.util.NoSuchElementException();
    }
    return open.next();
  }
}
