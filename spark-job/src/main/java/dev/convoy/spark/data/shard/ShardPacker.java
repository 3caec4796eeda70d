package dev.convoy.spark.data.shard;

import dev.convoy.engine.data.DataException;
import dev.convoy.spark.data.source.ExampleSource;
import java.io.IOException;

/** Reads one shard out of a source. */
final class ShardPacker {
  private ShardPacker() {}

  /** The examples of {@code shard}, those for training first. */
  static PackedShard pack(
      ExampleSource.Reader reader, int example, int labelsEach, ShardLayout layout, int shard)
      throws IOException {
    long size = layout.sizeOf(shard);
    if (size * example > Integer.MAX_VALUE - 64) {
      throw new DataException(
          "data.shards: a shard would hold "
              + size * example
              + " bytes, expected less than 2^31; raise data.shards from "
              + layout.shards()
              + " to at least "
              + (layout.examples() * example / (1L << 30) + 1));
    }
    int count = (int) size;
    byte[] pixels = new byte[count * example];
    int[] labels = new int[count * labelsEach];
    long[] indexes = new long[count];
    int stripe = layout.stripe();
    int at = 0;
    for (long first = (long) shard * stripe; at < count; first += (long) stripe * layout.shards()) {
      int run = (int) Math.min(stripe, layout.examples() - first);
      reader.read(first, run, pixels, labels, at);
      for (int i = 0; i < run; i++) {
        indexes[at + i] = first + i;
      }
      at += run;
    }
    return trainingFirst(new PackedShard(shard, count, pixels, labels, indexes), example, layout);
  }

  private static PackedShard trainingFirst(PackedShard all, int example, ShardLayout layout) {
    if (layout.heldOutFraction() <= 0) {
      return all;
    }
    int count = all.size();
    int training = 0;
    for (long index : all.indexes()) {
      training += layout.heldOut(index) ? 0 : 1;
    }
    byte[] pixels = new byte[all.pixels().length];
    int[] labels = new int[all.labels().length];
    int each = all.labelsAnExample();
    long[] indexes = new long[count];
    int[] next = {0, training};
    for (int i = 0; i < count; i++) {
      int to = next[layout.heldOut(all.indexes()[i]) ? 1 : 0]++;
      System.arraycopy(all.pixels(), i * example, pixels, to * example, example);
      System.arraycopy(all.labels(), i * each, labels, to * each, each);
      indexes[to] = all.indexes()[i];
    }
    return new PackedShard(all.shard(), training, pixels, labels, indexes);
  }
}
