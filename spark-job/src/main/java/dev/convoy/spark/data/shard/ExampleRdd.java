package dev.convoy.spark.data.shard;

import dev.convoy.spark.data.source.ExampleSource;
import dev.convoy.spark.interop.IndexedPartition;
import dev.convoy.spark.interop.ScalaTypes;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.spark.Partition;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.collection.AbstractIterator;
import scala.collection.Iterator;

/** The examples of a source in the order of their indexes, partition after partition. */
public final class ExampleRdd extends RDD<ExampleChunk> {
  private static final long serialVersionUID = 1L;

  /** Bytes of examples that are read at a time. */
  private static final int RUN_BYTES = 1 << 20;

  private final ExampleSource source;
  private final int partitions;

  /** The examples of {@code source} in {@code partitions} partitions. */
  public ExampleRdd(SparkContext spark, ExampleSource source, int partitions) {
    super(spark, ScalaTypes.noParents(), ScalaTypes.tag(ExampleChunk.class));
    this.source = source;
    this.partitions = partitions;
  }

  @Override
  public Partition[] getPartitions() {
    return IndexedPartition.count(partitions);
  }

  private long first(int partition) {
    return Math.multiplyExact(source.examples(), (long) partition) / partitions;
  }

  @Override
  public Iterator<ExampleChunk> compute(Partition split, TaskContext context) {
    return new Runs(first(split.index()), first(split.index() + 1), context);
  }

  private final class Runs extends AbstractIterator<ExampleChunk> {
    private final long end;
    private final int most;
    private long next;
    private ExampleSource.Reader reader;

    Runs(long first, long end, TaskContext context) {
      this.next = first;
      this.end = end;
      this.most = Math.max(1, Math.min(4096, RUN_BYTES / source.shape().size()));
      context.addTaskCompletionListener(
          (TaskContext done) -> {
            close();
          });
    }

    @Override
    public boolean hasNext() {
      return next < end;
    }

    @Override
    public ExampleChunk next() {
      int count = (int) Math.min(most, end - next);
      byte[] pixels = new byte[count * source.shape().size()];
      int[] labels = new int[count * source.labels()];
      long[] indexes = new long[count];
      String[] names = new String[count];
      try {
        if (reader == null) {
          reader = source.open();
        }
        reader.read(next, count, pixels, labels, 0);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      for (int i = 0; i < count; i++) {
        indexes[i] = next + i;
        names[i] = source.name(next + i);
      }
      next += count;
      return new ExampleChunk(new PackedShard(0, 0, pixels, labels, indexes), names);
    }

    private void close() {
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
