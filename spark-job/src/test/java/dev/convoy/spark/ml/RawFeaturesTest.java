package dev.convoy.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Features as a sensor gives them, far from -1 to 1: clipping is enough to train on them. */
class RawFeaturesTest extends ClassifierCase {
  @ParameterizedTest
  @ValueSource(ints = {1, 64})
  void featuresOfThousandsTrainHoweverTheyAreCut(int shards) throws Exception {
    Dataset<Row> raw =
        table(Digits.Form.FLOATS, 0)
            .where("id < 60")
            .withColumn("features", functions.expr("transform(features, x -> x * 4.0D)"));
    ConvoyClassifier classifier =
        classifier()
            .setFeaturesScale(1)
            .setEpochs(30)
            .setSettings(
                "data.shards=" + shards,
                "data.validationFraction=0",
                "optimizer.learningRate=0.01",
                "optimizer.clipNorm=1");
    ConvoyClassificationModel model = classifier.fit(raw);
    double[] losses = model.summary().objectiveHistory();
    assertThat(losses[0]).isGreaterThan(10);
    long right = model.transform(raw).where("prediction = label").count();
    assertThat(right).isGreaterThanOrEqualTo(40);
    assertThat(classifier.setPartitions(3).fit(raw.repartition(2)).weightsSha256())
        .isEqualTo(model.weightsSha256());
  }
}
