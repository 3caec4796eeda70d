package dev.convoy.spark.interop;

import org.apache.spark.Partition;

/** A partition that its index identifies within its RDD. */
public class IndexedPartition implements Partition {
  private static final long serialVersionUID = 1L;

  private final int index;

  /**
   * A partition.
   *
   * @param index from 0
   */
  public IndexedPartition(int index) {
    this.index = index;
  }

  /** Partitions of the indexes 0 to {@code count} - 1. */
  public static Partition[] count(int count) {
    Partition[] partitions = new Partition[count];
    for (int p = 0; p < count; p++) {
      partitions[p] = new IndexedPartition(p);
    }
    return partitions;
  }

  @Override
  public final int index() {
    return index;
  }

  @Override
  public final int hashCode() {
    return index;
  }

  @Override
  public final boolean equals(Object other) {
    return other instanceof IndexedPartition partition
        && partition.getClass() == getClass()
        && partition.index == index;
  }
}
