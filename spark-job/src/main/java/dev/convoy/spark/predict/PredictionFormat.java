package dev.convoy.spark.predict;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * How predictions are written: as lines of CSV or JSON, or as rows of a table. A model of several
 * outputs has columns for each, named after it; in JSON and tables an object, whose name has the
 * output's number behind it where there is another of that name, in whatever case: {@code name.0}.
 *
 * @param labelled true if the data says what is right
 * @param classNames of the only output; empty if its classes have numbers only
 * @param nameColumn what an example's name is called: the key of a table by its own name; {@code
 *     name} if that is empty or another column is called so
 */
public record PredictionFormat(
    Kind kind,
    List<ModelOutput> heads,
    boolean labelled,
    List<String> classNames,
    String nameColumn)
    implements Serializable {
  private static final String NAME = "name";

  /** Names of columns that mean something else, in small letters. */
  private static final Pattern TAKEN =
      Pattern.compile("|index|label|prediction|class|probabilities|p[0-9]+");

  /** What a file's name asks for. */
  public enum Kind {
    /** Comma-separated values with a header. */
    CSV,
    /** An object a line. */
    JSON,
    /** A folder of Parquet files. */
    PARQUET
  }

  /** Checks and copies what is given. */
  public PredictionFormat {
    classNames = heads.size() == 1 ? List.copyOf(classNames) : List.of();
    String lower = nameColumn.toLowerCase(Locale.ROOT);
    boolean taken =
        TAKEN.matcher(lower).matches()
            || heads.stream().anyMatch(head -> head.name().equalsIgnoreCase(lower));
    nameColumn = taken ? NAME : nameColumn;
  }

  /** The line that stands before all others; empty for JSON. */
  public String header() {
    if (kind != Kind.CSV) {
      return "";
    }
    StringBuilder line = new StringBuilder("index,").append(text(nameColumn));
    for (ModelOutput head : heads) {
      String prefix = "," + (heads.size() == 1 ? "" : head.name() + ".");
      line.append(labelled ? prefix + "label" : "").append(prefix).append("prediction");
      line.append(classNames.isEmpty() ? "" : ",class");
      for (int i = 0; i < head.size(); i++) {
        line.append(prefix).append('p').append(i);
      }
    }
    return line.append('\n').toString();
  }

  /**
   * Appends the line of an example.
   *
   * @param labels for each output
   * @param outputs from {@code at} on its values
   */
  void line(StringBuilder to, long index, String name, int[] labels, float[] outputs, int at) {
    boolean json = kind == Kind.JSON;
    to.append(json ? "{\"index\":" : "").append(index);
    to.append(json ? "," + text(nameColumn) + ":" : ",").append(text(name));
    for (int o = 0; o < heads.size(); o++) {
      boolean within = json && heads.size() > 1;
      to.append(within ? "," + text(object(o)) + ":{" : ",");
      line(to, heads.get(o), labels[o], outputs, at);
      to.append(within ? "}" : "");
    }
    to.append(json ? "}\n" : "\n");
  }

  private void line(StringBuilder to, ModelOutput head, int label, float[] outputs, int at) {
    boolean json = kind == Kind.JSON;
    if (labelled) {
      Integer known = known(head, label);
      to.append(json ? "\"label\":" + known : known == null ? "" : known).append(',');
    }
    int predicted = head.predicted(outputs, at);
    to.append(json ? "\"prediction\":" : "").append(predicted);
    if (!classNames.isEmpty()) {
      to.append(json ? ",\"class\":" : ",").append(text(className(predicted)));
    }
    to.append(json ? ",\"probabilities\":[" : "");
    for (int i = 0; i < head.size(); i++) {
      float value = outputs[at + head.first() + i];
      to.append(json && i == 0 ? "" : ",");
      // JSON knows no other numbers.
      to.append(json && !Float.isFinite(value) ? "null" : Float.toString(value));
    }
    to.append(json ? "]" : "");
  }

  /** Labels that the model has no output for mean something else: they are left out. */
  private static Integer known(ModelOutput head, int label) {
    return label < head.size() ? label : null;
  }

  /** Outputs beyond the classes that the training data had are called by their numbers. */
  private String className(int number) {
    return number < classNames.size() ? classNames.get(number) : Integer.toString(number);
  }

  private String text(String value) {
    if (kind == Kind.JSON) {
      return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(value)) + '"';
    }
    boolean plain = value.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? value : '"' + value.replace("\"", "\"\"") + '"';
  }

  /** Columns of a table of predictions. */
  public StructType schema() {
    StructType schema =
        new StructType().add("index", DataTypes.LongType).add(nameColumn, DataTypes.StringType);
    if (heads.size() == 1) {
      return columns(schema);
    }
    for (int o = 0; o < heads.size(); o++) {
      schema = schema.add(object(o), columns(new StructType()));
    }
    return schema;
  }

  /** Name of an output's object: Spark takes names that differ in case only for the same. */
  private String object(int output) {
    String name = heads.get(output).name();
    boolean taken = name.equalsIgnoreCase("index") || name.equalsIgnoreCase(nameColumn);
    for (int o = 0; o < heads.size(); o++) {
      taken |= o != output && name.equalsIgnoreCase(heads.get(o).name());
    }
    // No output's own name has a dot in it.
    return taken ? name + "." + output : name;
  }

  private StructType columns(StructType to) {
    StructType labels = labelled ? to.add("label", DataTypes.IntegerType) : to;
    StructType predictions = labels.add("prediction", DataTypes.IntegerType);
    StructType named =
        classNames.isEmpty() ? predictions : predictions.add("class", DataTypes.StringType);
    return named.add("probabilities", DataTypes.createArrayType(DataTypes.FloatType, false));
  }

  /** A row of such a table; as {@link #line}. */
  Row row(long index, String name, int[] labels, float[] outputs, int at) {
    Object[][] values = new Object[heads.size()][];
    for (int o = 0; o < values.length; o++) {
      values[o] = values(heads.get(o), labels[o], outputs, at);
    }
    Object[] row = new Object[2 + (values.length == 1 ? values[0].length : values.length)];
    row[0] = index;
    row[1] = name;
    for (int i = 2; i < row.length; i++) {
      row[i] = values.length == 1 ? values[0][i - 2] : RowFactory.create(values[i - 2]);
    }
    return RowFactory.create(row);
  }

  private Object[] values(ModelOutput head, int label, float[] outputs, int at) {
    Float[] probabilities = new Float[head.size()];
    for (int i = 0; i < probabilities.length; i++) {
      probabilities[i] = outputs[at + head.first() + i];
    }
    int predicted = head.predicted(outputs, at);
    java.util.ArrayList<Object> values = new java.util.ArrayList<>();
    if (labelled) {
      values.add(known(head, label));
    }
    values.add(predicted);
    if (!classNames.isEmpty()) {
      values.add(className(predicted));
    }
    values.add(CollectionConverters.asScala(List.of(probabilities)).toSeq());
    return values.toArray();
  }
}
