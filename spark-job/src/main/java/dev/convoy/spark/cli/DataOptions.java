package dev.convoy.spark.cli;

import dev.convoy.engine.model.ModelSpec;
import dev.convoy.spark.data.DataLocation;
import dev.convoy.spark.data.table.TableColumns;
import dev.convoy.spark.job.JobFile;
import dev.convoy.spark.job.Key;
import dev.convoy.spark.job.Place;
import dev.convoy.spark.job.Settings;
import dev.convoy.spark.job.Texts;
import dev.convoy.spark.job.UserError;
import dev.convoy.spark.run.JobText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/** The options that say which data, and anything else of a job. */
final class DataOptions {
  /** What {@link #testData} asks for. */
  private static final Set<Key> READ =
      Collections.unmodifiableSet(
          EnumSet.of(
              Key.DATA_PATH,
              Key.DATA_TEST_PATH,
              Key.DATA_FEATURES,
              Key.DATA_LABEL,
              Key.DATA_KEY,
              Key.DATA_SCALE,
              Key.DATA_ON_DAMAGED));

  /** What a network before training depends on, besides. */
  private static final Set<Key> UNTRAINED = untrained();

  private static Set<Key> untrained() {
    EnumSet<Key> keys = EnumSet.range(Key.MODEL_INPUT, Key.MODEL_OUTPUTS);
    keys.remove(Key.MODEL_START_FROM);
    keys.add(Key.TRAINING_SEED);
    keys.addAll(READ);
    return Collections.unmodifiableSet(keys);
  }

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "Folder of IDX, CIFAR-10 or Parquet files or of images by class on any Hadoop file"
              + " system, table:NAME, or embedded:mnist. Short for --set data.path=PATH.")
  private String data;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = {
        "Set any key of the job, for example --set training.batchSize=256. May be repeated; the"
            + " last one counts.",
        "'convoy summary --keys' lists all keys."
      })
  private List<String> sets = new ArrayList<>();

  /** True if {@code --data} or {@code --set} was given. */
  boolean areGiven() {
    return data != null || !sets.isEmpty();
  }

  /** What the options set, in their order. */
  List<JobFile.Override> overrides() {
    List<JobFile.Override> overrides = new ArrayList<>();
    if (data != null) {
      overrides.add(new JobFile.Override(Place.option("--data"), Key.DATA_PATH.dotted(), data));
    }
    sets.forEach(set -> overrides.add(JobFile.Override.parse(set)));
    return overrides;
  }

  private Settings given() {
    return JobFile.settings("", "the command line", overrides());
  }

  /** True if an option sets {@code key}. */
  boolean isGiven(Key key) {
    return given().isGiven(key);
  }

  /**
   * Refuses keys without effect where a trained model is all that is run.
   *
   * @throws UserError naming the key
   */
  void expectDataKeysOnly() {
    expectOnly(READ, "a trained model");
  }

  /**
   * Refuses keys without effect where a network is run as it is before training.
   *
   * @throws UserError naming the key
   */
  void expectModelAndDataKeysOnly() {
    expectOnly(UNTRAINED, "an untrained network");
  }

  private void expectOnly(Set<Key> read, String what) {
    Settings given = given();
    for (Key key : Key.values()) {
      if (given.isGiven(key) && !read.contains(key)) {
        throw new UserError(
            "--set "
                + key.dotted()
                + ": "
                + what
                + " is not changed by it, expected "
                + Texts.list(read.stream().map(Key::dotted).toList()));
      }
    }
  }

  /**
   * The data to evaluate or predict: what the options say, else the test set of the job in {@code
   * run}.
   *
   * @param model to read it for
   */
  DataLocation testData(Optional<JobText> run, ModelSpec model) {
    Settings given = given();
    Settings all =
        run.isEmpty() ? given : JobFile.settings(run.get().yaml(), run.get().place(), overrides());
    boolean another = given.isGiven(Key.DATA_PATH) && !given.isGiven(Key.DATA_TEST_PATH);
    String test = another ? "" : all.text(Key.DATA_TEST_PATH);
    TableColumns columns =
        new TableColumns(
            all.text(Key.DATA_FEATURES), all.text(Key.DATA_LABEL), all.text(Key.DATA_KEY), "");
    return new DataLocation(
            test.isEmpty() ? all.text(Key.DATA_PATH) : test,
            columns,
            all.single(Key.DATA_SCALE),
            Optional.of(model))
        .onDamaged(all.onDamaged());
  }
}
