package dev.convoy.spark.ml;

import dev.convoy.spark.job.BuiltInJobs;
import dev.convoy.spark.job.Job;
import dev.convoy.spark.job.JobFile;
import dev.convoy.spark.job.JobFile.Override;
import dev.convoy.spark.job.Key;
import dev.convoy.spark.job.Place;
import dev.convoy.spark.job.Texts;
import dev.convoy.spark.job.UserError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.classification.ProbabilisticClassifier;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.Identifiable$;

/**
 * The Params of {@link ConvoyClassifier}. Those that stand for a key of a job file have no default
 * here: what is not set is what the model's job says, and else the key's own default, so that the
 * same words mean the same training as on the command line.
 */
public abstract class JobParams
    extends ProbabilisticClassifier<Object, ConvoyClassifier, ConvoyClassificationModel> {
  private static final long serialVersionUID = 1L;

  /** Has no initialiser: {@link #uid} is called before those run. */
  private String uid;

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
          "column whose order is the order of the examples; without it, that of the contents' hash");
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
              + " 1 for values that are inputs as they are",
          KeyParams.above(0));
  private final IntParam epochs =
      new IntParam(
          this,
          "epochs",
          KeyParams.doc(Key.TRAINING_EPOCHS),
          KeyParams.within(Key.TRAINING_EPOCHS));
  private final LongParam maxSteps =
      new LongParam(
          this,
          "maxSteps",
          KeyParams.doc(Key.TRAINING_MAX_STEPS),
          KeyParams.within(Key.TRAINING_MAX_STEPS));
  private final IntParam batchSize =
      new IntParam(
          this,
          "batchSize",
          KeyParams.doc(Key.TRAINING_BATCH_SIZE),
          KeyParams.within(Key.TRAINING_BATCH_SIZE));
  private final IntParam microBatch =
      new IntParam(
          this,
          "microBatch",
          KeyParams.doc(Key.TRAINING_MICRO_BATCH),
          KeyParams.within(Key.TRAINING_MICRO_BATCH));
  private final LongParam seed =
      new LongParam(
          this, "seed", KeyParams.doc(Key.TRAINING_SEED), KeyParams.within(Key.TRAINING_SEED));
  private final IntParam evaluateEvery =
      new IntParam(
          this,
          "evaluateEvery",
          KeyParams.doc(Key.TRAINING_EVALUATE_EVERY),
          KeyParams.within(Key.TRAINING_EVALUATE_EVERY));
  private final IntParam patience =
      new IntParam(
          this,
          "patience",
          KeyParams.doc(Key.TRAINING_PATIENCE),
          KeyParams.within(Key.TRAINING_PATIENCE));
  private final Param<String> optimizer =
      new Param<>(
          this,
          "optimizer",
          KeyParams.doc(Key.OPTIMIZER_TYPE),
          KeyParams.oneOf(Key.OPTIMIZER_TYPE));
  private final DoubleParam learningRate =
      new DoubleParam(
          this,
          "learningRate",
          KeyParams.doc(Key.OPTIMIZER_LEARNING_RATE),
          KeyParams.within(Key.OPTIMIZER_LEARNING_RATE));
  private final DoubleParam momentum =
      new DoubleParam(
          this,
          "momentum",
          KeyParams.doc(Key.OPTIMIZER_MOMENTUM),
          KeyParams.within(Key.OPTIMIZER_MOMENTUM));
  private final DoubleParam weightDecay =
      new DoubleParam(
          this,
          "weightDecay",
          KeyParams.doc(Key.OPTIMIZER_WEIGHT_DECAY),
          KeyParams.within(Key.OPTIMIZER_WEIGHT_DECAY));
  private final DoubleParam clipNorm =
      new DoubleParam(
          this,
          "clipNorm",
          KeyParams.doc(Key.OPTIMIZER_CLIP_NORM),
          KeyParams.within(Key.OPTIMIZER_CLIP_NORM));
  private final Param<String> schedule =
      new Param<>(
          this, "schedule", KeyParams.doc(Key.SCHEDULE_TYPE), KeyParams.oneOf(Key.SCHEDULE_TYPE));
  private final IntParam shards =
      new IntParam(
          this, "shards", KeyParams.doc(Key.DATA_SHARDS), KeyParams.within(Key.DATA_SHARDS));
  private final IntParam partitions =
      new IntParam(
          this,
          "partitions",
          KeyParams.doc(Key.DATA_PARTITIONS),
          KeyParams.within(Key.DATA_PARTITIONS));
  private final DoubleParam validationFraction =
      new DoubleParam(
          this,
          "validationFraction",
          KeyParams.doc(Key.DATA_VALIDATION_FRACTION),
          KeyParams.within(Key.DATA_VALIDATION_FRACTION));

  JobParams(String uid) {
    this(new Uid.Given(uid));
  }

  /** Constructs once the uid was put down. */
  private JobParams(Uid.Given given) {
    super();
    assert uid().equals(given.uid());
    setDefault(model, "lenet5");
    setDefault(featuresScale, 255.0);
  }

  @java.lang.Override
  public String uid() {
    if (uid == null) {
      uid = Uid.take();
    }
    return uid;
  }

  static String newUid() {
    return Identifiable$.MODULE$.randomUID("convoy");
  }

  private <T> ConvoyClassifier with(Param<T> param, T value) {
    set(param, value);
    return (ConvoyClassifier) this;
  }

  /** The job that the Params describe. */
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

  /** The Params that are keys of a job. */
  private Map<Param<?>, Key> keys() {
    Map<Param<?>, Key> keys = new LinkedHashMap<>();
    keys.put(epochs, Key.TRAINING_EPOCHS);
    keys.put(maxSteps, Key.TRAINING_MAX_STEPS);
    keys.put(batchSize, Key.TRAINING_BATCH_SIZE);
    keys.put(microBatch, Key.TRAINING_MICRO_BATCH);
    keys.put(seed, Key.TRAINING_SEED);
    keys.put(evaluateEvery, Key.TRAINING_EVALUATE_EVERY);
    keys.put(patience, Key.TRAINING_PATIENCE);
    keys.put(optimizer, Key.OPTIMIZER_TYPE);
    keys.put(learningRate, Key.OPTIMIZER_LEARNING_RATE);
    keys.put(momentum, Key.OPTIMIZER_MOMENTUM);
    keys.put(weightDecay, Key.OPTIMIZER_WEIGHT_DECAY);
    keys.put(clipNorm, Key.OPTIMIZER_CLIP_NORM);
    keys.put(schedule, Key.SCHEDULE_TYPE);
    keys.put(shards, Key.DATA_SHARDS);
    keys.put(partitions, Key.DATA_PARTITIONS);
    keys.put(validationFraction, Key.DATA_VALIDATION_FRACTION);
    return keys;
  }

  public Param<String> model() {
    return model;
  }

  public ConvoyClassifier setModel(String value) {
    return with(model, value);
  }

  public StringArrayParam settings() {
    return settings;
  }

  public ConvoyClassifier setSettings(String... value) {
    return with(settings, value);
  }

  public Param<String> keyCol() {
    return keyCol;
  }

  public ConvoyClassifier setKeyCol(String value) {
    return with(keyCol, value);
  }

  public Param<String> validationIndicatorCol() {
    return validationIndicatorCol;
  }

  public ConvoyClassifier setValidationIndicatorCol(String value) {
    return with(validationIndicatorCol, value);
  }

  public Param<String> checkpointDir() {
    return checkpointDir;
  }

  public ConvoyClassifier setCheckpointDir(String value) {
    return with(checkpointDir, value);
  }

  public DoubleParam featuresScale() {
    return featuresScale;
  }

  public ConvoyClassifier setFeaturesScale(double value) {
    return with(featuresScale, value);
  }

  public IntParam epochs() {
    return epochs;
  }

  public ConvoyClassifier setEpochs(int value) {
    return with(epochs, value);
  }

  public LongParam maxSteps() {
    return maxSteps;
  }

  public ConvoyClassifier setMaxSteps(long value) {
    return with(maxSteps, value);
  }

  public IntParam batchSize() {
    return batchSize;
  }

  public ConvoyClassifier setBatchSize(int value) {
    return with(batchSize, value);
  }

  public IntParam microBatch() {
    return microBatch;
  }

  public ConvoyClassifier setMicroBatch(int value) {
    return with(microBatch, value);
  }

  public LongParam seed() {
    return seed;
  }

  public ConvoyClassifier setSeed(long value) {
    return with(seed, value);
  }

  public IntParam evaluateEvery() {
    return evaluateEvery;
  }

  public ConvoyClassifier setEvaluateEvery(int value) {
    return with(evaluateEvery, value);
  }

  public IntParam patience() {
    return patience;
  }

  public ConvoyClassifier setPatience(int value) {
    return with(patience, value);
  }

  public Param<String> optimizer() {
    return optimizer;
  }

  public ConvoyClassifier setOptimizer(String value) {
    return with(optimizer, value);
  }

  public DoubleParam learningRate() {
    return learningRate;
  }

  public ConvoyClassifier setLearningRate(double value) {
    return with(learningRate, value);
  }

  public DoubleParam momentum() {
    return momentum;
  }

  public ConvoyClassifier setMomentum(double value) {
    return with(momentum, value);
  }

  public DoubleParam weightDecay() {
    return weightDecay;
  }

  public ConvoyClassifier setWeightDecay(double value) {
    return with(weightDecay, value);
  }

  public DoubleParam clipNorm() {
    return clipNorm;
  }

  public ConvoyClassifier setClipNorm(double value) {
    return with(clipNorm, value);
  }

  public Param<String> schedule() {
    return schedule;
  }

  public ConvoyClassifier setSchedule(String value) {
    return with(schedule, value);
  }

  public IntParam shards() {
    return shards;
  }

  public ConvoyClassifier setShards(int value) {
    return with(shards, value);
  }

  public IntParam partitions() {
    return partitions;
  }

  public ConvoyClassifier setPartitions(int value) {
    return with(partitions, value);
  }

  public DoubleParam validationFraction() {
    return validationFraction;
  }

  public ConvoyClassifier setValidationFraction(double value) {
    return with(validationFraction, value);
  }
}
