package dev.convoy.spark.data.table;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.data.DataException;
import dev.convoy.engine.model.InputRange;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.data.image.Images;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/**
 * Reads one example out of a value of a DataFrame's column: a Vector or an array of numbers, binary
 * (an encoded PNG, JPEG, GIF or BMP, or raw bytes {@code [height][width][channel]}), or Spark's
 * image struct. Images are made the size and the channels of the model's input. For one thread.
 */
public final class FeatureReader implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String column;
  private final Shape shape;
  private final float scale;
  private transient byte[] pixels;
  private transient float[] values;
  private transient boolean bytes;

  /**
   * @param column name, for messages
   * @param shape of an example
   * @param scale the number in a Vector or an array that stands for a full pixel
   * @throws DataException if {@code scale} is not above 0
   */
  public FeatureReader(String column, Shape shape, float scale) {
    this.column = column;
    this.shape = shape;
    this.scale = scale;
    if (!(scale > 0) || !Float.isFinite(scale)) {
      throw new DataException(
          "featuresScale: got " + scale + ", expected a number above 0, for example 255 or 1");
    }
  }

  /**
   * Refuses a column that holds no examples.
   *
   * @throws DataException naming it and its type
   */
  public static void expectExamples(String column, DataType type) {
    boolean known =
        type.equals(SQLDataTypes.VectorType())
            || type instanceof ArrayType array && array.elementType() instanceof NumericType
            || type instanceof BinaryType
            || type instanceof StructType struct
                && List.of(struct.fieldNames())
                    .containsAll(List.of("height", "width", "nChannels", "data"));
    if (!known) {
      throw new DataException(
          "column '"
              + column
              + "': got type "
              + type.catalogString()
              + ", expected a Vector, an array of numbers, binary or Spark's image struct; "
              + cure(column, type));
    }
  }

  /** How to make examples of a column's values. */
  private static String cure(String column, DataType type) {
    if (type instanceof ArrayType array && array.elementType() instanceof ArrayType) {
      return "make one array of the nested ones with flatten(" + column + "), row after row";
    }
    if (type instanceof ArrayType array && array.elementType() instanceof StringType) {
      return "make numbers of text with CAST(" + column + " AS ARRAY<DOUBLE>)";
    }
    if (type instanceof StringType) {
      return "read the files with Spark's binaryFile or image source if it holds paths, or make"
          + " numbers of text with CAST(split("
          + column
          + ", ',') AS ARRAY<DOUBLE>)";
    }
    if (type instanceof StructType struct
        && List.of(struct.fieldNames()).containsAll(List.of("type", "indices", "values"))) {
      return "this is a Vector of Spark's older mllib or one that lost its type: convert it with"
          + " MLUtils.convertVectorColumnsToML, or read it with the schema of a Vector";
    }
    return "assemble columns of numbers with VectorAssembler";
  }

  /**
   * Reads {@code value}, which {@link #isBytes} and what follows then tell of.
   *
   * @throws DataException naming the column, what was got and what was expected
   */
  public void read(Object value) {
    if (value == null) {
      throw wrong("null", "an example; drop or fill such rows");
    }
    if (values == null) {
      values = new float[shape.size()];
      pixels = new byte[shape.size()];
    }
    if (value instanceof Vector vector) {
      numbers(vector.toArray());
    } else if (value instanceof scala.collection.Seq<?> array) {
      numbers(array(array));
    } else if (value instanceof byte[] file) {
      bytes(file);
    } else if (value instanceof Row image) {
      image(image);
    } else {
      throw wrong("a " + value.getClass().getSimpleName(), "an example");
    }
  }

  /** True if the example is {@link #pixels}, false if it is {@link #values}. */
  boolean isBytes() {
    return bytes;
  }

  /** The example in bytes; overwritten by the next one. */
  byte[] pixels() {
    return pixels;
  }

  /** The example in numbers; overwritten by the next one. */
  float[] values() {
    return values;
  }

  /** The number that stands for a full pixel. */
  float scale() {
    return scale;
  }

  /** Smallest and largest value of the example, as shares of a full pixel. */
  public InputRange range() {
    float low = Float.POSITIVE_INFINITY;
    float high = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < shape.size(); i++) {
      float value = bytes ? pixels[i] & 0xff : values[i];
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    float full = bytes ? 255f : scale;
    return new InputRange(low / full, high / full);
  }

  /** Appends the example to {@code batch}. */
  public void addTo(Batch batch, ModelSpec model, float[] table, long id) {
    if (bytes) {
      batch.add(pixels, 0, table, 0, id);
    } else {
      batch.add(values, 0, scale, model.normalization(), 0, id);
    }
  }

  private double[] array(scala.collection.Seq<?> seq) {
    double[] numbers = new double[seq.length()];
    for (int i = 0; i < numbers.length; i++) {
      if (!(seq.apply(i) instanceof Number number)) {
        throw wrong("null at place " + i, "numbers");
      }
      numbers[i] = number.doubleValue();
    }
    return numbers;
  }

  private void numbers(double[] from) {
    expectLength(from.length, "numbers");
    boolean whole = scale == 255f;
    for (int i = 0; i < from.length; i++) {
      float value = (float) from[i];
      if (!Float.isFinite(value)) {
        throw wrong(from[i] + " at place " + i, "a finite number");
      }
      values[i] = value;
      whole &= value >= 0 && value <= 255 && value == (int) value;
    }
    bytes = whole;
    for (int i = 0; whole && i < values.length; i++) {
      pixels[i] = (byte) values[i];
    }
  }

  private void bytes(byte[] from) {
    bytes = true;
    // An encoded image may happen to be as long as raw pixels.
    if (Images.isEncoded(from)) {
      pixels = Images.decode("column '" + column + "'", from, shape);
    } else {
      String instead = Images.instead(from);
      if (from.length != shape.size() && !instead.isEmpty()) {
        throw wrong(
            "no image" + instead,
            shape.size() + " raw pixels for the model's input of " + shape + ", or an image file");
      }
      expectLength(from.length, "bytes");
      System.arraycopy(from, 0, pixels, 0, from.length);
    }
  }

  /** Spark's image: rows of BGR, BGRA or grey, as OpenCV has them. */
  private void image(Row image) {
    for (String field : List.of("height", "width", "nChannels", "data")) {
      if (image.getAs(field) == null) {
        throw wrong(
            "an image whose " + field + " is null", "an image; was it a file that is no image?");
      }
    }
    int height = image.getAs("height");
    int width = image.getAs("width");
    int channels = image.getAs("nChannels");
    byte[] data = image.getAs("data");
    boolean known = channels == 1 || channels == 3 || channels == 4;
    long size = (long) height * width * channels;
    if (!known || height < 1 || width < 1 || data.length != size) {
      throw wrong(
          "an image of " + height + "x" + width + "x" + channels + " in " + data.length + " bytes",
          "height x width x 1, 3 or 4 bytes; was it a file that is no image?");
    }
    Images.Pixels look =
        (x, y) -> {
          int at = (y * width + x) * channels;
          int blue = data[at] & 0xff;
          int green = channels == 1 ? blue : data[at + 1] & 0xff;
          int red = channels == 1 ? blue : data[at + 2] & 0xff;
          int alpha = channels == 4 ? data[at + 3] & 0xff : 255;
          return alpha << 24 | red << 16 | green << 8 | blue;
        };
    bytes = true;
    pixels = Images.fit("column '" + column + "'", look, width, height, shape);
  }

  private void expectLength(int length, String what) {
    if (length != shape.size()) {
      throw wrong(
          length + " " + what,
          shape.size()
              + " for the model's input of "
              + shape
              + (what.equals("numbers")
                  ? "; features of a libsvm file are as many as its option numFeatures says"
                  : ""));
    }
  }

  private DataException wrong(String got, String expected) {
    return new DataException("column '" + column + "': got " + got + ", expected " + expected);
  }
}
