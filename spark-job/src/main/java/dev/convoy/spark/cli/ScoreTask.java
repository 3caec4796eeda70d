package dev.convoy.spark.cli;

import dev.convoy.engine.data.Batch;
import org.apache.spark.broadcast.Broadcast;

/** Scores the examples of each shard. */
final class ScoreTask extends ForwardTask<Scores> {
  private static final long serialVersionUID = 1L;
  private final int mistakes;

  ScoreTask(String model, Broadcast<float[]> weights, int mistakes) {
    super(model, weights);
    this.mistakes = mistakes;
  }

  @Override
  Scores start(int examples, int outputs) {
    return new Scores(outputs, mistakes);
  }

  @Override
  void add(Scores scores, Batch batch, float[] outputs, double lossSum) {
    for (int i = 0; i < batch.size(); i++) {
      scores.add(batch.ids()[i], batch.labels()[i], outputs, i * scores.classes);
    }
    scores.lossSum += lossSum;
  }
}
