package dev.convoy.spark.train;

import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.optimizer.Adam;
import dev.convoy.engine.optimizer.LearningRate;
import dev.convoy.engine.optimizer.Optimizer;
import dev.convoy.engine.optimizer.Sgd;
import dev.convoy.spark.train.TrainConfig.Checkpoints;
import dev.convoy.spark.train.TrainConfig.Data;
import dev.convoy.spark.train.TrainConfig.Loop;
import dev.convoy.spark.train.TrainConfig.Update;

/** A job for tests, small by default; each {@code with...} makes a changed copy. */
public record Jobs(TrainConfig config) {

  public static final String SMALL =
      """
      input 12x12x1
      normalize mean=0.5 deviation=0.5
      conv2d filters=4 kernel=3
      relu
      maxpool window=2
      flatten
      dropout rate=0.2
      dense units=5
      loss softmax
      """;

  static final String BATCH_NORM =
      """
      input 12x12x1
      normalize mean=0.5 deviation=0.5
      conv2d filters=4 kernel=3 bias=false
      batchNorm
      relu
      maxpool window=2
      flatten
      dense units=9 bias=false
      batchNorm momentum=0.5
      relu
      dense units=5
      loss softmax
      """;

  public static final Sgd MOMENTUM = new Sgd(0.9f, false);
  static final Adam ADAM = new Adam(0.9f, 0.999f, 1e-8f, false);

  /** Two epochs over the examples in {@code path}. */
  public static Jobs on(Object path) {
    return new Jobs(
        new TrainConfig(
            ModelSpec.parse(SMALL),
            new Data(path.toString(), 2, 9, 0.1),
            new Loop(2, 0, 50, 16, 42, 1, 0),
            new Update(MOMENTUM, new LearningRate.Constant(0.05f), 1e-3f, 0f, 0f),
            new Checkpoints("", 0, 0, false, 3)));
  }

  Jobs withData(Object path, int partitions, double heldOut) {
    Data data = config.data();
    return new Jobs(config.with(new Data(path.toString(), partitions, data.shards(), heldOut)));
  }

  Jobs withPartitions(int count) {
    return withData(config.data().path(), count, config.data().validationFraction());
  }

  Jobs withHeldOut(double fraction) {
    return withData(config.data().path(), config.data().partitions(), fraction);
  }

  Jobs withModel(String text) {
    return new Jobs(config.with(ModelSpec.parse(text)));
  }

  private Jobs withLoop(int epochs, long most, int batch, int patience) {
    Loop loop = config.loop();
    return new Jobs(
        config.with(
            new Loop(
                epochs,
                most,
                batch,
                loop.microBatch(),
                loop.seed(),
                loop.evaluateEvery(),
                patience)));
  }

  Jobs withBatch(int size) {
    Loop loop = config.loop();
    return withLoop(loop.epochs(), loop.maxSteps(), size, loop.patience());
  }

  Jobs withSteps(int epochs, long most) {
    return withLoop(epochs, most, config.loop().batchSize(), config.loop().patience());
  }

  Jobs withPatience(int validations) {
    Loop loop = config.loop();
    return withLoop(loop.epochs(), loop.maxSteps(), loop.batchSize(), validations);
  }

  public Jobs withUpdate(Optimizer by, LearningRate at, float clip) {
    return new Jobs(config.with(new Update(by, at, 1e-3f, clip, 0f)));
  }

  Jobs withCheckpoints(Object folder, long every) {
    return new Jobs(config.with(new Checkpoints(folder.toString(), every, 0, false, 3)));
  }
}
