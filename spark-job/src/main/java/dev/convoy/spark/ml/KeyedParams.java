package dev.convoy.spark.ml;

import dev.convoy.spark.job.Key;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.ml.classification.ProbabilisticClassifier;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.util.Identifiable$;

/**
 * The Params of {@link ConvoyClassifier} that stand for a key of a job file. They have no default
 * here: what is not set is what the model's job says, and else the key's own default, so that the
 * same words mean the same training as on the command line.
 */
public abstract class KeyedParams
    extends ProbabilisticClassifier<Object, ConvoyClassifier, ConvoyClassificationModel> {
  private static final long serialVersionUID = 1L;

  /** Has no initialiser: {@link #uid} is called before those run. */
  private String uid;

  private final Map<Param<?>, Key> keys = new LinkedHashMap<>();
  private final IntParam epochs = whole("epochs", Key.TRAINING_EPOCHS);
  private final LongParam maxSteps = large("maxSteps", Key.TRAINING_MAX_STEPS);
  private final IntParam batchSize = whole("batchSize", Key.TRAINING_BATCH_SIZE);
  private final IntParam microBatch = whole("microBatch", Key.TRAINING_MICRO_BATCH);
  private final LongParam seed = large("seed", Key.TRAINING_SEED);
  private final IntParam evaluateEvery = whole("evaluateEvery", Key.TRAINING_EVALUATE_EVERY);
  private final IntParam patience = whole("patience", Key.TRAINING_PATIENCE);
  private final Param<String> optimizer = word("optimizer", Key.OPTIMIZER_TYPE);
  private final DoubleParam learningRate = real("learningRate", Key.OPTIMIZER_LEARNING_RATE);
  private final DoubleParam momentum = real("momentum", Key.OPTIMIZER_MOMENTUM);
  private final DoubleParam weightDecay = real("weightDecay", Key.OPTIMIZER_WEIGHT_DECAY);
  private final DoubleParam clipNorm = real("clipNorm", Key.OPTIMIZER_CLIP_NORM);
  private final Param<String> schedule = word("schedule", Key.SCHEDULE_TYPE);
  private final IntParam shards = whole("shards", Key.DATA_SHARDS);
  private final IntParam partitions = whole("partitions", Key.DATA_PARTITIONS);
  private final DoubleParam validationFraction =
      real("validationFraction", Key.DATA_VALIDATION_FRACTION);

  KeyedParams(String uid) {
    this(new Uid.Given(uid));
  }

  /** Constructs once the uid was put down. */
  private KeyedParams(Uid.Given given) {
    super();
    assert uid().equals(given.uid());
  }

  @Override
  public String uid() {
    if (uid == null) {
      uid = Uid.take();
    }
    return uid;
  }

  static String newUid() {
    return Identifiable$.MODULE$.randomUID("convoy");
  }

  /** The Params and their keys. */
  final Map<Param<?>, Key> keys() {
    return keys;
  }

  final <T> ConvoyClassifier with(Param<T> param, T value) {
    set(param, value);
    return (ConvoyClassifier) this;
  }

  private IntParam whole(String name, Key key) {
    return known(new IntParam(this, name, KeyParams.doc(key), KeyParams.within(key)), key);
  }

  private LongParam large(String name, Key key) {
    return known(new LongParam(this, name, KeyParams.doc(key), KeyParams.within(key)), key);
  }

  private DoubleParam real(String name, Key key) {
    return known(new DoubleParam(this, name, KeyParams.doc(key), KeyParams.within(key)), key);
  }

  private Param<String> word(String name, Key key) {
    return known(new Param<>(this, name, KeyParams.doc(key), KeyParams.oneOf(key)), key);
  }

  private <P extends Param<?>> P known(P param, Key key) {
    keys.put(param, key);
    return param;
  }

  /** Param {@code epochs}: passes over the data. */
  public IntParam epochs() {
    return epochs;
  }

  /** Sets {@link #epochs}. */
  public ConvoyClassifier setEpochs(int value) {
    return with(epochs, value);
  }

  /** Param {@code maxSteps}: steps after which training stops; 0 for no limit. */
  public LongParam maxSteps() {
    return maxSteps;
  }

  /** Sets {@link #maxSteps}. */
  public ConvoyClassifier setMaxSteps(long value) {
    return with(maxSteps, value);
  }

  /** Param {@code batchSize}: examples a step, of all tasks together. */
  public IntParam batchSize() {
    return batchSize;
  }

  /** Sets {@link #batchSize}. */
  public ConvoyClassifier setBatchSize(int value) {
    return with(batchSize, value);
  }

  /** Param {@code microBatch}: examples of a forward and backward call. */
  public IntParam microBatch() {
    return microBatch;
  }

  /** Sets {@link #microBatch}. */
  public ConvoyClassifier setMicroBatch(int value) {
    return with(microBatch, value);
  }

  /** Param {@code seed}: seed of everything random. */
  public LongParam seed() {
    return seed;
  }

  /** Sets {@link #seed}. */
  public ConvoyClassifier setSeed(long value) {
    return with(seed, value);
  }

  /** Param {@code evaluateEvery}: epochs between validations; 0 for never. */
  public IntParam evaluateEvery() {
    return evaluateEvery;
  }

  /** Sets {@link #evaluateEvery}. */
  public ConvoyClassifier setEvaluateEvery(int value) {
    return with(evaluateEvery, value);
  }

  /** Param {@code patience}: validations without improvement before training stops; 0 for never. */
  public IntParam patience() {
    return patience;
  }

  /** Sets {@link #patience}. */
  public ConvoyClassifier setPatience(int value) {
    return with(patience, value);
  }

  /** Param {@code optimizer}: sgd, momentum, nesterov, adam or adamw. */
  public Param<String> optimizer() {
    return optimizer;
  }

  /** Sets {@link #optimizer}. */
  public ConvoyClassifier setOptimizer(String value) {
    return with(optimizer, value);
  }

  /** Param {@code learningRate}: the rate, or its peak if a schedule varies it. */
  public DoubleParam learningRate() {
    return learningRate;
  }

  /** Sets {@link #learningRate}. */
  public ConvoyClassifier setLearningRate(double value) {
    return with(learningRate, value);
  }

  /** Param {@code momentum}: for momentum and nesterov. */
  public DoubleParam momentum() {
    return momentum;
  }

  /** Sets {@link #momentum}. */
  public ConvoyClassifier setMomentum(double value) {
    return with(momentum, value);
  }

  /** Param {@code weightDecay}: L2, not on biases, scales, shifts; decoupled for adamw. */
  public DoubleParam weightDecay() {
    return weightDecay;
  }

  /** Sets {@link #weightDecay}. */
  public ConvoyClassifier setWeightDecay(double value) {
    return with(weightDecay, value);
  }

  /** Param {@code clipNorm}: largest norm of the mean gradient; 0 for any. */
  public DoubleParam clipNorm() {
    return clipNorm;
  }

  /** Sets {@link #clipNorm}. */
  public ConvoyClassifier setClipNorm(double value) {
    return with(clipNorm, value);
  }

  /** Param {@code schedule}: constant, step, cosine, polynomial or onecycle. */
  public Param<String> schedule() {
    return schedule;
  }

  /** Sets {@link #schedule}. */
  public ConvoyClassifier setSchedule(String value) {
    return with(schedule, value);
  }

  /** Param {@code shards}: logical shards that batches are drawn from. */
  public IntParam shards() {
    return shards;
  }

  /** Sets {@link #shards}. */
  public ConvoyClassifier setShards(int value) {
    return with(shards, value);
  }

  /** Param {@code partitions}: partitions of the data; 0 for one a task slot. */
  public IntParam partitions() {
    return partitions;
  }

  /** Sets {@link #partitions}. */
  public ConvoyClassifier setPartitions(int value) {
    return with(partitions, value);
  }

  /** Param {@code validationFraction}: share of the rows held out for validation. */
  public DoubleParam validationFraction() {
    return validationFraction;
  }

  /** Sets {@link #validationFraction}. */
  public ConvoyClassifier setValidationFraction(double value) {
    return with(validationFraction, value);
  }
}
