package dev.convoy.spark.data.table;

import dev.convoy.engine.data.DataException;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.catalyst.expressions.RowOrdering;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;

/**
 * Which columns of a table hold what.
 *
 * @param features the examples, as {@link FeatureReader} reads them
 * @param label class numbers from 0, of any numeric type; empty if there are none, to predict only
 * @param key the rows' order, of any type that can be sorted; empty for the order of the contents'
 *     hash
 * @param heldOut true for a row that is for validation; empty if the seed draws them
 */
public record TableColumns(String features, String label, String key, String heldOut)
    implements Serializable {

  /** What Spark's own stages call them, and no key. */
  public static final TableColumns STANDARD = new TableColumns("features", "label", "", "");

  /**
   * Refuses a table that lacks one of the columns, or holds in it what it cannot.
   *
   * @throws DataException naming the column, its type, and what was expected
   */
  public void check(StructType schema) {
    FeatureReader.expectExamples(features, type(schema, features));
    if (!label.isEmpty()) {
      DataType labels = type(schema, label);
      expect(labels instanceof NumericType, label, labels, "numbers; see StringIndexer");
    }
    if (!key.isEmpty()) {
      DataType keys = type(schema, key);
      expect(RowOrdering.isOrderable(keys), key, keys, "one that can be sorted");
    }
    if (!heldOut.isEmpty()) {
      DataType marks = type(schema, heldOut);
      expect(marks instanceof BooleanType, heldOut, marks, "true or false");
    }
  }

  private static void expect(boolean right, String column, DataType got, String expected) {
    if (!right) {
      throw new DataException(
          "column '" + column + "': got type " + got.catalogString() + ", expected " + expected);
    }
  }

  /** The column called {@code name}, whatever letters that has. */
  static Column column(String name) {
    return functions.col("`" + name.replace("`", "``") + "`");
  }

  /** Type of a column that must be there. */
  static DataType type(StructType schema, String name) {
    if (!List.of(schema.fieldNames()).contains(name)) {
      throw new DataException(
          "column '"
              + name
              + "': does not exist, expected one of "
              + String.join(", ", schema.fieldNames()));
    }
    return schema.apply(name).dataType();
  }
}
