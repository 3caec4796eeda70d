package dev.convoy.spark.data.shard;

import dev.convoy.spark.data.source.ExampleSource;
import dev.convoy.spark.interop.IndexedPartition;
import dev.convoy.spark.interop.ScalaTypes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.PrimitiveIterator;
import org.apache.spark.Partition;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.collection.AbstractIterator;
import scala.collection.Iterator;

/**
 * The shards of a source whose examples are read one by one, a partition for each block of a {@link
 * ShardPlacement}. Has no parents: a lost partition is read from the source again.
 */
final class ShardRdd extends RDD<PackedShard> {
  private static final long serialVersionUID = 1L;

  private final ExampleSource source;
  private final ShardLayout layout;
  private final ShardPlacement placement;

  ShardRdd(SparkContext spark, ExampleSource source, ShardLayout layout, ShardPlacement placement) {
    super(spark, ScalaTypes.noParents(), ScalaTypes.tag(PackedShard.class));
    this.source = source;
    this.layout = layout;
    this.placement = placement;
  }

  @Override
  public Partition[] getPartitions() {
    return IndexedPartition.count(placement.blocks());
  }

  @Override
  public Iterator<PackedShard> compute(Partition split, TaskContext context) {
    return new Shards(split.index(), context);
  }

  private final class Shards extends AbstractIterator<PackedShard> {
    private final PrimitiveIterator.OfInt numbers;
    private ExampleSource.Reader reader;

    Shards(int block, TaskContext context) {
      numbers = placement.shardsOf(block).iterator();
      context.addTaskCompletionListener(
          (TaskContext done) -> {
            closeQuietly();
          });
    }

    @Override
    public boolean hasNext() {
      return numbers.hasNext();
    }

    @Override
    public PackedShard next() {
      try {
        if (reader == null) {
          reader = source.open();
        }
        return new ShardPacker(layout, source.shape().size(), source.labels())
            .pack(reader, numbers.next());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void closeQuietly() {
      try {
        if (reader != null) {
          reader.close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
