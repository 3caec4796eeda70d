package dev.convoy.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.convoy.engine.model.InputRange;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.network.Network;
import dev.convoy.spark.cli.Main;
import dev.convoy.spark.data.table.FeatureReader;
import dev.convoy.spark.predict.ForwardPass;
import dev.convoy.spark.train.event.TrainingException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The estimator by itself: its weights, its params, what it reads and what it refuses. */
class ConvoyClassifierTest extends ClassifierCase {
  @ParameterizedTest
  @EnumSource
  void theWeightsAreThoseOfTheCommandLine(Digits.Form form) throws Exception {
    ConvoyClassificationModel model = classifier().fit(table(form, form.ordinal()));
    assertThat(model.weightsSha256()).isEqualTo(commandLine);
    assertThat(model.summary().weightsSha256()).isEqualTo(commandLine);
    assertThat(model.summary().objectiveHistory()).hasSize((int) model.summary().totalIterations());
    assertThat(model.summary().validations()).hasSize(2);
    assertThat(model.numClasses()).isEqualTo(3);
  }

  @Test
  void withoutAKeyTheContentsDecideNotTheOrderOfTheRows() throws Exception {
    ConvoyClassifier classifier = classifier();
    classifier.clear(classifier.keyCol());
    String one = classifier.fit(table(Digits.Form.VECTOR, 1)).weightsSha256();
    String other = classifier.setPartitions(3).fit(table(Digits.Form.BYTES, 7)).weightsSha256();
    assertThat(other).isEqualTo(one).isNotEqualTo(commandLine);
    Dataset<Row> twice = table(Digits.Form.BYTES, 2);
    assertThat(classifier.fit(twice.union(twice)).weightsSha256()).isNotEqualTo(one);
  }

  @Test
  void paramsComeBeforeTheJobAndAreExplained() throws Exception {
    ConvoyClassifier classifier =
        classifier().setEpochs(1).setSettings("training.batchSize=30", "schedule.type=cosine");
    ConvoyClassificationModel model = classifier.fit(table(Digits.Form.VECTOR, 0));
    assertThat(model.summary().totalIterations()).isBetween(2L, 3L);
    assertThat(model.summary().reason()).isEqualTo("epochs");
    assertThat(classifier.explainParams())
        .contains("epochs: passes over the data; a number from 1 to 1000000", "(current: 1)")
        .contains("else 10", "featuresScale", "(default: 255.0)", "keyCol", "rawPredictionCol");
    ConvoyClassifier copy = classifier.copy(new ParamMap().put(classifier.epochs(), 2));
    assertThat(copy.uid()).isEqualTo(classifier.uid());
    assertThat(copy.job().config().loop().epochs()).isEqualTo(2);
    assertThat(classifier.job().config().loop().epochs()).isEqualTo(1);
    assertThat(new ConvoyClassifier().job().config().model().toText())
        .isEqualTo(new ConvoyClassifier().setModel("lenet5").job().config().model().toText());
  }

  @Test
  void mistakesAreToldBeforeTraining() throws Exception {
    Dataset<Row> table = table(Digits.Form.VECTOR, 0);
    assertThatThrownBy(() -> classifier().setEpochs(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("epochs given invalid value 0");
    assertThatThrownBy(() -> classifier().setOptimizer("sdg"))
        .hasMessageContaining("optimizer given invalid value sdg");
    refused(classifier().setModel("lenet"), table, "model: got 'lenet'", "did you mean 'lenet5'?");
    refused(classifier().setSettings("training.epoch=1"), table, "did you mean 'training.epochs'?");
    refused(classifier().setFeaturesCol("pixels"), table, "column 'pixels': does not exist");
    refused(
        classifier().setFeaturesCol("name"),
        table,
        "column 'name': got type string, expected a Vector");
    refused(classifier().setLabelCol("name"), table, "column 'name': got type string");
    refused(classifier().setKeyCol("nokey"), table, "column 'nokey': does not exist");
    refused(
        classifier().setValidationIndicatorCol("id"),
        table,
        "column 'id': got type bigint, expected true or false");
    refused(classifier().setPredictionCol("id"), table, "Column id already exists");
    refused(
        classifier(),
        table.withColumn("features", functions.expr("array(1.0, 2.0)")),
        "column 'features': got 2 numbers, expected 36 for the model's input of 6x6x1");
    refused(
        classifier(),
        table.withColumn(
            "features", functions.col("features"), new AttributeGroup("features", 35).toMetadata()),
        "column 'features': got Vectors of 35 numbers, expected 36");
    refused(
        classifier(),
        table.withColumn("label", functions.expr("label + 0.5")),
        "column 'label': got ",
        ".5, ",
        "expected a class number, whole and from 0");
    refused(
        classifier(),
        table.withColumn("label", functions.expr("label + 1")),
        "label out of range: got 3, expected 0 to 2 as the model has 3 outputs");
    refused(classifier(), table.limit(0), "got 0 examples, expected at least 1");
    refused(
        classifier(),
        table.withColumn("features", functions.expr("if(id = 5, null, features)")),
        "column 'features': got null");
  }

  @Test
  void predictionsProbabilitiesThresholdsAndSqlFunctionsAgree() throws Exception {
    Dataset<Row> table = table(Digits.Form.FLOATS, 2);
    ConvoyClassificationModel model = classifier().setSeed(5).fit(table);
    List<Row> rows = model.transform(table).orderBy("id").collectAsList();
    assertThat(rows).hasSize(90);
    assertThat(rows.get(0).schema().fieldNames())
        .containsExactly(
            "id", "features", "label", "name", "rawPrediction", "probability", "prediction");
    model.register(spark, "digit");
    table.createOrReplaceTempView("digits");
    List<Row> sql =
        spark
            .sql(
                "select id, digit(features) d, digit_probability(features) p from digits order by id")
            .collectAsList();
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      Vector raw = row.getAs("rawPrediction");
      Vector probability = row.getAs("probability");
      double sum = 0;
      for (double p : probability.toArray()) {
        sum += p;
      }
      assertThat(sum).isEqualTo(1, within(1e-5));
      assertThat(row.<Double>getAs("prediction")).isEqualTo(probability.argmax());
      assertThat(model.predict(row.getAs("features"))).isEqualTo(probability.argmax());
      Vector back = model.raw2probabilityInPlace(new DenseVector(raw.toArray().clone()));
      assertThat(back.toArray()).containsExactly(probability.toArray(), within(1e-6));
      assertThat(sql.get(i).getLong(0)).isEqualTo(row.<Long>getAs("id"));
      assertThat(sql.get(i).getDouble(1)).isEqualTo(row.<Double>getAs("prediction"));
      assertThat(sql.get(i).<Double>getList(2).get(0)).isEqualTo(probability.apply(0));
    }
    ConvoyClassificationModel biased = model.copy(new ParamMap());
    biased.setThresholds(new double[] {1, 1e-9, 1});
    biased.setRawPredictionCol("").setProbabilityCol("");
    assertThat(biased.transform(table).select("prediction").distinct().collectAsList())
        .extracting(row -> row.getDouble(0))
        .containsExactly(1.0);
  }

  /** A row is not predicted alone: the first asked for brings a whole micro-batch along. */
  @Test
  void rowsArePredictedInMicroBatches() throws Exception {
    List<Row> rows = table(Digits.Form.BYTES, 0).orderBy("id").collectAsList();
    ModelSpec spec = classifier().job().config().model();
    float[] weights = new Network(spec).initialWeights(1);
    ForwardPass.Recipe recipe =
        new ForwardPass.Recipe(
            spec.toText(),
            spark
                .sparkContext()
                .broadcast(weights, scala.reflect.ClassTag$.MODULE$.apply(float[].class)));
    Columns columns = new Columns("features", "", "", "prediction");
    FeatureReader reader = new FeatureReader("features", spec.input(), 255f);
    AtomicInteger taken = new AtomicInteger();
    Iterator<Row> source =
        rows.stream()
            .map(
                row -> {
                  taken.incrementAndGet();
                  return row;
                })
            .iterator();
    Iterator<Row> scored = new Scoring(recipe, reader, 1, columns, null).call(source);
    List<Integer> takenThen = new ArrayList<>();
    List<Object> ids = new ArrayList<>();
    while (scored.hasNext()) {
      ids.add(scored.next().get(0));
      takenThen.add(taken.get());
    }
    assertThat(takenThen.subList(0, 64)).allMatch(n -> n >= 64 && n <= 65);
    assertThat(takenThen.subList(64, 90)).containsOnly(90);
    assertThat(ids).isEqualTo(rows.stream().map(row -> row.get(0)).toList());
  }

  @Test
  void aRunOfTheCommandLinePredictsDataFramesAndBack() throws Exception {
    Dataset<Row> table = table(Digits.Form.BYTES, 1);
    ConvoyClassificationModel fromRun = ConvoyClassificationModel.fromRun(folder + "/run");
    assertThat(fromRun.weightsSha256()).isEqualTo(commandLine);
    ConvoyClassificationModel fitted = classifier().fit(table);
    assertThat(fromRun.transform(table).orderBy("id").collectAsList())
        .isEqualTo(fitted.transform(table).orderBy("id").collectAsList());
    fitted.save(folder + "/fitted");
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    assertThat(Main.run(new String[] {"summary", "--model", folder + "/fitted"}, out, out))
        .as(said.toString(StandardCharsets.UTF_8))
        .isZero();
    assertThatThrownBy(() -> ConvoyClassificationModel.fromRun(folder + "/nosuch"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nosuch")
        .hasMessageContaining("cannot be read as a model");
  }

  /** What {@code spark.read().format("image")} gives is trained on and predicted as it is. */
  @Test
  void sparksOwnImagesAreFeatures() throws Exception {
    Path images = Files.createDirectory(folder.resolve("images"));
    List<Row> pixels = table(Digits.Form.BYTES, 0).orderBy("id").collectAsList();
    for (Row row : pixels) {
      BufferedImage image = new BufferedImage(6, 6, BufferedImage.TYPE_BYTE_GRAY);
      image.getRaster().setDataElements(0, 0, 6, 6, row.<byte[]>getAs("features"));
      String name = row.getAs("label") + "-" + (100 + row.<Long>getAs("id")) + ".png";
      ImageIO.write(image, "png", images.resolve(name).toFile());
    }
    Dataset<Row> read =
        spark
            .read()
            .format("image")
            .load(images.toString())
            .selectExpr(
                "image",
                "cast(regexp_extract(image.origin, '([0-9])-[0-9]+.png$', 1) as int) label",
                "cast(regexp_extract(image.origin, '-([0-9]+).png$', 1) as long) id");
    ConvoyClassificationModel model = classifier().setFeaturesCol("image").fit(read);
    assertThat(model.weightsSha256()).isEqualTo(commandLine);
    assertThat(model.transform(read).select("prediction").count()).isEqualTo(90);
  }

  @Test
  void aClassifierIsSavedAndLoadedWithItsParams() throws Exception {
    ConvoyClassifier classifier =
        classifier().setEpochs(3).setSettings("schedule.type=cosine", "data.shards=5");
    classifier.setThresholds(new double[] {0.5, 0.25, 0.25}).setRawPredictionCol("raw");
    String path = folder.resolve("classifier").toString();
    classifier.save(path);
    ConvoyClassifier loaded = ConvoyClassifier.load(path);
    assertThat(loaded.uid()).isEqualTo(classifier.uid());
    assertThat(loaded.getThresholds()).isEqualTo(classifier.getThresholds());
    assertThat(loaded.getRawPredictionCol()).isEqualTo("raw");
    assertThat(loaded.getOrDefault(loaded.keyCol())).isEqualTo("id");
    assertThat(loaded.getOrDefault(loaded.epochs())).isEqualTo(3);
    assertThat(loaded.job().yaml()).isEqualTo(classifier.job().yaml());
    Dataset<Row> table = table(Digits.Form.BYTES, 0);
    assertThat(loaded.fit(table).weightsSha256()).isEqualTo(classifier.fit(table).weightsSha256());
  }

  @Test
  void rowsMarkedForValidationAreHeldOut() throws Exception {
    Dataset<Row> table =
        table(Digits.Form.VECTOR, 3).withColumn("held", functions.expr("id % 9 = 0"));
    ConvoyClassificationModel model =
        classifier().setValidationIndicatorCol("held").setEpochs(1).fit(table);
    assertThat(model.summary().validations()).singleElement().extracting("examples").isEqualTo(10L);
    assertThat(model.summary().examples()).isEqualTo(80);
  }

  @Test
  void numbersThatAreNoPixelsAreInputsToo() throws Exception {
    Dataset<Row> pixels = table(Digits.Form.FLOATS, 0);
    Dataset<Row> shares =
        pixels.withColumn("features", functions.expr("transform(features, x -> x / 255.0D)"));
    ConvoyClassifier scaled = classifier().setFeaturesScale(1);
    ConvoyClassificationModel model = scaled.fit(shares);
    List<Double> losses =
        java.util.stream.DoubleStream.of(model.summary().objectiveHistory()).boxed().toList();
    double[] expected = classifier().fit(pixels).summary().objectiveHistory();
    for (int i = 0; i < expected.length; i++) {
      assertThat(losses.get(i)).isEqualTo(expected[i], within(1e-4));
    }
    assertThat(scaled.setPartitions(1).fit(shares.repartition(3)).weightsSha256())
        .isEqualTo(model.weightsSha256());
  }

  /** Log lines of {@code work} that are warnings. */
  private static List<String> warnings(Runnable work) {
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    AbstractAppender appender =
        new AbstractAppender("heard", null, null, true, Property.EMPTY_ARRAY) {
          @Override
          public void append(LogEvent event) {
            if (event.getLevel().isMoreSpecificThan(Level.WARN)) {
              lines.add(event.getMessage().getFormattedMessage());
            }
          }
        };
    appender.start();
    List<Logger> loggers =
        List.of(
            (Logger) LogManager.getLogger(ConvoyClassifier.class),
            (Logger) LogManager.getLogger(ConvoyClassificationModel.class));
    loggers.forEach(logger -> logger.addAppender(appender));
    try {
      work.run();
    } finally {
      loggers.forEach(logger -> logger.removeAppender(appender));
    }
    return lines;
  }

  private static Dataset<Row> shares(Dataset<Row> pixels) {
    return pixels.withColumn("features", functions.expr("transform(features, x -> x / 255.0D)"));
  }

  @Test
  void aScaleThatCannotBeMeantIsToldWithItsCure() throws Exception {
    Dataset<Row> shares = shares(table(Digits.Form.FLOATS, 2));
    ConvoyClassifier once = classifier().setEpochs(1);
    assertThat(warnings(() -> once.fit(shares)))
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains("by the scale of 255", "hardly different", "set the scale to 1")
                    .contains("data.columns.scale", "featuresScale"));
    ConvoyClassifier scaled = classifier().setEpochs(1).setFeaturesScale(1);
    assertThat(warnings(() -> scaled.fit(shares))).noneMatch(line -> line.contains("scale"));
    Dataset<Row> pixels = table(Digits.Form.FLOATS, 0);
    assertThat(warnings(() -> fitAnyway(scaled, pixels)))
        .anySatisfy(
            line -> assertThat(line).contains("far beyond -1 to 1", "set the scale to 255"));
  }

  /** What is warned of counts here, whether or not training diverges then. */
  private static void fitAnyway(ConvoyClassifier classifier, Dataset<Row> table) {
    try {
      classifier.fit(table);
    } catch (TrainingException e) {
      assertThat(e)
          .hasMessageContaining("by the scale of 1 and the normalisation inputs of")
          .hasMessageContaining("featuresScale");
    }
  }

  @Test
  void theRangeIsKeptAndAnotherOneIsWarnedOf() throws Exception {
    Dataset<Row> pixels = table(Digits.Form.FLOATS, 2);
    ConvoyClassificationModel fitted = classifier().setEpochs(1).fit(pixels);
    InputRange range = fitted.inputRange().get();
    assertThat(range.low()).isBetween(0f, 0.1f);
    assertThat(range.high()).isBetween(0.8f, 1f);
    assertThat(classifier().setEpochs(1).setPartitions(3).fit(pixels.repartition(5)).inputRange())
        .contains(range);
    fitted.save(folder + "/ranged");
    ConvoyClassificationModel loaded = ConvoyClassificationModel.load(folder + "/ranged");
    assertThat(loaded.inputRange()).contains(range);
    // Good examples before or beside them do not hide others.
    for (ConvoyClassificationModel model : List.of(fitted, loaded)) {
      assertThat(warnings(() -> model.transform(pixels).collectAsList())).isEmpty();
      assertThat(warnings(() -> model.transform(shares(pixels)).collectAsList()))
          .singleElement()
          .asString()
          .contains("not of the range that the model was trained on", "featuresScale");
      Dataset<Row> both = pixels.selectExpr("features").union(shares(pixels).select("features"));
      assertThat(warnings(() -> model.transform(both).collectAsList())).hasSize(1);
    }
  }
}
