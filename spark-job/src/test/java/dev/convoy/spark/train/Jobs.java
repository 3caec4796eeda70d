package dev.convoy.spark.train;

import dev.convoy.engine.network.ModelSpec;
import dev.convoy.engine.optimizer.Adam;
import dev.convoy.engine.optimizer.LearningRate;
import dev.convoy.engine.optimizer.Optimizer;
import dev.convoy.engine.optimizer.Sgd;

/** A job for tests, small by default; each {@code with...} makes a changed copy. */
record Jobs(
    String model,
    String path,
    int partitions,
    int shards,
    double heldOut,
    int epochs,
    long maxSteps,
    int batch,
    int micro,
    int patience,
    Optimizer optimizer,
    LearningRate rate,
    float clipNorm,
    String checkpoints,
    long everySteps) {

  static final String SMALL =
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

  static final Sgd MOMENTUM = new Sgd(0.9f, false);
  static final Adam ADAM = new Adam(0.9f, 0.999f, 1e-8f, false);

  /** Two epochs over the examples in {@code path}. */
  static Jobs on(Object path) {
    return new Jobs(
        SMALL,
        path.toString(),
        2,
        9,
        0.1,
        2,
        0,
        50,
        16,
        0,
        MOMENTUM,
        new LearningRate.Constant(0.05f),
        0f,
        "",
        0);
  }

  TrainConfig config() {
    return new TrainConfig(
        ModelSpec.parse(model),
        new TrainConfig.Data(path, partitions, shards, heldOut),
        new TrainConfig.Loop(epochs, maxSteps, batch, micro, 42, 1, patience),
        new TrainConfig.Update(optimizer, rate, 1e-3f, clipNorm, 0f),
        new TrainConfig.Checkpoints(checkpoints, everySteps, 0, false, 3));
  }

  Jobs withPartitions(int count) {
    return new Jobs(
        model,
        path,
        count,
        shards,
        heldOut,
        epochs,
        maxSteps,
        batch,
        micro,
        patience,
        optimizer,
        rate,
        clipNorm,
        checkpoints,
        everySteps);
  }

  Jobs withBatch(int size) {
    return new Jobs(
        model,
        path,
        partitions,
        shards,
        heldOut,
        epochs,
        maxSteps,
        size,
        micro,
        patience,
        optimizer,
        rate,
        clipNorm,
        checkpoints,
        everySteps);
  }

  Jobs withSteps(int epochs, long most) {
    return new Jobs(
        model,
        path,
        partitions,
        shards,
        heldOut,
        epochs,
        most,
        batch,
        micro,
        patience,
        optimizer,
        rate,
        clipNorm,
        checkpoints,
        everySteps);
  }

  Jobs withPatience(int validations) {
    return new Jobs(
        model,
        path,
        partitions,
        shards,
        heldOut,
        epochs,
        maxSteps,
        batch,
        micro,
        validations,
        optimizer,
        rate,
        clipNorm,
        checkpoints,
        everySteps);
  }

  Jobs withUpdate(Optimizer by, LearningRate at, float clip) {
    return new Jobs(
        model,
        path,
        partitions,
        shards,
        heldOut,
        epochs,
        maxSteps,
        batch,
        micro,
        patience,
        by,
        at,
        clip,
        checkpoints,
        everySteps);
  }

  Jobs withHeldOut(double fraction) {
    return new Jobs(
        model,
        path,
        partitions,
        shards,
        fraction,
        epochs,
        maxSteps,
        batch,
        micro,
        patience,
        optimizer,
        rate,
        clipNorm,
        checkpoints,
        everySteps);
  }

  Jobs withModel(String text) {
    return new Jobs(
        text,
        path,
        partitions,
        shards,
        heldOut,
        epochs,
        maxSteps,
        batch,
        micro,
        patience,
        optimizer,
        rate,
        clipNorm,
        checkpoints,
        everySteps);
  }

  Jobs withCheckpoints(Object folder, long every) {
    return new Jobs(
        model,
        path,
        partitions,
        shards,
        heldOut,
        epochs,
        maxSteps,
        batch,
        micro,
        patience,
        optimizer,
        rate,
        clipNorm,
        folder.toString(),
        every);
  }
}
