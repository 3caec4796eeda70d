package dev.convoy.spark.cli;

import dev.convoy.engine.optimizer.Adam;
import dev.convoy.engine.optimizer.LearningRate;
import dev.convoy.engine.optimizer.Optimizer;
import dev.convoy.engine.optimizer.Sgd;
import dev.convoy.spark.train.TrainConfig.Update;
import java.util.List;

/** Makes the {@code optimizer} and {@code schedule} sections of a job the engine's records. */
final class UpdateReader {
  private UpdateReader() {}

  static Update read(Settings settings) {
    return new Update(
        optimizer(settings),
        schedule(settings),
        settings.single(Key.OPTIMIZER_WEIGHT_DECAY),
        settings.single(Key.OPTIMIZER_CLIP_NORM),
        settings.single(Key.OPTIMIZER_CLIP_VALUE));
  }

  private static Optimizer optimizer(Settings settings) {
    String type = settings.text(Key.OPTIMIZER_TYPE);
    return switch (type) {
      case "sgd" -> new Sgd(0f, false);
      case "momentum", "nesterov" ->
          new Sgd(settings.single(Key.OPTIMIZER_MOMENTUM), type.equals("nesterov"));
      default ->
          new Adam(
              settings.single(Key.OPTIMIZER_BETA1),
              settings.single(Key.OPTIMIZER_BETA2),
              settings.single(Key.OPTIMIZER_EPSILON),
              type.equals("adamw"));
    };
  }

  private static LearningRate schedule(Settings settings) {
    return new LearningRate.Constant(settings.single(Key.OPTIMIZER_LEARNING_RATE));
  }

  /** False for a key that the chosen optimizer or schedule does not look at. */
  static boolean matters(Key key, Settings settings) {
    String optimizer = settings.text(Key.OPTIMIZER_TYPE);
    String schedule = settings.text(Key.SCHEDULE_TYPE);
    return switch (key) {
      case OPTIMIZER_MOMENTUM -> List.of("momentum", "nesterov").contains(optimizer);
      case OPTIMIZER_BETA1, OPTIMIZER_BETA2, OPTIMIZER_EPSILON -> optimizer.startsWith("adam");
      case SCHEDULE_EVERY, SCHEDULE_FACTOR -> schedule.equals("step");
      case SCHEDULE_POWER -> schedule.equals("polynomial");
      case SCHEDULE_FINAL -> List.of("cosine", "polynomial", "onecycle").contains(schedule);
      case SCHEDULE_INITIAL, SCHEDULE_RISE -> schedule.equals("onecycle");
      default -> true;
    };
  }
}
