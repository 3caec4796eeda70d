package dev.convoy.spark.ml;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.spark.data.table.FeatureReader;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.classification.ProbabilisticClassificationModel;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.util.SchemaUtils$;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The columns that a model reads and writes; empty names are not written.
 *
 * @param features examples
 * @param raw logarithms of the probabilities
 * @param probability of each class
 * @param prediction the class
 */
record Columns(String features, String raw, String probability, String prediction)
    implements Serializable {

  static Columns of(ConvoyClassifier stage) {
    return new Columns(
        stage.getFeaturesCol(),
        stage.getRawPredictionCol(),
        stage.getProbabilityCol(),
        stage.getPredictionCol());
  }

  static Columns of(ProbabilisticClassificationModel<?, ?> stage) {
    return new Columns(
        stage.getFeaturesCol(),
        stage.getRawPredictionCol(),
        stage.getProbabilityCol(),
        stage.getPredictionCol());
  }

  /**
   * The fields of {@code schema}, then those that are written, in their order; Spark moves fields
   * whose metadata it updates.
   *
   * @param all has them all in any order
   */
  StructType last(StructType schema, StructType all) {
    StructType result = schema;
    for (String name : List.of(raw, probability, prediction)) {
      result = name.isEmpty() ? result : result.add(all.apply(name));
    }
    return result;
  }

  /**
   * {@code rows} with the metadata of {@code schema}, which a step over whole rows loses: labels of
   * an index, comments, a stream's watermark.
   */
  static Dataset<Row> withMetadata(Dataset<Row> rows, StructType schema) {
    StructField[] fields = schema.fields();
    boolean nothing = Arrays.stream(fields).allMatch(f -> f.metadata().equals(Metadata.empty()));
    long names =
        Arrays.stream(fields).map(f -> f.name().toLowerCase(Locale.ROOT)).distinct().count();
    if (nothing || names < fields.length) {
      return rows;
    }
    return rows.select(
        Arrays.stream(fields)
            .map(f -> rows.col(quoted(f.name())).as(f.name(), f.metadata()))
            .toArray(Column[]::new));
  }

  /**
   * What the classes are called, if {@code labels} are the numbers that an indexer gave to names;
   * empty if it gave more than the model has outputs.
   */
  static List<String> names(StructField labels, int outputs) {
    return Attribute.fromStructField(labels) instanceof NominalAttribute nominal
            && nominal.values().isDefined()
            && nominal.values().get().length <= outputs
        ? List.of(nominal.values().get())
        : List.of();
  }

  /** A name as SQL reads it, whatever is in it. */
  private static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  /**
   * {@code schema} with the columns that are written.
   *
   * @throws IllegalArgumentException if the features are missing or of a wrong type or size, or a
   *     column is already there
   */
  StructType append(StructType schema, ModelSpec spec) {
    if (!List.of(schema.fieldNames()).contains(features)) {
      throw new DataException(
          "column '"
              + features
              + "': does not exist, expected one of "
              + String.join(", ", schema.fieldNames()));
    }
    StructField field = schema.apply(features);
    FeatureReader.expectExamples(features, field.dataType());
    if (field.dataType().equals(SQLDataTypes.VectorType())) {
      int size = AttributeGroup.fromStructField(field).size();
      if (size >= 0 && size != spec.input().size()) {
        throw new DataException(
            "column '"
                + features
                + "': got Vectors of "
                + size
                + " numbers, expected "
                + spec.input().size()
                + " for the model's input of "
                + spec.input());
      }
    }
    SchemaUtils$ schemas = SchemaUtils$.MODULE$;
    StructType result = schema;
    if (!raw.isEmpty()) {
      result = schemas.appendColumn(result, raw, SQLDataTypes.VectorType(), false);
    }
    if (!probability.isEmpty()) {
      result = schemas.appendColumn(result, probability, SQLDataTypes.VectorType(), false);
    }
    if (!prediction.isEmpty()) {
      result = schemas.appendColumn(result, prediction, DataTypes.DoubleType, false);
    }
    return result;
  }
}
