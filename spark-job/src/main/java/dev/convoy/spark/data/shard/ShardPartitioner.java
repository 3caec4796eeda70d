package dev.convoy.spark.data.shard;

import java.io.Serializable;
import java.util.Comparator;
import org.apache.spark.Partitioner;

/** Sends the example of each index to the block that holds its shard. */
public final class ShardPartitioner extends Partitioner {
  private static final long serialVersionUID = 1L;

  private final ShardLayout layout;
  private final ShardPlacement placement;

  /** Sends examples where layout and placement say. */
  public ShardPartitioner(ShardLayout layout, ShardPlacement placement) {
    this.layout = layout;
    this.placement = placement;
  }

  @Override
  public int numPartitions() {
    return placement.blocks();
  }

  @Override
  public int getPartition(Object index) {
    return placement.blockOf(layout.shardOf((Long) index));
  }

  /** Shard by shard, in each by index. */
  public Comparator<Long> order() {
    return new Order(layout);
  }

  private record Order(ShardLayout layout) implements Comparator<Long>, Serializable {
    @Override
    public int compare(Long a, Long b) {
      int byShard = Integer.compare(layout.shardOf(a), layout.shardOf(b));
      return byShard != 0 ? byShard : Long.compare(a, b);
    }
  }
}
