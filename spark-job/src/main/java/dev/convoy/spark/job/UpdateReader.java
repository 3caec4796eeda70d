package dev.convoy.spark.job;

import dev.convoy.engine.optimizer.Adam;
import dev.convoy.engine.optimizer.LearningRate;
import dev.convoy.engine.optimizer.Optimizer;
import dev.convoy.engine.optimizer.Sgd;
import dev.convoy.spark.train.TrainConfig.Update;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** Makes the {@code optimizer} and {@code schedule} sections of a job the engine's records. */
final class UpdateReader {
  private static final Map<Key, Key> EITHER =
      Map.of(Key.MODEL_INPUT, Key.MODEL_INPUTS, Key.MODEL_LOSS, Key.MODEL_OUTPUTS);

  private UpdateReader() {}

  /**
   * @throws UserError if the engine refuses a combination of settings
   */
  static Update read(Settings settings) {
    return new Update(
        accepted(settings, Key.OPTIMIZER_TYPE, () -> optimizer(settings)),
        accepted(settings, Key.SCHEDULE_TYPE, () -> schedule(settings)),
        settings.single(Key.OPTIMIZER_WEIGHT_DECAY),
        settings.single(Key.OPTIMIZER_CLIP_NORM),
        settings.single(Key.OPTIMIZER_CLIP_VALUE));
  }

  private static <T> T accepted(Settings settings, Key key, Supplier<T> reader) {
    try {
      return reader.get();
    } catch (IllegalArgumentException e) {
      throw settings.place(key).error(e.getMessage(), e);
    }
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
    float rate = settings.single(Key.OPTIMIZER_LEARNING_RATE);
    float last = settings.single(Key.SCHEDULE_FINAL);
    LearningRate.Unit unit =
        LearningRate.Unit.valueOf(settings.text(Key.SCHEDULE_UNIT).toUpperCase(Locale.ROOT));
    LearningRate schedule =
        switch (settings.text(Key.SCHEDULE_TYPE)) {
          case "constant" -> new LearningRate.Constant(rate);
          case "step" ->
              new LearningRate.Step(
                  rate,
                  settings.single(Key.SCHEDULE_FACTOR),
                  settings.longInteger(Key.SCHEDULE_EVERY),
                  unit);
          case "cosine" -> new LearningRate.Cosine(rate, last);
          case "polynomial" ->
              new LearningRate.Polynomial(rate, last, settings.single(Key.SCHEDULE_POWER));
          default -> new LearningRate.OneCycle(rate, settings.single(Key.SCHEDULE_RISE));
        };
    long warmup = settings.longInteger(Key.SCHEDULE_WARMUP);
    return warmup == 0 ? schedule : new LearningRate.Warmup(warmup, unit, schedule);
  }

  /** False for a key that nobody looks at, as the job is. */
  static boolean matters(Key key, Settings settings) {
    String optimizer = settings.text(Key.OPTIMIZER_TYPE);
    String schedule = settings.text(Key.SCHEDULE_TYPE);
    return switch (key) {
      case OPTIMIZER_MOMENTUM -> List.of("momentum", "nesterov").contains(optimizer);
      case OPTIMIZER_BETA1, OPTIMIZER_BETA2, OPTIMIZER_EPSILON -> optimizer.startsWith("adam");
      case SCHEDULE_EVERY, SCHEDULE_FACTOR -> schedule.equals("step");
      case SCHEDULE_UNIT ->
          schedule.equals("step") || settings.longInteger(Key.SCHEDULE_WARMUP) > 0;
      case SCHEDULE_POWER -> schedule.equals("polynomial");
      case SCHEDULE_FINAL -> List.of("cosine", "polynomial").contains(schedule);
      case SCHEDULE_RISE -> schedule.equals("onecycle");
      case MODEL_INPUT, MODEL_LOSS -> !settings.isGiven(EITHER.get(key));
      case MODEL_INPUTS, MODEL_OUTPUTS -> settings.isGiven(key);
      default -> true;
    };
  }
}
