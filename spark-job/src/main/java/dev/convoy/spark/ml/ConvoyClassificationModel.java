package dev.convoy.spark.ml;

import dev.convoy.engine.model.InputRange;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.model.WeightsHash;
import dev.convoy.engine.network.Network;
import dev.convoy.spark.data.table.FeatureReader;
import dev.convoy.spark.job.Key;
import dev.convoy.spark.predict.ForwardPass;
import dev.convoy.spark.predict.Probabilities;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.ml.classification.ProbabilisticClassificationModel;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader$;
import org.apache.spark.ml.util.DefaultParamsReader.Metadata;
import org.apache.spark.ml.util.DefaultParamsWriter$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network that {@link ConvoyClassifier} trained. {@link #transform} appends three columns: the
 * natural logarithms of the probabilities (rawPrediction), the probabilities, and the prediction.
 * It reads each partition in micro-batches, on static and on streaming DataFrames alike; {@link
 * #register} makes SQL functions of the model. Saved models hold their weights in a Convoy model
 * file, {@code data/model.convoy}, which the command line reads too.
 */
public final class ConvoyClassificationModel
    extends ProbabilisticClassificationModel<Object, ConvoyClassificationModel>
    implements MLWritable {
  private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(ConvoyClassificationModel.class);

  /** Has no initialiser: {@link #uid} is called before those run. */
  private String uid;

  private final DoubleParam featuresScale =
      new DoubleParam(
          this,
          "featuresScale",
          "number in a Vector or an array that stands for a full pixel",
          KeyParams.above(0));
  private final transient TrainedModel trained;
  private final int outputs;
  private transient Weights sent;
  private transient ConvoyTrainingSummary summary;

  /** Weights that were sent to the executors of one application. */
  private record Weights(SparkContext spark, ForwardPass.Recipe recipe) {}

  /**
   * A model without a network. Spark Connect's server asks for this constructor when it looks for
   * the classes that it may load; who needs a model has {@link ConvoyClassifier#fit}, {@link #load}
   * and {@link #fromRun}.
   */
  public ConvoyClassificationModel() {
    this(ConvoyClassifier.newUid(), null);
  }

  ConvoyClassificationModel(String uid, TrainedModel trained) {
    this(new Uid.Given(uid), trained);
  }

  private ConvoyClassificationModel(Uid.Given given, TrainedModel trained) {
    super();
    assert uid().equals(given.uid());
    this.trained = trained;
    this.outputs = trained == null ? 0 : new Network(trained.spec()).outputs();
    setDefault(featuresScale, 255.0);
  }

  @Override
  public String uid() {
    if (uid == null) {
      uid = Uid.take();
    }
    return uid;
  }

  /** Param {@code featuresScale}: the number that stands for a full pixel. */
  public DoubleParam featuresScale() {
    return featuresScale;
  }

  private TrainedModel trained() {
    if (trained == null) {
      throw new IllegalStateException(
          "this model has no network; expected one that fit, load or fromRun made");
    }
    return trained;
  }

  /** The network. */
  public ModelSpec network() {
    return trained().spec();
  }

  /**
   * Smallest and largest value that the network was trained on, as shares of a full pixel (of
   * {@link #featuresScale}); empty for models that were saved before this was kept.
   */
  public Optional<InputRange> inputRange() {
    return trained().range();
  }

  /**
   * What the classes are called, by their numbers: as the indexer of the labels, the folders of
   * images or the model that training began with said; empty if they have numbers only.
   */
  public List<String> classNames() {
    return trained().classNames();
  }

  /** SHA-256 of the weights, as the command line prints it. */
  public String weightsSha256() {
    return WeightsHash.sha256(trained().weights());
  }

  /** True until the model is saved and loaded. */
  public boolean hasSummary() {
    return summary != null;
  }

  /**
   * How training went.
   *
   * @throws IllegalStateException for a model that was loaded
   */
  public ConvoyTrainingSummary summary() {
    if (summary == null) {
      throw new IllegalStateException("no training summary: this model was loaded, not trained");
    }
    return summary;
  }

  void setSummary(ConvoyTrainingSummary summary) {
    this.summary = summary;
  }

  @Override
  public int numClasses() {
    return outputs;
  }

  @Override
  public int numFeatures() {
    return trained().spec().input().size();
  }

  /** Java sees two methods of this name in the super classes; they have no summary to tell of. */
  @Override
  @SuppressWarnings({"rawtypes", "unchecked"})
  public scala.Tuple3 findSummaryModel() {
    return new scala.Tuple3(this, getProbabilityCol(), getPredictionCol());
  }

  @Override
  public StructType validateAndTransformSchema(
      StructType schema, boolean fitting, DataType featuresType) {
    return Columns.of(this).append(schema, trained().spec());
  }

  /** The schema with the three columns last, and what is known of their values. */
  @Override
  public StructType transformSchema(StructType schema) {
    return Columns.of(this).last(schema, super.transformSchema(schema));
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType schema = transformSchema(dataset.schema());
    Columns columns = Columns.of(this);
    if (columns.raw().isEmpty()
        && columns.probability().isEmpty()
        && columns.prediction().isEmpty()) {
      return dataset.toDF();
    }
    Scoring scoring =
        new Scoring(
            recipe(dataset.sparkSession().sparkContext()),
            reader(),
            schema.fieldIndex(columns.features()),
            columns,
            thresholdsOrNull());
    return Columns.withMetadata(
        dataset.toDF().mapPartitions(scoring, Encoders.row(schema)), schema);
  }

  /**
   * Makes two SQL functions of an example: {@code name(features)}, the predicted class, and {@code
   * name_probability(features)}, an array of probabilities. SQL calls them row by row; {@link
   * #transform} is several times faster.
   */
  public void register(SparkSession spark, String name) {
    SqlFunctions.register(spark, name, recipe(spark.sparkContext()), reader(), thresholdsOrNull());
  }

  private FeatureReader reader() {
    double scale = (Double) getOrDefault(featuresScale);
    return new FeatureReader(getFeaturesCol(), trained().spec().input(), (float) scale);
  }

  private double[] thresholdsOrNull() {
    return isDefined(thresholds()) ? getThresholds() : null;
  }

  /** Sends the weights once; Spark frees them when this model is collected. */
  private synchronized ForwardPass.Recipe recipe(SparkContext spark) {
    if (sent == null || sent.spark() != spark) {
      sent = new Weights(spark, ForwardPass.Recipe.send(spark, trained()));
    }
    // Each use has a watch of its own, so that each is warned of.
    return sent.recipe().watching(spark, trained().range(), LOG::warn);
  }

  /** Logarithms of the probabilities of one example. */
  @Override
  public Vector predictRaw(Object features) {
    FeatureReader reader = reader();
    reader.read(features);
    ForwardPass forward = new ForwardPass(trained().spec(), trained().weights(), 1);
    forward.clear();
    forward.add(reader);
    forward.run();
    return Vectors.dense(Probabilities.logarithms(forward.probabilities(0)));
  }

  @Override
  public Vector raw2probabilityInPlace(Vector raw) {
    double[] values = ((DenseVector) raw).values();
    for (int i = 0; i < values.length; i++) {
      values[i] = StrictMath.exp(values[i]);
    }
    return raw;
  }

  @Override
  public ConvoyClassificationModel copy(ParamMap extra) {
    ConvoyClassificationModel copy = new ConvoyClassificationModel(uid(), trained);
    copyValues(copy, extra);
    copy.setSummary(summary);
    copy.setParent(parent());
    return copy;
  }

  @Override
  public MLWriter write() {
    return new Writer(this);
  }

  /** Reads what {@link #write} wrote. */
  public static MLReader<ConvoyClassificationModel> read() {
    return new Reader();
  }

  /** Reads what was saved in {@code path}. */
  public static ConvoyClassificationModel load(String path) {
    return read().load(path);
  }

  /**
   * Reads a network that the command line trained, to be used as if it had been fitted: it has the
   * usual columns, the scale of the run if its job lies beside the model, and no summary.
   *
   * @param path a model file, or the folder of a run, on any Hadoop file system
   * @throws IllegalArgumentException if there is none, it is damaged, or it has several inputs or
   *     outputs
   */
  public static ConvoyClassificationModel fromRun(String path) {
    Configuration configuration = SparkSession.active().sparkContext().hadoopConfiguration();
    TrainedModel trained = ModelStore.read(path, configuration);
    ConvoyClassifier.expectOneInputAndOutput(trained.spec());
    ConvoyClassificationModel model =
        new ConvoyClassificationModel(ConvoyClassifier.newUid(), trained);
    ModelStore.settings(path, configuration)
        .ifPresent(job -> model.set("featuresScale", job.real(Key.DATA_SCALE)));
    return model;
  }

  private static final class Writer extends MLWriter {
    private final ConvoyClassificationModel model;

    Writer(ConvoyClassificationModel model) {
      this.model = model;
    }

    @Override
    public void saveImpl(String path) {
      DefaultParamsWriter$.MODULE$.saveMetadata(model, path, sparkSession());
      try {
        ModelStore.write(
            model.trained(), path + "/data", sparkSession().sparkContext().hadoopConfiguration());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static final class Reader extends MLReader<ConvoyClassificationModel> {
    @Override
    public ConvoyClassificationModel load(String path) {
      Metadata metadata =
          DefaultParamsReader$.MODULE$.loadMetadata(
              path, sparkSession(), ConvoyClassificationModel.class.getName());
      TrainedModel trained =
          ModelStore.read(path + "/data", sparkSession().sparkContext().hadoopConfiguration());
      ConvoyClassificationModel model = new ConvoyClassificationModel(metadata.uid(), trained);
      metadata.getAndSetParams(model, scala.Option.empty());
      return model;
    }
  }
}
