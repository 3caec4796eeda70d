package dev.convoy.spark.data.table;

import dev.convoy.engine.data.DataException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/** Labels of a table that are texts: names of classes, numbered as folders of images are. */
public final class LabelNames {
  private static final int MOST = 10_000;

  private LabelNames() {}

  /**
   * The names in column {@code label}, each once and in no order; empty if it is no column of
   * texts.
   *
   * @throws DataException if there are more than any network could tell apart
   */
  public static List<String> of(Dataset<Row> table, String label) {
    if (!areTexts(table, label)) {
      return List.of();
    }
    Column column = TableColumns.column(label);
    List<String> names =
        table
            .select(column)
            .where(column.isNotNull())
            .distinct()
            .limit(MOST + 1)
            .collectAsList()
            .stream()
            .map(row -> row.getString(0))
            .toList();
    if (names.size() > MOST) {
      throw new DataException(
          "column '"
              + label
              + "': got more than "
              + MOST
              + " different texts, expected the names of classes; data.columns.label names another"
              + " column");
    }
    return names;
  }

  private static boolean areTexts(Dataset<Row> table, String label) {
    return !label.isEmpty()
        && List.of(table.schema().fieldNames()).contains(label)
        && table.schema().apply(label).dataType().equals(DataTypes.StringType);
  }

  /**
   * {@code table} with the place of each name in {@code names} in its stead, and their number for
   * one that is not among them; as it is if the labels are no texts.
   */
  public static Dataset<Row> numbered(Dataset<Row> table, String label, List<String> names) {
    if (!areTexts(table, label)) {
      return table;
    }
    List<Column> pairs = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      pairs.add(functions.lit(names.get(i)));
      pairs.add(functions.lit(i));
    }
    Column column = TableColumns.column(label);
    Column known =
        names.isEmpty()
            ? functions.lit(null).cast(DataTypes.IntegerType)
            : functions.try_element_at(functions.map(pairs.toArray(Column[]::new)), column);
    Column number =
        functions
            .when(column.isNotNull(), functions.coalesce(known, functions.lit(names.size())))
            .cast(DataTypes.IntegerType);
    Column[] columns =
        Stream.of(table.schema().fieldNames())
            .map(name -> name.equals(label) ? number.as(label) : TableColumns.column(name))
            .toArray(Column[]::new);
    return table.select(columns);
  }

  /**
   * Refuses a table with a name that is not in {@code names}.
   *
   * @throws DataException naming one, and what was expected
   */
  public static void expectKnown(Dataset<Row> table, String label, List<String> names) {
    for (String name : of(table, label)) {
      if (!names.contains(name)) {
        throw new DataException(
            "column '"
                + label
                + "': got the class '"
                + name
                + "', expected one of those that the model knows: "
                + String.join(", ", names));
      }
    }
  }
}
