package dev.convoy.spark.data.table;

import dev.convoy.engine.data.DataException;
import dev.convoy.spark.data.shard.PackedShard;
import dev.convoy.spark.data.shard.ShardLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import scala.Tuple2;

/** Packs rows that come shard by shard, each behind its place in the order of the layout. */
final class RowShards implements Iterator<PackedShard> {
  private final Iterator<Tuple2<Long, RowPacker.Packed>> rows;
  private final ShardLayout layout;
  private final int example;
  private final float scale;
  private final boolean marked;
  private Tuple2<Long, RowPacker.Packed> ahead;

  /**
   * @param marked true if the rows say which of them are held out, false if the layout does
   */
  RowShards(
      Iterator<Tuple2<Long, RowPacker.Packed>> rows,
      ShardLayout layout,
      int example,
      float scale,
      boolean marked) {
    this.rows = rows;
    this.layout = layout;
    this.example = example;
    this.scale = scale;
    this.marked = marked;
    this.ahead = rows.hasNext() ? rows.next() : null;
  }

  @Override
  public boolean hasNext() {
    return ahead != null;
  }

  @Override
  public PackedShard next() {
    if (ahead == null) {
      throw new NoSuchElementException();
    }
    int shard = layout.shardAt(ahead._1());
    List<Tuple2<Long, RowPacker.Packed>> training = new ArrayList<>();
    List<Tuple2<Long, RowPacker.Packed>> all = new ArrayList<>();
    List<Tuple2<Long, RowPacker.Packed>> heldOut = new ArrayList<>();
    boolean bytes = true;
    while (ahead != null && layout.shardAt(ahead._1()) == shard) {
      long index = layout.indexAt(ahead._1());
      boolean held = marked ? ahead._2().heldOut() : layout.heldOut(index);
      (held ? heldOut : training).add(new Tuple2<>(index, ahead._2()));
      bytes &= ahead._2().data().length == example;
      ahead = rows.hasNext() ? rows.next() : null;
    }
    training.sort(Comparator.comparing(Tuple2::_1));
    heldOut.sort(Comparator.comparing(Tuple2::_1));
    all.addAll(training);
    all.addAll(heldOut);
    return pack(shard, training.size(), all, example, scale, bytes);
  }

  /**
   * Packs rows.
   *
   * @param training how many of them, from the first, are for training
   * @param example values of each
   * @param scale the number that stands for a full pixel
   * @param bytes true if every value is a byte
   */
  static PackedShard pack(
      int shard,
      int training,
      List<Tuple2<Long, RowPacker.Packed>> all,
      int example,
      float scale,
      boolean bytes) {
    int count = all.size();
    long size = (long) count * example;
    if (size > Integer.MAX_VALUE - 64) {
      throw new DataException(
          "data.shards: a shard would hold "
              + size
              + " values, expected less than 2^31; raise data.shards");
    }
    byte[] pixels = bytes ? new byte[(int) size] : null;
    float[] values = bytes ? null : new float[(int) size];
    int[] labels = new int[count];
    long[] indexes = new long[count];
    for (int i = 0; i < count; i++) {
      byte[] data = all.get(i)._2().data();
      if (bytes) {
        System.arraycopy(data, 0, pixels, i * example, example);
      } else if (data.length == example) {
        for (int j = 0; j < example; j++) {
          values[i * example + j] = data[j] & 0xff;
        }
      } else {
        ByteBuffer.wrap(data).asFloatBuffer().get(values, i * example, example);
      }
      labels[i] = all.get(i)._2().label();
      indexes[i] = all.get(i)._1();
    }
    return new PackedShard(shard, training, pixels, values, scale, labels, indexes);
  }
}
