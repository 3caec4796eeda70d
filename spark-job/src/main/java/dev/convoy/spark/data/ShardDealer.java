package dev.convoy.spark.data;

import java.io.Serializable;
import java.util.Comparator;
import org.apache.spark.Partitioner;

/** Sends the example of each index to the partition that owns its shard. */
final class ShardDealer extends Partitioner {
  private static final long serialVersionUID = 1L;

  private final ShardLayout layout;
  private final int partitions;

  ShardDealer(ShardLayout layout, int partitions) {
    this.layout = layout;
    this.partitions = partitions;
  }

  @Override
  public int numPartitions() {
    return partitions;
  }

  @Override
  public int getPartition(Object index) {
    return layout.shardOf((Long) index) % partitions;
  }

  /** Shard by shard, in each by index. */
  Comparator<Long> order() {
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
