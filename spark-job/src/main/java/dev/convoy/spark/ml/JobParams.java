package dev.convoy.spark.ml;

import dev.convoy.spark.job.BuiltInJobs;
import dev.convoy.spark.job.Job;
import dev.convoy.spark.job.JobFile;
import dev.convoy.spark.job.JobFile.Override;
import dev.convoy.spark.job.Place;
import dev.convoy.spark.job.Texts;
import dev.convoy.spark.job.UserError;
import dev.convoy.spark.train.TrainConfig;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.StringArrayParam;

/**
 * The Params of {@link ConvoyClassifier} that stand for no key of a job file, or for all, and the
 * job that all Params together describe.
 */
public abstract class JobParams extends KeyedParams {
  private static final long serialVersionUID = 1L;

  private final Param<String> model =
      new Param<>(
          this,
          "model",
          "network to train: a built-in job ("
              + Texts.list(BuiltInJobs.NAMES)
              + ") or the YAML of a job, whose other sections count where no Param is set");
  private final StringArrayParam settings =
      new StringArrayParam(
          this, "settings", "further keys of a job as key=value; 'summary --keys' lists them");
  private final Param<String> keyCol =
      new Param<>(
          this,
          "keyCol",
          "column whose order is the order of the examples; if not set, what the model's job says in"
              + " data.columns.key, else the order of the contents' hash");
  private final Param<String> validationIndicatorCol =
      new Param<>(
          this,
          "validationIndicatorCol",
          "column that is true for rows to validate with; without it, validationFraction");
  private final Param<String> checkpointDir =
      new Param<>(
          this,
          "checkpointDir",
          "folder for checkpoints; a fit of the same data and job goes on where one ended early");
  private final DoubleParam featuresScale =
      new DoubleParam(
          this,
          "featuresScale",
          "number in a Vector or an array that stands for a full pixel: 255 for values 0 to 255,"
              + " 1 for values that are inputs as they are; if not set, what the model's job says in"
              + " data.columns.scale",
          KeyParams.above(0));

  JobParams(String uid) {
    super(uid);
    setDefault(model, "lenet5");
    setDefault(featuresScale, 255.0);
  }

  /** The same Params; columns and their scale, where not set, are as the job has them. */
  ConvoyClassifier withColumnsOfJob() {
    TrainConfig.Data data = job().config().data();
    ConvoyClassifier all = copy(ParamMap.empty());
    fill(all, featuresCol(), data.columns().features());
    fill(all, labelCol(), data.columns().label());
    fill(all, keyCol(), data.columns().key());
    fill(all, featuresScale, Double.valueOf(Float.toString(data.scale())));
    return all;
  }

  private <T> void fill(ConvoyClassifier all, Param<T> param, T value) {
    if (!isSet(param)) {
      all.set(param.name(), value);
    }
  }

  /** The job that the Params describe, without columns and their scale. */
  Job job() {
    String given = getOrDefault(model);
    boolean builtIn = BuiltInJobs.NAMES.contains(given);
    if (!builtIn && !given.contains(":")) {
      throw new UserError(
          "model: got '"
              + Texts.shorten(given)
              + "', expected a built-in job ("
              + Texts.list(BuiltInJobs.NAMES)
              + ") or the YAML of a job"
              + Texts.hint(given, BuiltInJobs.NAMES));
    }
    List<Override> overrides = new ArrayList<>();
    keys()
        .forEach(
            (param, key) -> {
              if (isSet(param)) {
                String value = String.valueOf(getOrDefault(param));
                overrides.add(new Override(Place.option("--" + param.name()), key.dotted(), value));
              }
            });
    if (isSet(settings)) {
      for (String setting : getOrDefault(settings)) {
        overrides.add(Override.parse(setting));
      }
    }
    return builtIn
        ? JobFile.read(given, BuiltInJobs.yaml(given), "built-in " + given, overrides)
        : JobFile.read("model", given, "model", overrides);
  }

  /** Param {@code model}: name of a built-in job, or the YAML of one. */
  public Param<String> model() {
    return model;
  }

  /** Sets {@link #model}. */
  public ConvoyClassifier setModel(String value) {
    return with(model, value);
  }

  /** Param {@code settings}: KEY=VALUE of any key of a job. */
  public StringArrayParam settings() {
    return settings;
  }

  /** Sets {@link #settings}. */
  public ConvoyClassifier setSettings(String... value) {
    return with(settings, value);
  }

  /** Param {@code keyCol}: column that orders the examples. */
  public Param<String> keyCol() {
    return keyCol;
  }

  /** Sets {@link #keyCol}. */
  public ConvoyClassifier setKeyCol(String value) {
    return with(keyCol, value);
  }

  /** Param {@code validationIndicatorCol}: column of booleans, true for rows held out. */
  public Param<String> validationIndicatorCol() {
    return validationIndicatorCol;
  }

  /** Sets {@link #validationIndicatorCol}. */
  public ConvoyClassifier setValidationIndicatorCol(String value) {
    return with(validationIndicatorCol, value);
  }

  /** Param {@code checkpointDir}: folder of checkpoints, on any Hadoop file system. */
  public Param<String> checkpointDir() {
    return checkpointDir;
  }

  /** Sets {@link #checkpointDir}. */
  public ConvoyClassifier setCheckpointDir(String value) {
    return with(checkpointDir, value);
  }

  /** Param {@code featuresScale}: the number that stands for a full pixel. */
  public DoubleParam featuresScale() {
    return featuresScale;
  }

  /** Sets {@link #featuresScale}. */
  public ConvoyClassifier setFeaturesScale(double value) {
    return with(featuresScale, value);
  }
}
