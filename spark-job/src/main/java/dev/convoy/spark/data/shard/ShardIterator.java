package dev.convoy.spark.data.shard;

import java.util.function.IntPredicate;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.collection.AbstractIterator;
import scala.collection.Iterator;

/** The shards of one partition of {@link BlockedShardRdd}, block after block, each opened late. */
public final class ShardIterator extends AbstractIterator<PackedShard> {
  private final RDD<PackedShard> below;
  private final Partition[] blocks;
  private final ShardPlacement placement;
  private final TaskContext context;
  private IntPredicate wanted = shard -> true;
  private int next;
  private Iterator<PackedShard> open;

  /**
   * @param blocks of this partition
   */
  ShardIterator(
      RDD<PackedShard> below, Partition[] blocks, ShardPlacement placement, TaskContext context) {
    this.below = below;
    this.blocks = blocks;
    this.placement = placement;
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
    return placement.shardsOf(block).anyMatch(wanted);
  }

  @Override
  public PackedShard next() {
    if (!hasNext()) {
      throw new java.util.NoSuchElementException();
    }
    return open.next();
  }
}
