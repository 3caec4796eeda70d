package dev.convoy.spark.job;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The keys of a job file: name, type, limits, meaning, and the one place where defaults live.
 *
 * <p>Limits are intervals: {@code [1,)} is 1 or more, {@code (0,)} more than 0, {@code [0,1)} from
 * 0 to less than 1. Of {@link Kind#CHOICE} they are the words to choose from.
 */
public enum Key {
  DATA_PATH(
      "data.path",
      Kind.TEXT,
      "embedded:mnist",
      "",
      "folder (file:, hdfs:, s3a: ...) of IDX, CIFAR-10 or Parquet files or of images by class,"
          + " table:NAME, or embedded:mnist"),
  DATA_TEST_PATH(
      "data.testPath", Kind.TEXT, "", "", "the test set, if it is not with the data in data.path"),
  DATA_FEATURES("data.columns.features", Kind.TEXT, "features", "", "of a table: the examples"),
  DATA_LABEL("data.columns.label", Kind.TEXT, "label", "", "of a table: class numbers from 0"),
  DATA_KEY(
      "data.columns.key",
      Kind.TEXT,
      "",
      "",
      "of a table: what orders the examples; if empty, their contents' hash. Part of the answer"),
  DATA_SCALE(
      "data.columns.scale",
      Kind.REAL,
      "255",
      "(0,)",
      "of a table: the number that stands for a full pixel; 1 for inputs as they are"),
  DATA_ON_DAMAGED(
      "data.onDamaged",
      Kind.CHOICE,
      "refuse",
      "refuse|skip",
      "of image files that cannot be used: refuse the data, or leave out at most one in ten"),
  DATA_PARTITIONS(
      "data.partitions",
      Kind.INTEGER,
      "0",
      "[0,100000]",
      "partitions of the RDD; 0: one a task slot, all in one task where that is one machine. Does not"
          + " change the answer"),
  DATA_SHARDS(
      "data.shards",
      Kind.INTEGER,
      "64",
      "[1,1000000]",
      "logical shards that batches are drawn from. Part of the answer"),
  DATA_VALIDATION_FRACTION(
      "data.validationFraction",
      Kind.REAL,
      "0.1",
      "[0,1)",
      "share of the training set held out for validation, drawn by the seed"),

  MODEL_INPUT(
      "model.input", Kind.TEXT, "28x28x1", "", "shape of one example, HEIGHTxWIDTHxCHANNELS"),
  MODEL_INPUTS(
      "model.inputs",
      Kind.NAMED,
      "",
      "",
      "in place of input, several: {left: 28x28x1, right: 28x28x1}"),
  MODEL_NORMALIZE_MEAN(
      "model.normalize.mean",
      Kind.REAL,
      "0",
      "(,)",
      "a pixel byte x enters as (x / 255 - mean) / deviation"),
  MODEL_NORMALIZE_DEVIATION("model.normalize.deviation", Kind.REAL, "1", "(0,)", "see mean"),
  MODEL_LAYERS(
      "model.layers",
      Kind.LAYERS,
      null,
      "",
      "list of layers, each as 'relu', 'dense units=10' or dense: {units: 10}"),
  MODEL_START_FROM(
      "model.startFrom",
      Kind.TEXT,
      "",
      "",
      "model file or folder of a run whose first layers, as far as they are alike, start this one"),
  MODEL_LOSS("model.loss", Kind.CHOICE, "softmax", "softmax|sigmoid|squared", "what is minimised"),
  MODEL_OUTPUTS(
      "model.outputs",
      Kind.NAMED,
      "",
      "",
      "in place of loss, several: {digit: {from: LAYER, loss: softmax, weight: 1}, ...}"),

  TRAINING_EPOCHS("training.epochs", Kind.INTEGER, "10", "[1,1000000]", "passes over the data"),
  TRAINING_MAX_STEPS(
      "training.maxSteps", Kind.LONG, "0", "[0,)", "stop after this many steps; 0: no limit"),
  TRAINING_BATCH_SIZE(
      "training.batchSize", Kind.INTEGER, "64", "[1,10000000]", "examples a step (all tasks)"),
  TRAINING_MICRO_BATCH(
      "training.microBatch", Kind.INTEGER, "32", "[1,4096]", "examples a forward-backward call"),
  TRAINING_SEED("training.seed", Kind.LONG, "1", "(,)", "of everything random"),
  TRAINING_EVALUATE_EVERY(
      "training.evaluateEvery", Kind.INTEGER, "1", "[0,)", "epochs between validations; 0: never"),
  TRAINING_PATIENCE(
      "training.patience",
      Kind.INTEGER,
      "0",
      "[0,)",
      "validations without improvement before training stops and the best weights return; 0: never"),

  AUGMENT_CROP(
      "augment.crop",
      Kind.INTEGER,
      "0",
      "[0,1000]",
      "of training images, drawn anew in every epoch: a window at random, after so many black pixels"
          + " were added on each side"),
  AUGMENT_FLIP(
      "augment.flip",
      Kind.CHOICE,
      "none",
      "none|horizontal|vertical|both",
      "mirror images of half of them"),
  AUGMENT_ROTATE(
      "augment.rotate", Kind.REAL, "0", "[0,180]", "by up to so many degrees either way"),
  AUGMENT_ZOOM("augment.zoom", Kind.REAL, "0", "[0,0.9]", "by up to this share, larger or smaller"),
  AUGMENT_SHEAR("augment.shear", Kind.REAL, "0", "[0,80]", "rows lean by up to so many degrees"),
  AUGMENT_BRIGHTNESS(
      "augment.brightness", Kind.REAL, "0", "[0,1]", "a factor of up to this far from 1"),
  AUGMENT_CONTRAST("augment.contrast", Kind.REAL, "0", "[0,1]", "likewise, about the image's mean"),
  AUGMENT_CUTOUT(
      "augment.cutout", Kind.INTEGER, "0", "[0,1000]", "side of a black square; 0: none"),

  OPTIMIZER_TYPE(
      "optimizer.type",
      Kind.CHOICE,
      "sgd",
      OptimizerType.choices(OptimizerType.values()),
      "how gradients become weights"),
  OPTIMIZER_LEARNING_RATE(
      "optimizer.learningRate",
      Kind.REAL,
      OptimizerType.SGD.learningRate(),
      "(0,)",
      "the peak, if a schedule varies it; default 0.001 for adam, adamw"),
  OPTIMIZER_MOMENTUM("optimizer.momentum", Kind.REAL, "0.9", "[0,1)", "for momentum, nesterov"),
  OPTIMIZER_BETA1("optimizer.beta1", Kind.REAL, "0.9", "[0,1)", "for adam, adamw"),
  OPTIMIZER_BETA2("optimizer.beta2", Kind.REAL, "0.999", "[0,1)", "for adam, adamw"),
  OPTIMIZER_EPSILON("optimizer.epsilon", Kind.REAL, "1e-8", "(0,)", "for adam, adamw"),
  OPTIMIZER_WEIGHT_DECAY(
      "optimizer.weightDecay",
      Kind.REAL,
      "0",
      "[0,)",
      "L2; decoupled for adamw; not on biases, scales, shifts"),
  OPTIMIZER_CLIP_NORM(
      "optimizer.clipNorm", Kind.REAL, "0", "[0,)", "largest norm of the mean gradient; 0: any"),
  OPTIMIZER_CLIP_VALUE(
      "optimizer.clipValue", Kind.REAL, "0", "[0,)", "largest size of one of its values; 0: any"),

  SCHEDULE_TYPE(
      "schedule.type",
      Kind.CHOICE,
      "constant",
      OptimizerType.choices(ScheduleType.values()),
      "how the learning rate goes"),
  SCHEDULE_WARMUP(
      "schedule.warmup", Kind.LONG, "0", "[0,1000000000]", "linear warm-up first, this long"),
  SCHEDULE_EVERY(
      "schedule.every", Kind.LONG, "1", "[1,1000000000]", "for step: how far apart the drops are"),
  SCHEDULE_UNIT(
      "schedule.unit", Kind.CHOICE, "epochs", "epochs|steps", "what warmup and every count in"),
  SCHEDULE_FACTOR("schedule.factor", Kind.REAL, "0.1", "(0,1]", "for step: each drop multiplies"),
  SCHEDULE_POWER("schedule.power", Kind.REAL, "1", "(0,)", "for polynomial: 1 is a straight line"),
  SCHEDULE_FINAL(
      "schedule.final", Kind.REAL, "0", "[0,)", "for cosine, polynomial: the rate at the end"),
  SCHEDULE_RISE(
      "schedule.rise", Kind.REAL, "0.3", "(0,1)", "for onecycle: share of the run that rises"),

  CHECKPOINT_DIRECTORY(
      "checkpoint.directory",
      Kind.TEXT,
      "",
      "",
      "Hadoop path; if empty, OUTPUT/checkpoints with --output, else none are written"),
  CHECKPOINT_EVERY_STEPS("checkpoint.everySteps", Kind.LONG, "0", "[0,)", "0: not by steps"),
  CHECKPOINT_EVERY_MINUTES("checkpoint.everyMinutes", Kind.REAL, "0", "[0,)", "0: not by time"),
  CHECKPOINT_EVERY_EPOCH("checkpoint.everyEpoch", Kind.BOOLEAN, "true", "", "at each epoch's end"),
  CHECKPOINT_KEEP("checkpoint.keep", Kind.INTEGER, "3", "[1,1000]", "newest to keep");

  /** Types of values. */
  public enum Kind {
    /** Any text. */
    TEXT,
    /** A whole number of 32 bits. */
    INTEGER,
    /** A whole number of 64 bits. */
    LONG,
    /** A number. */
    REAL,
    /** True or false. */
    BOOLEAN,
    /** One of some words. */
    CHOICE,
    /** The layers of a model. */
    LAYERS,
    /** A mapping of names that the user chooses. */
    NAMED;

    /** True if the value is more than a word. */
    boolean isTree() {
      return this == LAYERS || this == NAMED;
    }
  }

  private final String name;
  private final Kind kind;
  private final String standard;
  private final String limits;
  private final String about;

  Key(String name, Kind kind, String standard, String limits, String about) {
    this.name = name;
    this.kind = kind;
    this.standard = standard;
    this.limits = limits;
    this.about = about;
  }

  /** The dotted name. */
  public String dotted() {
    return name;
  }

  /** Type of the value. */
  public Kind kind() {
    return kind;
  }

  /** The default as it would be written, or null if the key must be given. */
  public String standard() {
    return standard;
  }

  /** The interval or the words that are allowed. */
  public String limits() {
    return limits;
  }

  /** What the key means, for people. */
  public String about() {
    return about;
  }

  /** Words of a {@link Kind#CHOICE}. */
  public List<String> choices() {
    return List.of(limits.split("\\|"));
  }

  /** All dotted names, in order. */
  public static List<String> names() {
    return Arrays.stream(values()).map(Key::dotted).toList();
  }

  /** All dotted names and the names of their groups. */
  static List<String> namesAndGroups() {
    List<String> all = new ArrayList<>(names());
    names().stream().map(name -> name.substring(0, name.lastIndexOf('.'))).forEach(all::add);
    return all;
  }

  /** The key called {@code name}. */
  public static Optional<Key> named(String name) {
    return Arrays.stream(values()).filter(key -> key.name.equals(name)).findFirst();
  }

  /** True if {@code name} is a group of keys, such as {@code training}. */
  static boolean isGroup(String name) {
    return Arrays.stream(values()).anyMatch(key -> key.name.startsWith(name + "."));
  }
}
