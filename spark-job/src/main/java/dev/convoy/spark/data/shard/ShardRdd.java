package dev.convoy.spark.data.shard;

import dev.convoy.spark.data.source.ExampleSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.PrimitiveIterator;
import org.apache.spark.Partition;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.collection.AbstractIterator;
import scala.collection.Iterator;
import scala.collection.immutable.Nil$;
import scala.collection.immutable.Seq;
import scala.reflect.ClassTag$;

/**
 * The shards of a source, a partition for each block of a {@link ShardPlacement}. Has no parents: a
 * lost partition is read from the source again.
 */
final class ShardRdd extends RDD<PackedShard> {
  private static final long serialVersionUID = 1L;

  private final ExampleSource source;
  private final ShardLayout layout;
  private final ShardPlacement deal;

  private record Slice(int index) implements Partition {
    @Override
    public int hashCode() {
      return index;
    }
  }

  ShardRdd(SparkContext spark, ExampleSource source, ShardLayout layout, ShardPlacement deal) {
    super(spark, noParents(), ClassTag$.MODULE$.apply(PackedShard.class));
    this.source = source;
    this.layout = layout;
    this.deal = deal;
  }

  @SuppressWarnings("unchecked")
  static Seq<org.apache.spark.Dependency<?>> noParents() {
    return (Seq<org.apache.spark.Dependency<?>>) (Seq<?>) Nil$.MODULE$;
  }

  @Override
  public Partition[] getPartitions() {
    Partition[] slices = new Partition[deal.blocks()];
    for (int p = 0; p < slices.length; p++) {
      slices[p] = new Slice(p);
    }
    return slices;
  }

  @Override
  public Iterator<PackedShard> compute(Partition split, TaskContext context) {
    return new Shards(split.index(), context);
  }

  private final class Shards extends AbstractIterator<PackedShard> {
    private final PrimitiveIterator.OfInt numbers;
    private ExampleSource.Reader reader;

    Shards(int block, TaskContext context) {
      numbers = deal.shardsOf(block).iterator();
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
        return ShardPacker.pack(
            reader, source.shape().size(), source.labels(), layout, numbers.next());
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
