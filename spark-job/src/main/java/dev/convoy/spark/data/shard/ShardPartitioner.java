package dev.convoy.spark.data.shard;

import java.io.Serializable;
import java.util.Comparator;
import org.apache.spark.Partitioner;

/** Sends the example at each place of a layout's order to the block that holds its shard. */
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
  public int getPartition(Object place) {
    return placement.blockOf(layout.shardAt((Long) place));
  }

  /** Orders places shard by shard. */
  public Comparator<Long> order() {
    return new Order(layout);
  }

  private record Order(ShardLayout layout) implements Comparator<Long>, Serializable {
    @Override
    public int compare(Long a, Long b) {
      int byShard = Integer.compare(layout.shardAt(a), layout.shardAt(b));
      return byShard != 0 ? byShard : Long.compare(a, b);
    }
  }
}
