package dev.convoy.spark.job;

import dev.convoy.spark.train.TrainConfig.Update;
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
        accepted(settings, Key.OPTIMIZER_TYPE, () -> OptimizerType.of(settings).read(settings)),
        accepted(settings, Key.SCHEDULE_TYPE, () -> ScheduleType.of(settings).read(settings)),
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

  /** False for a key that nobody looks at, as the job is. */
  static boolean matters(Key key, Settings settings) {
    if (OptimizerType.isOwn(key)) {
      return OptimizerType.of(settings).reads(key);
    }
    if (AugmentReader.isOwn(key)) {
      return settings.isGiven(key);
    }
    if (ScheduleType.isOwn(key)) {
      return ScheduleType.of(settings).reads(key);
    }
    return switch (key) {
      case SCHEDULE_UNIT ->
          ScheduleType.of(settings) == ScheduleType.STEP
              || settings.longInteger(Key.SCHEDULE_WARMUP) > 0;
      case MODEL_INPUT, MODEL_LOSS -> !settings.isGiven(EITHER.get(key));
      case MODEL_INPUTS, MODEL_OUTPUTS -> settings.isGiven(key);
      default -> true;
    };
  }
}
