package dev.convoy.spark.train;

import dev.convoy.engine.data.Augmentation;
import dev.convoy.engine.optimizer.LearningRate;
import dev.convoy.engine.text.ItemSyntax;
import dev.convoy.spark.checkpoint.Checkpoint;
import dev.convoy.spark.checkpoint.CheckpointException;
import dev.convoy.spark.data.shard.Fingerprint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Jobs and data as lines of {@code name: value}, the form in which checkpoints hold them, and the
 * check that a checkpoint fits what is asked.
 */
final class CheckpointFit {
  private static final String TOTAL_STEPS = "steps in all";
  private static final String MODEL = "model";

  /** Stands there only if images are augmented. */
  private static final String AUGMENT = "augment";

  /** Stands there only if it is not {@link Fingerprint#BYTES}. */
  private static final String SCALE = "columns.scale";

  /** How examples come together in batches; one shard is as it always was, and does not say. */
  private static final String MIXING = "batches";

  private static final String MIXED = "examples that the seed spreads over the shards";
  private static final String UNMIXED = "neighbouring examples, as in earlier versions";

  /** Fields that may differ on resuming: they do not change the steps already taken. */
  private static final List<String> FREE =
      List.of(
          "data.path",
          "data.partitions",
          "training.epochs",
          "training.maxSteps",
          "training.evaluateEvery",
          "training.patience",
          TOTAL_STEPS);

  private CheckpointFit() {}

  /** The whole configuration. */
  static String of(TrainConfig config, long totalSteps) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("data.path", config.data().path());
    fields.put("data.partitions", config.data().partitions());
    fields.put("data.shards", config.data().shards());
    if (config.data().shards() > 1) {
      fields.put(MIXING, MIXED);
    }
    fields.put("data.validationFraction", config.data().validationFraction());
    fields.put("training.epochs", config.loop().epochs());
    fields.put("training.maxSteps", config.loop().maxSteps());
    fields.put("training.batchSize", config.loop().batchSize());
    fields.put("training.microBatch", config.loop().microBatch());
    fields.put("training.seed", config.loop().seed());
    fields.put("training.evaluateEvery", config.loop().evaluateEvery());
    fields.put("training.patience", config.loop().patience());
    if (!config.loop().augmentation().isNone()) {
      fields.put(AUGMENT, config.loop().augmentation());
    }
    fields.put("optimizer.type", config.update().optimizer());
    fields.put("optimizer.learningRate", config.update().learningRate());
    fields.put("optimizer.weightDecay", config.update().weightDecay());
    fields.put("optimizer.clipNorm", config.update().clipNorm());
    fields.put("optimizer.clipValue", config.update().clipValue());
    fields.put(TOTAL_STEPS, totalSteps);
    fields.put(MODEL, config.model().toText().strip().replace("\n", "; "));
    return join(fields);
  }

  /** The data's fingerprint. */
  static String of(Fingerprint data) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("examples", data.examples());
    fields.put("classes", data.classes());
    fields.put("shape", data.shape());
    fields.put("hash", data.hash());
    if (data.scale() != Fingerprint.BYTES) {
      fields.put(SCALE, data.scale());
    }
    return join(fields);
  }

  /**
   * Refuses a checkpoint of another model, data set or job.
   *
   * @throws CheckpointException naming the field, what the checkpoint holds and what was asked
   */
  static void expectFits(
      Checkpoint held,
      String path,
      TrainConfig config,
      Fingerprint data,
      long stepsPerEpoch,
      long totalSteps) {
    compare("data.", held.data(), of(data), path);
    compare("", held.job(), of(config, totalSteps), path);
    LearningRate rate = config.update().learningRate().inSteps(stepsPerEpoch);
    long heldTotal = total(held, path);
    // Steps beyond the end of either run have no rate to compare.
    long common = Math.min(held.step(), Math.min(heldTotal, totalSteps));
    long last = heldTotal == totalSteps ? 0 : common;
    for (long step = 1; step <= last; step++) {
      float then = rate.at(step, heldTotal);
      float now = rate.at(step, totalSteps);
      if (then != now) {
        throw differs(
            path,
            "training.epochs or training.maxSteps (the learning rate of step " + step + ")",
            heldTotal + " steps in all and a rate of " + then,
            totalSteps + " steps and a rate of " + now);
      }
    }
  }

  private static long total(Checkpoint held, String path) {
    String text = String.valueOf(split(held.job()).get(TOTAL_STEPS));
    long total = text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    if (total < 0) {
      throw new CheckpointException(
          "resume: "
              + path
              + ": "
              + TOTAL_STEPS
              + ": got "
              + ItemSyntax.quote(text)
              + ", expected a whole number; move it away");
    }
    return total;
  }

  private static void compare(String prefix, String held, String asked, String path) {
    Map<String, String> heldFields = split(held);
    Map<String, String> askedFields = split(asked);
    askedFields.forEach(
        (name, value) -> {
          if (!FREE.contains(name) && !value.equals(heldFields.get(name))) {
            throw differs(path, prefix + name, heldFields.get(name), value);
          }
        });
  }

  private static CheckpointException differs(String path, String field, String held, String asked) {
    return new CheckpointException(
        "resume: "
            + path
            + " does not fit: "
            + field
            + ": it holds "
            + held
            + ", the job asks for "
            + asked
            + (field.equals(MIXING)
                ? "; finish the run with the version that began it,"
                : "; change the job back,")
            + " or start anew in another checkpoint folder");
  }

  private static String join(Map<String, Object> fields) {
    StringBuilder text = new StringBuilder();
    fields.forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
    return text.toString();
  }

  private static Map<String, String> split(String text) {
    Map<String, String> fields = new LinkedHashMap<>();
    // First, because rows without a key have another order in another scale: the message names the
    // cause and not what follows from it.
    fields.put(SCALE, String.valueOf(Fingerprint.BYTES));
    for (String line : text.split("\n", -1)) {
      int colon = line.indexOf(": ");
      if (colon > 0) {
        fields.put(line.substring(0, colon), line.substring(colon + 2));
      }
    }
    fields.putIfAbsent(MIXING, UNMIXED);
    fields.putIfAbsent(AUGMENT, Augmentation.NONE.toString());
    return fields;
  }
}
