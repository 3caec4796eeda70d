package dev.convoy.spark.ml;

import dev.convoy.spark.data.table.FeatureReader;
import dev.convoy.spark.predict.ForwardPass;
import dev.convoy.spark.predict.Probabilities;
import java.io.Serializable;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;

/** A model as SQL functions of one example. */
final class SqlFunctions {
  private SqlFunctions() {}

  static void register(
      SparkSession spark,
      String name,
      ForwardPass.Recipe recipe,
      FeatureReader reader,
      double[] thresholds) {
    One one = new One(recipe, reader);
    UDF1<Object, Double> prediction =
        features -> Probabilities.argmax(one.probabilities(features), thresholds);
    UDF1<Object, double[]> probability = one::probabilities;
    spark.udf().register(name, prediction, DataTypes.DoubleType);
    spark
        .udf()
        .register(
            name + "_probability", probability, DataTypes.createArrayType(DataTypes.DoubleType));
  }

  /** Predicts one example at a time, in whichever thread Spark calls it. */
  private static final class One implements Serializable {
    private static final long serialVersionUID = 1L;
    private final ForwardPass.Recipe recipe;
    private final FeatureReader reader;
    private transient ForwardPass forward;

    One(ForwardPass.Recipe recipe, FeatureReader reader) {
      this.recipe = recipe;
      this.reader = reader;
    }

    synchronized double[] probabilities(Object features) {
      if (forward == null) {
        forward = recipe.start(1);
      }
      reader.read(features);
      forward.clear();
      forward.add(reader);
      forward.run();
      return forward.probabilities(0);
    }
  }
}
