package dev.convoy.engine.bench;

import dev.convoy.engine.data.ImageSet;
import dev.convoy.engine.tensor.Shape;
import java.util.SplittableRandom;

/** Images of random pixels, as dense as photographs: for nets that take colours. */
final class Noise {
  private Noise() {}

  /** {@code count} images of ten classes; a pure function of the arguments. */
  static ImageSet make(Shape shape, int count) {
    byte[] pixels = new byte[count * shape.size()];
    new SplittableRandom(20_260_101L).nextBytes(pixels);
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = i % 10;
    }
    return new ImageSet(shape, pixels, labels);
  }
}
