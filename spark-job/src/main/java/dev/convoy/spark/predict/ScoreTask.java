package dev.convoy.spark.predict;

import dev.convoy.engine.data.Batch;
import dev.convoy.spark.data.shard.PackedShard;

/** Scores the examples of each shard by the first output of the network. */
final class ScoreTask extends ForwardTask<Scores> {
  private static final long serialVersionUID = 1L;
  private final int classes;
  private final int mistakes;

  ScoreTask(ForwardPass.Recipe recipe, int classes, int mistakes) {
    super(recipe);
    this.classes = classes;
    this.mistakes = mistakes;
  }

  @Override
  Scores start(int examples, int outputs) {
    return new Scores(classes, mistakes);
  }

  @Override
  void add(
      Scores scores, PackedShard shard, int from, Batch batch, float[] outputs, double lossSum) {
    int size = batch.shape().size();
    int values = outputs.length / batch.capacity();
    for (int i = 0; i < batch.size(); i++) {
      scores.add(
          batch.ids()[i],
          batch.labels()[i],
          outputs,
          i * values,
          shard.picture(from + i, size),
          0,
          size);
    }
    scores.lossSum += lossSum;
  }
}
