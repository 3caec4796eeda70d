package dev.convoy.spark.data.shard;

import dev.convoy.spark.interop.IndexedPartition;
import dev.convoy.spark.interop.ScalaTypes;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.Dependency;
import org.apache.spark.NarrowDependency;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Partitions over smaller blocks, which are what is cached, as a {@link ShardPlacement} says. A
 * task that says which shards it wants opens their blocks only, so where the data does not fit into
 * memory a step reads from disk what it needs, and not all of its partition.
 */
final class BlockedShardRdd extends RDD<PackedShard> {
  private static final long serialVersionUID = 1L;

  private final ShardPlacement placement;
  private final int slices;

  private static final class Slice extends IndexedPartition {
    private static final long serialVersionUID = 1L;
    private final Partition[] blocks;

    Slice(int index, Partition[] blocks) {
      super(index);
      this.blocks = blocks;
    }
  }

  private static final class Owned extends NarrowDependency<PackedShard> implements Serializable {
    private static final long serialVersionUID = 1L;
    private final ShardPlacement placement;
    private final int slices;

    Owned(RDD<PackedShard> below, ShardPlacement placement, int slices) {
      super(below);
      this.placement = placement;
      this.slices = slices;
    }

    @Override
    public Seq<Object> getParents(int partition) {
      List<Object> owned = new ArrayList<>();
      for (int block = partition; block < placement.blocks(); block += slices) {
        owned.add(block);
      }
      return ScalaTypes.seq(owned);
    }
  }

  /**
   * @param below the blocks, cached
   * @param slices partitions: as many as the placement's, or one that holds all
   */
  BlockedShardRdd(RDD<PackedShard> below, ShardPlacement placement, int slices) {
    super(
        below.sparkContext(),
        ScalaTypes.seq(List.<Dependency<?>>of(new Owned(below, placement, slices))),
        ScalaTypes.tag(PackedShard.class));
    this.placement = placement;
    this.slices = slices;
  }

  @SuppressWarnings("unchecked")
  private RDD<PackedShard> below() {
    return (RDD<PackedShard>) dependencies().head().rdd();
  }

  @Override
  public Partition[] getPartitions() {
    Partition[] blocks = below().partitions();
    Partition[] made = new Partition[slices];
    for (int p = 0; p < slices; p++) {
      List<Partition> owned = new ArrayList<>();
      for (int block = p; block < blocks.length; block += slices) {
        owned.add(blocks[block]);
      }
      made[p] = new Slice(p, owned.toArray(new Partition[0]));
    }
    return made;
  }

  @Override
  public Iterator<PackedShard> compute(Partition split, TaskContext context) {
    return new ShardIterator(below(), ((Slice) split).blocks, placement, context);
  }

  /** Where most of the partition's blocks are; Spark itself would look at the first one only. */
  @Override
  public Seq<String> getPreferredLocations(Partition split) {
    Map<String, Integer> held = new TreeMap<>();
    for (Partition block : ((Slice) split).blocks) {
      CollectionConverters.asJava(context().getPreferredLocs(below(), block.index()))
          .forEach(place -> held.merge(place.toString(), 1, Integer::sum));
    }
    List<String> best =
        held.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey).stream()
            .toList();
    return ScalaTypes.seq(best);
  }
}
