package dev.convoy.spark.job;

import dev.convoy.engine.data.Augmentation;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.spark.data.table.TableColumns;
import dev.convoy.spark.train.TrainConfig;
import dev.convoy.spark.train.TrainConfig.Checkpoints;
import dev.convoy.spark.train.TrainConfig.Data;
import dev.convoy.spark.train.TrainConfig.Loop;
import dev.convoy.spark.train.TrainConfig.Reading;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;

/**
 * Reads a job: YAML from a file, then what the command line says on top of it, then the defaults of
 * {@link Key}. What cannot be right is refused with file and line before anything is started.
 */
public final class JobFile {

  /** {@code --set KEY=VALUE}, or an option that stands for one, such as {@code --data PATH}. */
  public record Override(Place place, String key, String value) {
    /**
     * Reads {@code KEY=VALUE}.
     *
     * @throws UserError if there is no equals sign
     */
    public static Override parse(String text) {
      int equals = text.indexOf('=');
      if (equals < 1) {
        throw new UserError(
            "--set: got '"
                + Texts.shorten(text)
                + "', expected KEY=VALUE, for example --set training.batchSize=256");
      }
      String key = text.substring(0, equals).trim();
      return new Override(
          Place.option("--set " + Texts.shorten(key)), key, text.substring(equals + 1).trim());
    }
  }

  /** Characters in a job file. */
  public static final int MAX_CHARACTERS = YamlReader.MAX_CHARACTERS;

  private JobFile() {}

  /**
   * Reads the job that {@code yaml} and {@code overrides} describe.
   *
   * @param name of the job, for display
   * @param source the file's name for messages
   * @throws UserError with the place of the mistake, what was got, and what was expected
   */
  public static Job read(String name, String yaml, String source, List<Override> overrides) {
    Settings settings = settings(yaml, source, overrides);
    ModelSpec model = ModelReader.read(settings);
    TrainConfig config =
        new TrainConfig(
            model,
            data(settings),
            loop(settings, AugmentReader.read(settings, model)),
            UpdateReader.read(settings),
            checkpoints(settings));
    return new Job(
        name,
        config,
        settings.text(Key.MODEL_START_FROM),
        JobYaml.of(config, settings),
        notes(settings));
  }

  /** The settings alone, for commands that need no whole job. */
  public static Settings settings(String yaml, String source, List<Override> overrides) {
    Settings settings = new Settings(source);
    settings.putAll(YamlReader.read(yaml, source), "", new EnumMap<>(Key.class));
    overrides.forEach(o -> settings.override(o.place(), o.key(), o.value()));
    return settings;
  }

  private static Data data(Settings settings) {
    String path = settings.text(Key.DATA_PATH);
    if (path.isBlank()) {
      throw settings
          .place(Key.DATA_PATH)
          .error("data.path: got nothing, expected a folder of data, table:NAME or embedded:mnist");
    }
    TableColumns columns =
        new TableColumns(
            settings.text(Key.DATA_FEATURES),
            settings.text(Key.DATA_LABEL),
            settings.text(Key.DATA_KEY),
            "");
    return new Data(
        path,
        settings.text(Key.DATA_TEST_PATH),
        new Reading(columns, settings.single(Key.DATA_SCALE), settings.onDamaged()),
        settings.integer(Key.DATA_PARTITIONS),
        settings.integer(Key.DATA_SHARDS),
        settings.real(Key.DATA_VALIDATION_FRACTION),
        List.of());
  }

  private static Loop loop(Settings settings, Augmentation augmentation) {
    Loop loop =
        new Loop(
            settings.integer(Key.TRAINING_EPOCHS),
            settings.longInteger(Key.TRAINING_MAX_STEPS),
            settings.integer(Key.TRAINING_BATCH_SIZE),
            settings.integer(Key.TRAINING_MICRO_BATCH),
            settings.longInteger(Key.TRAINING_SEED),
            settings.integer(Key.TRAINING_EVALUATE_EVERY),
            settings.integer(Key.TRAINING_PATIENCE),
            augmentation);
    boolean validates = loop.evaluateEvery() > 0 && settings.real(Key.DATA_VALIDATION_FRACTION) > 0;
    if (loop.patience() > 0 && !validates) {
      throw settings
          .place(Key.TRAINING_PATIENCE)
          .error(
              "training.patience: got "
                  + loop.patience()
                  + ", which needs validations; set data.validationFraction (for example 0.1) and"
                  + " training.evaluateEvery (for example 1)");
    }
    return loop;
  }

  private static Checkpoints checkpoints(Settings settings) {
    return new Checkpoints(
        settings.text(Key.CHECKPOINT_DIRECTORY),
        settings.longInteger(Key.CHECKPOINT_EVERY_STEPS),
        settings.real(Key.CHECKPOINT_EVERY_MINUTES),
        settings.flag(Key.CHECKPOINT_EVERY_EPOCH),
        settings.integer(Key.CHECKPOINT_KEEP));
  }

  /**
   * True for a key of the file that has no effect because the command line asks for another type.
   */
  private static boolean isOutdone(Key key, Settings settings) {
    Key type = OptimizerType.isOwn(key) ? Key.OPTIMIZER_TYPE : Key.SCHEDULE_TYPE;
    return settings.place(type).isOption() && !settings.place(key).isOption();
  }

  private static List<String> notes(Settings settings) {
    List<String> notes = new ArrayList<>();
    for (Key key : Key.values()) {
      if (settings.isGiven(key)
          && !UpdateReader.matters(key, settings)
          && !isOutdone(key, settings)) {
        notes.add(
            settings.place(key)
                + ": "
                + key.dotted()
                + " has no effect with optimizer.type "
                + settings.text(Key.OPTIMIZER_TYPE)
                + " and schedule.type "
                + settings.text(Key.SCHEDULE_TYPE));
      }
    }
    return notes;
  }
}
