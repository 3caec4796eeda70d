package dev.convoy.spark.ml;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.network.Network;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.data.shard.DataCut;
import dev.convoy.spark.data.table.TableColumns;
import dev.convoy.spark.job.Job;
import dev.convoy.spark.job.StartModel;
import dev.convoy.spark.train.TrainConfig;
import dev.convoy.spark.train.TrainResult;
import dev.convoy.spark.train.Trainer;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.ml.util.MetadataUtils$;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains a convolutional network on the rows of a DataFrame: an estimator like Spark's own, for
 * Pipelines, CrossValidator and TrainValidationSplit. The features are a Vector, an array of
 * numbers, binary (raw bytes {@code [height][width][channel]}, or an encoded image) or Spark's
 * image struct; labels are numbers from 0, as StringIndexer makes them.
 *
 * <p>Training is the very same as the command line's: the same rows in the same order (see {@link
 * #keyCol}), with the same settings and seed, end in the same weights, bit for bit, whatever the
 * partitions. Rows are never collected to the driver.
 *
 * <pre>
 * new ConvoyClassifier().setModel("lenet5").setEpochs(3).setLabelCol("label").fit(digits)
 * </pre>
 */
public final class ConvoyClassifier extends JobParams implements MLWritable {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(ConvoyClassifier.class);

  /** A classifier with a uid of its own. */
  public ConvoyClassifier() {
    this(newUid());
  }

  /** As Spark makes copies and reads files. */
  public ConvoyClassifier(String uid) {
    super(uid);
  }

  /** Reads what {@link #write} wrote. */
  public static MLReader<ConvoyClassifier> read() {
    return new DefaultParamsReader<>();
  }

  /** Reads what was saved in {@code path}. */
  public static ConvoyClassifier load(String path) {
    return read().load(path);
  }

  @Override
  public MLWriter write() {
    return new DefaultParamsWriter(this);
  }

  @Override
  public ConvoyClassifier copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  /**
   * Checks all that can be known before training: the Params, the model, the columns and their
   * types, sizes and classes where the metadata tells.
   *
   * @throws IllegalArgumentException saying what, got, expected and the cure
   */
  @Override
  public StructType validateAndTransformSchema(
      StructType schema, boolean fitting, DataType featuresType) {
    ModelSpec spec = job().config().model();
    ConvoyClassifier all = withColumnsOfJob();
    if (fitting) {
      all.columns().check(schema);
      all.expectClasses(schema, spec);
    }
    return Columns.of(all).append(schema, spec);
  }

  /** Refuses a network that is no classifier of one example. */
  static void expectOneInputAndOutput(ModelSpec spec) {
    if (spec.inputs().size() > 1 || spec.outputs().size() > 1) {
      throw new DataException(
          "model: got "
              + spec.inputs().size()
              + " inputs and "
              + spec.outputs().size()
              + " outputs, expected one of each; the command line takes models of several");
    }
    if (spec.outputs().get(0).loss() == ModelSpec.LossKind.SQUARED) {
      throw new DataException(
          "model.loss: got squared, expected softmax or sigmoid, whose outputs are probabilities");
    }
  }

  private void expectClasses(StructType schema, ModelSpec spec) {
    expectOneInputAndOutput(spec);
    int outputs = new Network(spec).outputs();
    scala.Option<Object> known = MetadataUtils$.MODULE$.getNumClasses(schema.apply(getLabelCol()));
    if (known.isDefined() && (Integer) known.get() > outputs) {
      throw new DataException(
          "column '"
              + getLabelCol()
              + "': got "
              + known.get()
              + " classes, expected at most the model's "
              + outputs
              + " outputs; give its last layer more units"
              + ((Integer) known.get() == outputs + 1
                  ? ", or let StringIndexer skip labels that it does not know: with handleInvalid"
                      + " 'keep' they are a class more"
                  : ""));
    }
  }

  private void expectSomeToTrainOn(TrainingData data) {
    if (!isSet(validationIndicatorCol())) {
      return;
    }
    if (isSet(validationFraction())) {
      LOG.warn(
          "validationFraction is ignored: column '{}' says which rows are held out",
          getOrDefault(validationIndicatorCol()));
    }
    if (data.trainingExamples() == 0) {
      throw new DataException(
          "column '"
              + getOrDefault(validationIndicatorCol())
              + "': got true in all "
              + data.heldOutExamples()
              + " rows, expected false in those to train on");
    }
  }

  private TableColumns columns() {
    return new TableColumns(
        getFeaturesCol(),
        getLabelCol(),
        isSet(keyCol()) ? getOrDefault(keyCol()) : "",
        isSet(validationIndicatorCol()) ? getOrDefault(validationIndicatorCol()) : "");
  }

  /** Trains on the columns of the Params, or, where none is set, on those that the job names. */
  @Override
  public ConvoyClassificationModel fit(Dataset<?> dataset) {
    ConvoyClassificationModel model = withColumnsOfJob().fitAsSet(dataset);
    model.setParent(this);
    return model;
  }

  private ConvoyClassificationModel fitAsSet(Dataset<?> dataset) {
    return super.fit(dataset);
  }

  /** Called by {@link #fit}. */
  @Override
  public ConvoyClassificationModel train(Dataset<?> dataset) {
    Job job = job();
    SparkContext spark = dataset.sparkSession().sparkContext();
    Optional<StartModel> start =
        StartModel.of(job, () -> ModelStore.read(job.startFrom(), spark.hadoopConfiguration()));
    if (!isSet(checkpointDir())) {
      // What cannot be read is refused before all data is read. With checkpoints it may not be
      // needed.
      start.ifPresent(StartModel::layers);
    }
    TrainConfig.Data settings = job.config().data();
    TrainingData data =
        TrainingData.of(
            dataset.toDF(),
            columns(),
            job.config().model().input(),
            (float) (double) (Double) getOrDefault(featuresScale()),
            DataCut.shards(settings.shards())
                .partitions(settings.partitions())
                .seed(job.config().loop().seed())
                .heldOut(settings.validationFraction()));
    TrainConfig config;
    try {
      expectSomeToTrainOn(data);
      config =
          isSet(checkpointDir())
              ? Checkpointing.in(getOrDefault(checkpointDir()), job, data.fingerprint())
              : Checkpointing.none(job);
    } catch (RuntimeException e) {
      data.close();
      throw e;
    }
    LossHistory history = new LossHistory();
    Trainer trainer = new Trainer(spark, config, List.of(history), () -> data);
    start.ifPresent(model -> trainer.startFrom(model::weights));
    TrainResult result = trainer.train(!config.checkpoints().directory().isEmpty());
    int outputs = new Network(config.model()).outputs();
    // Labels are numbers here: those of the model that training began with, or of an indexer.
    List<String> names =
        start
            .flatMap(StartModel::classNamesIfReadable)
            .orElseGet(() -> Columns.names(dataset.schema().apply(getLabelCol()), outputs));
    ConvoyClassificationModel trained =
        new ConvoyClassificationModel(
            uid(),
            new TrainedModel(config.model(), outputs, names, result.range(), result.weights()));
    trained.setSummary(history.summary(result));
    return trained;
  }
}
