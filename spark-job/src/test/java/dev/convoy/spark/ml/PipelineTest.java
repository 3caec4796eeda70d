package dev.convoy.spark.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.spark.SparkForTests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.IndexToString;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.ml.tuning.TrainValidationSplit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Convoy between Spark's own stages, as their users write it. */
class PipelineTest {
  @TempDir static Path folder;
  private static Path data;
  private static SparkSession spark;

  @BeforeAll
  static void start() throws IOException {
    data = Digits.write(folder.resolve("data"), 90);
    spark = SparkForTests.session("local[2]");
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static ConvoyClassifier classifier() {
    return new ConvoyClassifier()
        .setModel(Digits.JOB.formatted(data))
        .setKeyCol("id")
        .setLabelCol("index");
  }

  private static StringIndexer indexer() {
    return new StringIndexer()
        .setInputCol("name")
        .setOutputCol("index")
        .setStringOrderType("alphabetAsc");
  }

  private static MulticlassClassificationEvaluator accuracy() {
    return new MulticlassClassificationEvaluator().setLabelCol("index").setMetricName("accuracy");
  }

  @Test
  void aPipelineIsCrossValidatedSavedLoadedAndStreamed() throws Exception {
    Dataset<Row> table = Digits.table(spark, data, Digits.Form.FLOATS, 1).cache();
    ConvoyClassifier classifier = classifier();
    IndexToString names =
        new IndexToString()
            .setInputCol("prediction")
            .setOutputCol("predicted")
            .setLabels(new String[] {"class a", "class b", "class c"});
    Pipeline pipeline =
        new Pipeline().setStages(new PipelineStage[] {indexer(), classifier, names});
    ParamMap[] grid =
        new ParamGridBuilder()
            .addGrid(classifier.learningRate(), new double[] {1e-6, 0.1})
            .addGrid(classifier.epochs(), new int[] {4})
            .build();
    CrossValidator validator =
        new CrossValidator()
            .setEstimator(pipeline)
            .setEvaluator(accuracy())
            .setEstimatorParamMaps(grid)
            .setNumFolds(2)
            .setSeed(1);
    validator.write().overwrite().save(folder + "/validator");
    CrossValidatorModel validated = CrossValidator.load(folder + "/validator").fit(table);
    assertThat(validated.avgMetrics()[1])
        .isGreaterThan(validated.avgMetrics()[0])
        .isGreaterThan(0.6);

    validated.write().overwrite().save(folder + "/validated");
    PipelineModel best =
        (PipelineModel) CrossValidatorModel.load(folder + "/validated").bestModel();
    ConvoyClassificationModel loaded = (ConvoyClassificationModel) best.stages()[1];
    ConvoyClassificationModel trained =
        (ConvoyClassificationModel) ((PipelineModel) validated.bestModel()).stages()[1];
    assertThat(loaded.weightsSha256()).isEqualTo(trained.weightsSha256());
    assertThat(loaded.uid()).isEqualTo(classifier.uid());
    assertThat(loaded.getLabelCol()).isEqualTo("index");
    assertThat(trained.hasSummary()).isTrue();
    assertThat(loaded.hasSummary()).isFalse();
    assertThatThrownBy(loaded::summary).hasMessageContaining("loaded, not trained");

    List<Row> expected =
        validated.transform(table).select("id", "predicted").orderBy("id").collectAsList();
    assertThat(expected).hasSize(90);
    assertThat(streamed(best, table)).isEqualTo(expected);
  }

  /** Runs the rows of {@code table} through {@code model} as a stream of files. */
  private static List<Row> streamed(PipelineModel model, Dataset<Row> table) throws Exception {
    String files = folder + "/incoming";
    table.drop("label").write().parquet(files);
    Dataset<Row> stream = spark.readStream().schema(table.drop("label").schema()).parquet(files);
    StreamingQuery query =
        model
            .transform(stream)
            .select("id", "predicted")
            .writeStream()
            .format("memory")
            .queryName("predictions")
            .option("checkpointLocation", folder + "/progress")
            .start();
    try {
      query.processAllAvailable();
      return spark.table("predictions").orderBy("id").collectAsList();
    } finally {
      query.stop();
    }
  }

  @Test
  void rowsThatAreAllHeldOutAreToldByTheirColumn() throws Exception {
    Dataset<Row> table = Digits.table(spark, data, Digits.Form.FLOATS, 1);
    Dataset<Row> held = indexer().fit(table).transform(table).withColumn("test", lit(true));
    assertThatThrownBy(() -> classifier().setValidationIndicatorCol("test").fit(held))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("column 'test': got true in all 90 rows, expected false in those to train on");
  }

  /** As after LogisticRegression: what other columns mean is not lost. */
  @Test
  void metadataAndWatermarksPassThrough() throws Exception {
    Dataset<Row> table = Digits.table(spark, data, Digits.Form.FLOATS, 1);
    Dataset<Row> indexed = indexer().fit(table).transform(table).withColumn("a.b`c", lit(1));
    ConvoyClassificationModel model = classifier().fit(indexed);
    assertThat(model.classNames()).containsExactly("class a", "class b", "class c");
    Dataset<Row> scored = model.transform(indexed);
    assertThat(scored.schema()).isEqualTo(model.transformSchema(indexed.schema()));
    assertThat(scored.schema().apply("index").metadata())
        .isEqualTo(indexed.schema().apply("index").metadata());
    List<Row> names =
        new IndexToString()
            .setInputCol("index")
            .setOutputCol("back")
            .transform(scored)
            .select("name", "back")
            .collectAsList();
    assertThat(names).hasSize(90).allSatisfy(r -> assertThat(r.get(0)).isEqualTo(r.get(1)));

    String files = folder + "/timed";
    Dataset<Row> timed =
        table.drop("label").withColumn("time", col("id").cast("int").cast("timestamp"));
    timed.write().parquet(files);
    Dataset<Row> stream =
        spark.readStream().schema(timed.schema()).parquet(files).withWatermark("time", "1 minute");
    StreamingQuery query =
        model
            .transform(stream)
            .groupBy(functions.window(col("time"), "10 seconds"))
            .count()
            .writeStream()
            .outputMode("append")
            .format("memory")
            .queryName("windows")
            .option("checkpointLocation", folder + "/timed-progress")
            .start();
    try {
      query.processAllAvailable();
      assertThat(query.lastProgress().eventTime()).containsKey("watermark");
      assertThat(spark.table("windows").count()).isPositive();
    } finally {
      query.stop();
    }
  }

  @Test
  void trainValidationSplitChoosesARate() throws Exception {
    Dataset<Row> table =
        indexer()
            .fit(Digits.table(spark, data, Digits.Form.BYTES, 2))
            .transform(Digits.table(spark, data, Digits.Form.BYTES, 2));
    ConvoyClassifier classifier = classifier().setEpochs(4);
    ConvoyClassificationModel best =
        (ConvoyClassificationModel)
            new TrainValidationSplit()
                .setEstimator(classifier)
                .setEvaluator(accuracy())
                .setEstimatorParamMaps(
                    new ParamGridBuilder()
                        .addGrid(classifier.learningRate(), new double[] {1e-6, 0.1})
                        .build())
                .setParallelism(2)
                .setSeed(4)
                .fit(table)
                .bestModel();
    assertThat(accuracy().evaluate(best.transform(table))).isGreaterThan(0.8);
  }

  @Test
  void moreClassesThanOutputsAreRefusedByTheMetadata() throws Exception {
    Dataset<Row> table = Digits.table(spark, data, Digits.Form.BYTES, 2);
    StringIndexer byRow = new StringIndexer().setInputCol("id").setOutputCol("index");
    Dataset<Row> indexed = byRow.fit(table).transform(table);
    assertThatThrownBy(() -> classifier().fit(indexed))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("column 'index': got 90 classes, expected at most the model's 3");
  }

  /** From the schema alone, before a stage has looked at a row. */
  @Test
  void aPipelinesMistakesAreToldFromItsSchema() throws Exception {
    Dataset<Row> table = Digits.table(spark, data, Digits.Form.BYTES, 2);
    Pipeline pipeline =
        new Pipeline()
            .setStages(new PipelineStage[] {indexer(), classifier().setFeaturesCol("id")});
    assertThatThrownBy(() -> pipeline.transformSchema(table.schema()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("column 'id': got type bigint, expected a Vector");
    pipeline.setStages(new PipelineStage[] {indexer(), classifier()});
    StructType after = pipeline.transformSchema(table.schema());
    assertThat(after.fieldNames()).endsWith("index", "rawPrediction", "probability", "prediction");
    assertThat(pipeline.fit(table).transform(table).schema().fieldNames())
        .isEqualTo(after.fieldNames());
  }

  @Test
  void aDamagedModelIsNotLoaded() throws Exception {
    Dataset<Row> table = Digits.table(spark, data, Digits.Form.BYTES, 2);
    String path = folder + "/damaged";
    classifier().setLabelCol("label").setEpochs(1).fit(table).save(path);
    Path file = Path.of(path, "data", "model.convoy");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 100] ^= 4;
    Files.write(file, bytes);
    Files.deleteIfExists(Path.of(path, "data", ".model.convoy.crc"));
    assertThatThrownBy(() -> ConvoyClassificationModel.load(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("model.convoy")
        .hasMessageContaining("damaged");
  }
}
