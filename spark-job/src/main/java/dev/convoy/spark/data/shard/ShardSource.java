package dev.convoy.spark.data.shard;

import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.data.source.ExampleSource;
import java.util.List;
import org.apache.spark.rdd.RDD;

/** Where the shards of a data set come from; lives on the driver. */
public interface ShardSource {
  /** Shape of one example. */
  Shape shape();

  /** Number of examples. */
  long examples();

  /** Labels that each example has. */
  default int labels() {
    return 1;
  }

  /** True if the data says which examples are held out, false if the seed draws them. */
  default boolean marksHeldOut() {
    return false;
  }

  /** Where label number {@code index} stands, for messages; see {@link ExampleSource}. */
  String labelPlace(long index);

  /** What to call the examples of these indexes; see {@link ExampleSource#name}. */
  List<String> names(List<Long> indexes);

  /** The shards in blocks, a partition each. */
  RDD<PackedShard> cut(ShardLayout layout, ShardPlacement placement);

  /** What a user should know of the data; see {@link ExampleSource#notes}. */
  default List<String> notes() {
    return List.of();
  }

  /** Examples that were left out; see {@link ExampleSource#leftOut}. */
  default List<String> leftOut() {
    return List.of();
  }

  /** What to tell a user of a failure to read this; see {@link ExampleSource#explain}. */
  default RuntimeException explain(RuntimeException failure) {
    return failure;
  }

  /** Every example was read once and is cached. */
  default void release() {}

  /** The data is needed no more. */
  default void close() {}
}
