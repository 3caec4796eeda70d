package dev.convoy.spark.job;

import dev.convoy.engine.optimizer.LearningRate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * All learning rate schedules that a job can name, in the order in which errors list them. A new
 * one is a constant here; its settings are keys of their own.
 */
enum ScheduleType {
  CONSTANT(settings -> new LearningRate.Constant(peak(settings)), List::of),
  STEP(
      settings ->
          new LearningRate.Step(
              peak(settings),
              settings.single(Key.SCHEDULE_FACTOR),
              settings.longInteger(Key.SCHEDULE_EVERY),
              unit(settings)),
      () -> List.of(Key.SCHEDULE_EVERY, Key.SCHEDULE_FACTOR)),
  COSINE(
      settings -> new LearningRate.Cosine(peak(settings), settings.single(Key.SCHEDULE_FINAL)),
      () -> List.of(Key.SCHEDULE_FINAL)),
  POLYNOMIAL(
      settings ->
          new LearningRate.Polynomial(
              peak(settings),
              settings.single(Key.SCHEDULE_FINAL),
              settings.single(Key.SCHEDULE_POWER)),
      () -> List.of(Key.SCHEDULE_FINAL, Key.SCHEDULE_POWER)),
  ONECYCLE(
      settings -> new LearningRate.OneCycle(peak(settings), settings.single(Key.SCHEDULE_RISE)),
      () -> List.of(Key.SCHEDULE_RISE));

  private final Function<Settings, LearningRate> reader;

  /** Asked for late, because {@link Key} lists these types while it is being made. */
  private final Supplier<List<Key>> keys;

  ScheduleType(Function<Settings, LearningRate> reader, Supplier<List<Key>> keys) {
    this.reader = reader;
    this.keys = keys;
  }

  private static float peak(Settings settings) {
    return settings.single(Key.OPTIMIZER_LEARNING_RATE);
  }

  private static LearningRate.Unit unit(Settings settings) {
    return LearningRate.Unit.valueOf(settings.text(Key.SCHEDULE_UNIT).toUpperCase(Locale.ROOT));
  }

  /** The schedule that a job names. */
  static ScheduleType of(Settings settings) {
    return OptimizerType.named(values(), settings.text(Key.SCHEDULE_TYPE));
  }

  /** Makes the schedule of a job, its warm-up included. */
  LearningRate read(Settings settings) {
    LearningRate schedule = reader.apply(settings);
    long warmup = settings.longInteger(Key.SCHEDULE_WARMUP);
    return warmup == 0 ? schedule : new LearningRate.Warmup(warmup, unit(settings), schedule);
  }

  /** True if the schedule looks at {@code key}. */
  boolean reads(Key key) {
    return keys.get().contains(key);
  }

  /** True if some schedule looks at {@code key}, and perhaps no other does. */
  static boolean isOwn(Key key) {
    return Arrays.stream(values()).anyMatch(type -> type.reads(key));
  }
}
