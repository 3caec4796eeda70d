package dev.convoy.spark.job;

import dev.convoy.engine.optimizer.Adam;
import dev.convoy.engine.optimizer.Optimizer;
import dev.convoy.engine.optimizer.Sgd;
import dev.convoy.engine.text.ItemSyntax;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * All optimizers that a job can name, in the order in which errors list them. A new one is a
 * constant here; its settings are keys of their own.
 */
enum OptimizerType {
  SGD("0.01", settings -> new Sgd(0f, false), List::of),
  MOMENTUM(
      "0.01",
      settings -> new Sgd(settings.single(Key.OPTIMIZER_MOMENTUM), false),
      () -> List.of(Key.OPTIMIZER_MOMENTUM)),
  NESTEROV(
      "0.01",
      settings -> new Sgd(settings.single(Key.OPTIMIZER_MOMENTUM), true),
      () -> List.of(Key.OPTIMIZER_MOMENTUM)),
  ADAM("0.001", settings -> adam(settings, false), OptimizerType::adamKeys),
  ADAMW("0.001", settings -> adam(settings, true), OptimizerType::adamKeys);

  /** Learning rate if the job gives none: smaller where steps are normalised. */
  private final String learningRate;

  private final Function<Settings, Optimizer> reader;

  /** Asked for late, because {@link Key} lists these types while it is being made. */
  private final Supplier<List<Key>> keys;

  OptimizerType(
      String learningRate, Function<Settings, Optimizer> reader, Supplier<List<Key>> keys) {
    this.learningRate = learningRate;
    this.reader = reader;
    this.keys = keys;
  }

  private static Optimizer adam(Settings settings, boolean decoupled) {
    return new Adam(
        settings.single(Key.OPTIMIZER_BETA1),
        settings.single(Key.OPTIMIZER_BETA2),
        settings.single(Key.OPTIMIZER_EPSILON),
        decoupled);
  }

  private static List<Key> adamKeys() {
    return List.of(Key.OPTIMIZER_BETA1, Key.OPTIMIZER_BETA2, Key.OPTIMIZER_EPSILON);
  }

  /** The optimizer that a job names. */
  static OptimizerType of(Settings settings) {
    return named(values(), settings.text(Key.OPTIMIZER_TYPE));
  }

  /** The constant whose name in small letters is {@code name}, which was checked before. */
  static <T extends Enum<T>> T named(T[] values, String name) {
    return Arrays.stream(values)
        .filter(value -> ItemSyntax.lower(value).equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no type '" + name + "'"));
  }

  /** Names as a key of choices takes them. */
  static String choices(Enum<?>[] values) {
    return Arrays.stream(values).map(ItemSyntax::lower).collect(Collectors.joining("|"));
  }

  /** Makes the optimizer of a job. */
  Optimizer read(Settings settings) {
    return reader.apply(settings);
  }

  /** True if the optimizer looks at {@code key}. */
  boolean reads(Key key) {
    return keys.get().contains(key);
  }

  /** True if some optimizer looks at {@code key}, and perhaps no other does. */
  static boolean isOwn(Key key) {
    return Arrays.stream(values()).anyMatch(type -> type.reads(key));
  }

  /** Learning rate if the job gives none. */
  String learningRate() {
    return learningRate;
  }
}
