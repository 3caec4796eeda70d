package dev.convoy.spark.train;

import dev.convoy.engine.tensor.CounterRandom;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.data.source.ExampleSource;
import java.io.IOException;
import org.apache.spark.TaskContext;

/**
 * Examples made up from their index, by a source that fails at random in every task's first and
 * second attempt. Over an uncached data set it fails in the middle of training steps.
 */
public final class HostileSource implements ExampleSource {
  private static final long serialVersionUID = 1L;

  private final int examples;
  private final int side;
  private final int classes;
  private final double failures;

  /**
   * @param failures share of the first attempts that fail
   */
  public HostileSource(int examples, int side, int classes, double failures) {
    this.examples = examples;
    this.side = side;
    this.classes = classes;
    this.failures = failures;
  }

  @Override
  public Shape shape() {
    return new Shape(side, side, 1);
  }

  @Override
  public long examples() {
    return examples;
  }

  @Override
  public String labelPlace(long index) {
    return "example " + index;
  }

  @Override
  public Reader open() {
    return this::read;
  }

  private void read(long first, int count, byte[] pixels, int[] labels, int at) throws IOException {
    TaskContext task = TaskContext.get();
    if (task != null && task.attemptNumber() < 2) {
      long key = CounterRandom.key(task.stageId(), task.attemptNumber());
      if (CounterRandom.uniform(key, first) < failures) {
        throw new IOException("made to fail by the test");
      }
    }
    int size = side * side;
    for (int i = 0; i < count; i++) {
      labels[at + i] = (int) ((first + i) % classes);
      for (int j = 0; j < size; j++) {
        boolean bright = j / side % classes == labels[at + i];
        int noise = (int) (CounterRandom.bits(9, (first + i) * size + j) >>> 57);
        pixels[(at + i) * size + j] = (byte) (bright ? 224 : noise);
      }
    }
  }
}
