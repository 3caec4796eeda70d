package dev.convoy.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.network.Network;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;

/** What fits and models take from a job, a run, a trained model and from checkpoints. */
class ClassifierJobTest extends ClassifierCase {
  @Test
  void aFitGoesOnFromItsOwnCheckpoint() throws Exception {
    ConvoyClassifier classifier =
        classifier().setCheckpointDir(folder.resolve("checkpoints").toString());
    ConvoyClassificationModel first = classifier.fit(table(Digits.Form.VECTOR, 0));
    assertThat(first.weightsSha256()).isEqualTo(commandLine);
    ConvoyClassificationModel again = classifier.fit(table(Digits.Form.BYTES, 1));
    assertThat(again.weightsSha256()).isEqualTo(commandLine);
    assertThat(again.summary().objectiveHistory()).isEmpty();
    String trained = folder.resolve("run").toString();
    ConvoyClassificationModel tuned =
        classifier.setSettings("model.startFrom=" + trained).fit(table(Digits.Form.VECTOR, 0));
    assertThat(tuned.summary().objectiveHistory()).isNotEmpty();
    assertThat(tuned.weightsSha256()).isNotEqualTo(commandLine);
    refused(
        classifier.setSettings("model.startFrom=" + folder.resolve("nothing")),
        table(Digits.Form.VECTOR, 0),
        "nothing");
    assertThat(spark.sparkContext().getPersistentRDDs().isEmpty()).isTrue();
    classifier.setSettings();
    assertThat(classifier.setSeed(9).fit(table(Digits.Form.VECTOR, 0)).summary().objectiveHistory())
        .isNotEmpty();
  }

  @Test
  void whateverDecidesTheWeightsHasCheckpointsOfItsOwn() throws Exception {
    Dataset<Row> table =
        table(Digits.Form.FLOATS, 0)
            .withColumn("va", functions.expr("id % 9 = 0"))
            .withColumn("vb", functions.expr("id % 9 = 1"));
    List<UnaryOperator<ConvoyClassifier>> fits =
        List.of(
            c -> c,
            c -> c.setFeaturesScale(1),
            c -> c.setFeaturesScale(128),
            c -> c.setValidationIndicatorCol("va"),
            c -> c.setValidationIndicatorCol("vb"),
            c -> c.setShards(8),
            c -> c.setValidationFraction(0.3),
            c -> c.setLearningRate(0.01));
    String checkpoints = folder.resolve("each").toString();
    Set<String> seen = new HashSet<>();
    for (UnaryOperator<ConvoyClassifier> fit : fits) {
      String alone = fit.apply(classifier().setEpochs(1)).fit(table).weightsSha256();
      ConvoyClassifier kept = fit.apply(classifier().setEpochs(1)).setCheckpointDir(checkpoints);
      ConvoyClassificationModel first = kept.fit(table);
      assertThat(first.summary().objectiveHistory()).isNotEmpty();
      assertThat(first.weightsSha256()).isEqualTo(alone);
      ConvoyClassificationModel again = kept.fit(table);
      assertThat(again.summary().objectiveHistory()).isEmpty();
      assertThat(again.weightsSha256()).isEqualTo(alone);
      assertThat(seen.add(alone)).isTrue();
    }
  }

  @Test
  void columnsAndScaleAreTheJobsWhereNoParamIsSet() throws Exception {
    Dataset<Row> table = table(Digits.Form.FLOATS, 0);
    String scaled = classifier().setFeaturesScale(128).fit(table).weightsSha256();
    Dataset<Row> renamed =
        table
            .withColumnRenamed("features", "pixels")
            .withColumnRenamed("label", "digit")
            .withColumnRenamed("id", "key");
    String columns = "columns: {features: pixels, label: digit, key: key, scale: 128}";
    String yaml = job.replace("data: {", "data: {" + columns + ", ");
    ConvoyClassifier classifier = new ConvoyClassifier().setModel(yaml);
    ConvoyClassificationModel model = classifier.fit(renamed);
    assertThat(model.weightsSha256()).isEqualTo(scaled);
    assertThat(model.parent()).isSameAs(classifier);
    assertThat(model.getFeaturesCol()).isEqualTo("pixels");
    assertThat(model.getLabelCol()).isEqualTo("digit");
    assertThat(model.getOrDefault(model.featuresScale())).isEqualTo(128.0);
    assertThat(model.transform(renamed).select("prediction").count()).isEqualTo(90);
    assertThat(classifier.transformSchema(renamed.schema()).fieldNames()).contains("prediction");
    assertThat(classifier().setSettings("data.columns.scale=128").fit(table).weightsSha256())
        .isEqualTo(scaled);
    ConvoyClassifier set = new ConvoyClassifier().setModel(yaml).setKeyCol("id");
    set.setFeaturesCol("features").setLabelCol("label");
    assertThat(set.setFeaturesScale(255).fit(table).weightsSha256()).isEqualTo(commandLine);
    refused(new ConvoyClassifier().setModel(yaml), table, "column 'pixels': does not exist");
    refused(
        classifier().setSettings("data.columns.label=nosuch"),
        table,
        "column 'nosuch': does not exist");
  }

  @Test
  void aRunsScaleIsThatOfItsModel() throws Exception {
    Dataset<Row> table = table(Digits.Form.FLOATS, 0);
    ConvoyClassifier classifier = classifier().setFeaturesScale(128);
    ConvoyClassificationModel fitted = classifier.fit(table);
    Path run = folder.resolve("scaled");
    fitted.save(run.toString());
    Path model = Files.move(run.resolve("data/model.convoy"), run.resolve("model.convoy"));
    Files.deleteIfExists(run.resolve("data/.model.convoy.crc"));
    String yaml = classifier.setSettings("data.columns.scale=128").job().yaml();
    Files.writeString(run.resolve("job.yaml"), yaml);
    List<Row> expected = fitted.transform(table).orderBy("id").collectAsList();
    for (Path path : List.of(run, model)) {
      ConvoyClassificationModel read = ConvoyClassificationModel.fromRun(path.toString());
      assertThat(read.transform(table).orderBy("id").collectAsList()).isEqualTo(expected);
    }
    Files.delete(run.resolve("job.yaml"));
    ConvoyClassificationModel alone = ConvoyClassificationModel.fromRun(run.toString());
    assertThat(alone.getOrDefault(alone.featuresScale())).isEqualTo(255.0);
    assertThat(alone.transform(table).orderBy("id").collectAsList()).isNotEqualTo(expected);
  }

  @Test
  void namesOfClassesAreKeptWithTheHead() throws Exception {
    ModelSpec spec = classifier().job().config().model();
    float[] weights = new Network(spec).initialWeights(1);
    String named = folder.resolve("named").toString();
    List<String> names = List.of("ant", "bee", "cat");
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    ModelStore.write(new TrainedModel(spec, 3, names, weights), named, hadoop);
    Dataset<Row> table = table(Digits.Form.BYTES, 0);
    ConvoyClassifier classifier = classifier().setSettings("model.startFrom=" + named);
    classifier.fit(table).save(folder + "/kept");
    assertThat(ModelStore.read(folder + "/kept", hadoop).classNames()).isEqualTo(names);
    classifier.setModel(job.replace("units: 3", "units: 4")).fit(table).save(folder + "/new");
    assertThat(ModelStore.read(folder + "/new", hadoop).classNames()).isEmpty();
  }
}
