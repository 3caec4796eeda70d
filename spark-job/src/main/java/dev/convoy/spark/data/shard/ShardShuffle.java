package dev.convoy.spark.data.shard;

import dev.convoy.spark.data.source.ExampleSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.HashPartitioner;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.rdd.RDD;
import scala.Tuple2;

/**
 * Cuts files of many examples into shards. Every range of a file is read once, from its beginning
 * to its end, by one task; Spark's shuffle then brings each example to the block of its shard. A
 * lost block is made again from the shuffle's files, and those that were lost too from the source.
 */
final class ShardShuffle {
  private static final long RANGE_BYTES = 32L << 20;

  private ShardShuffle() {}

  /** The shards of {@code source}, a partition for each block of {@code placement}. */
  static RDD<PackedShard> cut(
      SparkContext spark, ExampleSource source, ShardLayout layout, ShardPlacement placement) {
    ShardPacker packer = new ShardPacker(layout, source.shape().size(), source.labels());
    long wanted = layout.examples() * packer.example() / RANGE_BYTES + 1;
    int ranges =
        (int) Math.min(layout.examples(), Math.max(wanted, Math.min(placement.partitions(), 1024)));
    return new ExampleRdd(spark, source, ranges)
        .toJavaRDD()
        .flatMapToPair(new Split(packer, placement))
        .partitionBy(new HashPartitioner(placement.blocks()))
        .mapPartitionsWithIndex(new Gather(packer, placement), false)
        .rdd();
  }

  /** Divides a range by the blocks that its examples belong to. */
  private record Split(ShardPacker packer, ShardPlacement placement)
      implements PairFlatMapFunction<ExampleChunk, Integer, PackedShard> {
    @Override
    public Iterator<Tuple2<Integer, PackedShard>> call(ExampleChunk chunk) {
      PackedShard all = chunk.examples();
      int[] block = new int[all.size()];
      int[] count = new int[placement.blocks()];
      for (int i = 0; i < block.length; i++) {
        block[i] = placement.blockOf(packer.layout().shardOf(all.indexes()[i]));
        count[block[i]]++;
      }
      List<Tuple2<Integer, PackedShard>> parts = new ArrayList<>();
      PackedShard[] open = new PackedShard[count.length];
      for (int b = 0; b < open.length; b++) {
        if (count[b] > 0) {
          open[b] = packer.ofSize(0, 0, count[b]);
          parts.add(new Tuple2<>(b, open[b]));
        }
      }
      for (int i = block.length - 1; i >= 0; i--) {
        packer.copy(all, i, open[block[i]], --count[block[i]]);
      }
      return parts.iterator();
    }
  }

  /** Puts the examples of a block where they belong in its shards. */
  private record Gather(ShardPacker packer, ShardPlacement placement)
      implements Function2<Integer, Iterator<Tuple2<Integer, PackedShard>>, Iterator<PackedShard>> {
    @Override
    public Iterator<PackedShard> call(Integer block, Iterator<Tuple2<Integer, PackedShard>> parts) {
      Map<Integer, PackedShard> shards = new TreeMap<>();
      placement.shardsOf(block).forEach(shard -> shards.put(shard, packer.room(shard)));
      while (parts.hasNext()) {
        PackedShard part = parts.next()._2();
        for (int i = 0; i < part.size(); i++) {
          long index = part.indexes()[i];
          PackedShard shard = shards.get(packer.layout().shardOf(index));
          packer.copy(part, i, shard, Arrays.binarySearch(shard.indexes(), index));
        }
      }
      return shards.values().stream().map(packer::trainingFirst).iterator();
    }
  }
}
