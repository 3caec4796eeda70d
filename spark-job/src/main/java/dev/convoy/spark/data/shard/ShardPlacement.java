package dev.convoy.spark.data.shard;

import java.io.Serializable;
import java.util.stream.IntStream;

/**
 * Which block holds which shards, and which partition which blocks. Partition p of P owns the
 * shards {@code p, p + P, p + 2P ...}; its blocks, of the numbers {@code p, p + P, p + 2P ...},
 * each hold a run of them, because neighbours in it stand in the same step.
 *
 * @param shards in all
 * @param partitions in all
 * @param blocksInPartition of each
 */
public record ShardPlacement(int shards, int partitions, int blocksInPartition)
    implements Serializable {
  int blocks() {
    return partitions * blocksInPartition;
  }

  /** Most shards of a partition. */
  private int most() {
    return (shards + partitions - 1) / partitions;
  }

  /** Most shards of a block. */
  private int run() {
    return (most() + blocksInPartition - 1) / blocksInPartition;
  }

  /**
   * Parts of a partition that can be looked at one after the other without opening a block twice:
   * its blocks, or if it is one block, its shards.
   */
  public int parts() {
    return blocksInPartition > 1 ? blocksInPartition : most();
  }

  /** The part that {@code shard} belongs to. */
  public int partOf(int shard) {
    int place = shard / partitions;
    return blocksInPartition > 1 ? place / run() : place;
  }

  /** The block that holds {@code shard}. */
  int blockOf(int shard) {
    return shard % partitions + partitions * (shard / partitions / run());
  }

  /** The shards of {@code block}, ascending. */
  IntStream shardsOf(int block) {
    int first = block % partitions + partitions * (block / partitions * run());
    int end = (int) Math.min(shards, first + (long) run() * partitions);
    return IntStream.iterate(first, shard -> shard < end, shard -> shard + partitions);
  }
}
