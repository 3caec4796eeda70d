package dev.convoy.engine.bench;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.data.ImageSet;
import dev.convoy.engine.data.Normalization;
import dev.convoy.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Made-up images with about MNIST's share of ink (a fifth), so that benchmarks need no data. */
public final class Digits {
  private static final Shape SHAPE = new Shape(28, 28, 1);

  private Digits() {}

  /** {@code count} images of strokes; a pure function of {@code count}. */
  public static ImageSet make(int count) {
    SplittableRandom random = new SplittableRandom(20_260_101L);
    byte[] pixels = new byte[count * SHAPE.size()];
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = i % 10;
      draw(pixels, i * SHAPE.size(), random);
    }
    return new ImageSet(SHAPE, pixels, labels);
  }

  /** A brush of 3 x 3 pixels that wanders over the middle 20 x 20. */
  private static void draw(byte[] pixels, int offset, SplittableRandom random) {
    int y = 8 + random.nextInt(12);
    int x = 8 + random.nextInt(12);
    for (int move = 0; move < 40; move++) {
      y = Math.max(5, Math.min(22, y + random.nextInt(3) - 1));
      x = Math.max(5, Math.min(22, x + random.nextInt(3) - 1));
      for (int dy = -1; dy <= 1; dy++) {
        for (int dx = -1; dx <= 1; dx++) {
          pixels[offset + (y + dy) * SHAPE.width() + x + dx] = (byte) (100 + random.nextInt(156));
        }
      }
    }
  }

  /** The images {@code from} to {@code to} as micro-batches of up to {@code microBatch}. */
  public static List<Batch> batches(
      ImageSet images, Normalization normalization, int from, int to, int microBatch) {
    float[] table = normalization.table();
    List<Batch> batches = new ArrayList<>();
    for (int start = from; start < to; start += microBatch) {
      Batch batch = new Batch(images.shape(), microBatch);
      for (int i = start; i < Math.min(to, start + microBatch); i++) {
        batch.add(images.pixels(), i * images.shape().size(), table, images.labels()[i], i);
      }
      batches.add(batch);
    }
    return batches;
  }
}
