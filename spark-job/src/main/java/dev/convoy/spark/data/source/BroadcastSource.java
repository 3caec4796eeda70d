package dev.convoy.spark.data.source;

import dev.convoy.engine.data.IdxHeader;
import dev.convoy.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Data that can only be read from its beginning (gzip): the driver reads it once and executors
 * fetch it from each other as broadcast pieces. The driver keeps its copy, so that a lost partition
 * can be built again. Pieces hold raw pixels, and travel so: Spark is told not to compress what it
 * spreads.
 */
final class BroadcastSource implements ExampleSource {
  private static final long serialVersionUID = 1L;
  private static final int PIECE_BYTES = 1 << 24;

  private final Shape shape;
  private final String images;
  private final boolean labelled;
  private final List<IdxHeader> heads;
  private final int pieceExamples;
  private final List<Broadcast<byte[]>> pieces = new ArrayList<>();

  /** Ships {@code loaded} in pieces of 16 MB. */
  BroadcastSource(JavaSparkContext spark, IdxArrays loaded) {
    images = loaded.images();
    labelled = loaded.labelled();
    heads = loaded.heads();
    shape = loaded.shape();
    int example = shape.size();
    pieceExamples = Math.max(1, PIECE_BYTES / (example + labels()));
    for (int first = 0; first < loaded.size(); first += pieceExamples) {
      int count = Math.min(pieceExamples, loaded.size() - first);
      byte[] piece = new byte[count * (example + labels())];
      System.arraycopy(loaded.rows(), first * example, piece, 0, count * example);
      for (int i = 0; i < count * labels(); i++) {
        piece[count * example + i] = (byte) loaded.labels()[first * labels() + i];
      }
      pieces.add(spark.broadcast(piece));
    }
  }

  @Override
  public void release() {
    pieces.forEach(Broadcast::unpersist);
  }

  @Override
  public void close() {
    pieces.forEach(Broadcast::destroy);
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public long examples() {
    return heads.get(0).count();
  }

  @Override
  public int labels() {
    return heads.size();
  }

  @Override
  public boolean labelled() {
    return labelled;
  }

  @Override
  public String labelPlace(long index) {
    return IdxArrays.labelPlace(heads, index);
  }

  @Override
  public String name(long index) {
    return IdxArrays.name(images, index);
  }

  @Override
  public Reader open() {
    return this::read;
  }

  private void read(long first, int count, byte[] pixels, int[] labels, int at) {
    int example = shape().size();
    for (int done = 0; done < count; ) {
      int within = (int) ((first + done) % pieceExamples);
      byte[] piece = pieces.get((int) ((first + done) / pieceExamples)).value();
      int held = piece.length / (example + labels());
      int run = Math.min(count - done, held - within);
      System.arraycopy(piece, within * example, pixels, (at + done) * example, run * example);
      int from = held * example + within * labels();
      for (int i = 0; i < run * labels(); i++) {
        labels[(at + done) * labels() + i] = piece[from + i] & 0xff;
      }
      done += run;
    }
  }
}
