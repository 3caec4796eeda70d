package dev.convoy.spark.data.shard;

import dev.convoy.engine.data.DataException;
import dev.convoy.spark.data.source.ExampleSource;
import java.io.IOException;

/**
 * Makes shards of examples in bytes.
 *
 * @param layout which examples a shard holds
 * @param example bytes of each
 * @param labels of each
 */
record ShardPacker(ShardLayout layout, int example, int labels) implements java.io.Serializable {
  /** Reads the examples of {@code shard} one by one; those for training come first. */
  PackedShard pack(ExampleSource.Reader reader, int shard) throws IOException {
    PackedShard room = room(shard);
    long[] indexes = room.indexes();
    for (int at = 0; at < indexes.length; ) {
      int run = 1;
      while (at + run < indexes.length && indexes[at + run] == indexes[at] + run) {
        run++;
      }
      reader.read(indexes[at], run, room.pixels(), room.labels(), at);
      at += run;
    }
    return trainingFirst(room);
  }

  /** A shard that knows which examples it holds, with room for them in the order of the source. */
  PackedShard room(int shard) {
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
    return new PackedShard(shard, count, pixels, new int[count * labels], layout.indexesOf(shard));
  }

  /** Copies example {@code from} of one shard to example {@code to} of another. */
  void copy(PackedShard source, int from, PackedShard target, int to) {
    System.arraycopy(source.pixels(), from * example, target.pixels(), to * example, example);
    System.arraycopy(source.labels(), from * labels, target.labels(), to * labels, labels);
    target.indexes()[to] = source.indexes()[from];
  }

  /** The shard with its examples for training before those held out. */
  PackedShard trainingFirst(PackedShard all) {
    if (layout.heldOutFraction() <= 0) {
      return all;
    }
    int training = 0;
    for (long index : all.indexes()) {
      training += layout.heldOut(index) ? 0 : 1;
    }
    PackedShard sorted = ofSize(all.shard(), training, all.size());
    int[] next = {0, training};
    for (int i = 0; i < all.size(); i++) {
      copy(all, i, sorted, next[layout.heldOut(all.indexes()[i]) ? 1 : 0]++);
    }
    return sorted;
  }

  /** A shard with room for {@code count} examples that are not known yet. */
  PackedShard ofSize(int shard, int training, int count) {
    byte[] pixels = new byte[count * example];
    return new PackedShard(shard, training, pixels, new int[count * labels], new long[count]);
  }
}
