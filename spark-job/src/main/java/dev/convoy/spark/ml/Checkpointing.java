package dev.convoy.spark.ml;

import dev.convoy.spark.data.shard.Fingerprint;
import dev.convoy.spark.job.Job;
import dev.convoy.spark.job.Key;
import dev.convoy.spark.train.TrainConfig;
import dev.convoy.spark.train.TrainConfig.Checkpoints;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Where a fit keeps its checkpoints: a folder of its own for each pair of data and job, so that the
 * fits of a cross-validation do not meet, and a fit that is run again after its driver was lost
 * finds its own. Its name covers all that decides the weights.
 */
final class Checkpointing {
  private Checkpointing() {}

  static TrainConfig in(String directory, Job job, Fingerprint data) {
    TrainConfig config = job.config();
    String what =
        data.hash()
            + config.model().toText()
            + config.loop()
            + config.update()
            + job.startFrom()
            + cut(config.data(), data);
    String name = UUID.nameUUIDFromBytes(what.getBytes(StandardCharsets.UTF_8)).toString();
    Checkpoints wanted = config.checkpoints();
    return with(
        config,
        new Checkpoints(
            directory + "/" + name,
            wanted.everySteps(),
            wanted.everyMinutes(),
            wanted.everyEpoch(),
            wanted.keep()));
  }

  /** How the data is scaled and cut, as far as that is not the usual, which needs no word. */
  private static String cut(TrainConfig.Data cut, Fingerprint data) {
    StringBuilder text = new StringBuilder();
    if (data.scale() != Fingerprint.BYTES) {
      text.append(", scale ").append(data.scale());
    }
    if (cut.shards() != Integer.parseInt(Key.DATA_SHARDS.standard())) {
      text.append(", shards ").append(cut.shards());
    }
    if (cut.validationFraction() != Double.parseDouble(Key.DATA_VALIDATION_FRACTION.standard())) {
      text.append(", validation ").append(cut.validationFraction());
    }
    return text.toString();
  }

  static TrainConfig none(Job job) {
    Checkpoints wanted = job.config().checkpoints();
    return with(job.config(), new Checkpoints("", 0, 0, false, wanted.keep()));
  }

  private static TrainConfig with(TrainConfig config, Checkpoints checkpoints) {
    return new TrainConfig(
        config.model(), config.data(), config.loop(), config.update(), checkpoints);
  }
}
