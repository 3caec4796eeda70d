package dev.convoy.spark.data.shard;

/**
 * How a data set is cut: into logical shards, which decide what is learned, and into partitions,
 * which do not. Made by name: {@code DataCut.shards(64).partitions(4).seed(1).heldOut(0.1)}.
 *
 * @param shards logical shards V
 * @param partitions of the cluster, 0 for one a task slot
 * @param seed chooses which example goes to which shard, and what is held out
 * @param heldOut share of the examples held out for validation, 0 to 1
 */
public record DataCut(int shards, int partitions, long seed, double heldOut) {
  /** A cut into {@code count} shards, one partition a task slot, nothing held out. */
  public static DataCut shards(int count) {
    return new DataCut(count, 0, 0, 0);
  }

  /** This with {@code count} partitions, 0 for one a task slot. */
  public DataCut partitions(int count) {
    return new DataCut(shards, count, seed, heldOut);
  }

  /** This with another seed. */
  public DataCut seed(long newSeed) {
    return new DataCut(shards, partitions, newSeed, heldOut);
  }

  /** This with another share of the examples held out. */
  public DataCut heldOut(double share) {
    return new DataCut(shards, partitions, seed, share);
  }
}
