package dev.convoy.spark.data.shard;

import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.data.source.ExampleSource;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.rdd.RDD;

/** Shards out of a source whose examples can be read by their index. */
public record IndexedShardSource(SparkContext spark, ExampleSource source) implements ShardSource {
  @Override
  public Shape shape() {
    return source.shape();
  }

  @Override
  public long examples() {
    return source.examples();
  }

  @Override
  public int labels() {
    return source.labels();
  }

  @Override
  public String labelPlace(long index) {
    return source.labelPlace(index);
  }

  @Override
  public List<String> names(List<Long> indexes) {
    return indexes.stream().map(source::name).toList();
  }

  @Override
  public List<String> notes() {
    return source.notes();
  }

  @Override
  public List<String> leftOut() {
    return source.leftOut();
  }

  @Override
  public RuntimeException explain(RuntimeException failure) {
    return source.explain(spark, failure);
  }

  @Override
  public RDD<PackedShard> cut(ShardLayout layout, ShardPlacement placement) {
    return source.isReadInRuns() && layout.shards() > 1
        ? ShardShuffle.cut(spark, source, layout, placement)
        : new ShardRdd(spark, source, layout, placement);
  }

  @Override
  public void release() {
    source.release();
  }

  @Override
  public void close() {
    source.close();
  }
}
