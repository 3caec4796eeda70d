package dev.convoy.spark.data.table;

import dev.convoy.engine.data.DataException;
import dev.convoy.spark.data.shard.ShardStats;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Checks the rows of a table and packs what training needs of each into a few bytes. */
final class RowPacker implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1L;
  private static final int FEATURES = 0;
  private static final int LABEL = 1;
  private static final int HELD_OUT = 2;
  private static final int KEY = 3;

  /** What is packed, in the order in which rows without a key are sorted. */
  static final StructType SCHEMA =
      new StructType()
          .add("hash", DataTypes.LongType)
          .add("label", DataTypes.IntegerType)
          .add("data", DataTypes.BinaryType)
          .add("heldOut", DataTypes.BooleanType);

  private final FeatureReader reader;
  private final TableColumns columns;

  RowPacker(FeatureReader reader, TableColumns columns) {
    this.reader = reader;
    this.columns = columns;
  }

  /** A packed row. It is shuffled, and Spark's Kryo cannot read records: hence no record. */
  static final class Packed implements Serializable {
    private static final long serialVersionUID = 1L;
    private final int label;
    private final byte[] data;
    private final boolean heldOut;

    private Packed(int label, byte[] data, boolean heldOut) {
      this.label = label;
      this.data = data;
      this.heldOut = heldOut;
    }

    static Packed of(Row row) {
      return new Packed(row.getInt(1), row.getAs(2), row.getBoolean(3));
    }

    int label() {
      return label;
    }

    /** A byte for each value, or the four of a float. */
    byte[] data() {
      return data;
    }

    boolean heldOut() {
      return heldOut;
    }
  }

  /** The key of a packed row, as text. */
  static String key(Row packed) {
    Object key = packed.get(SCHEMA.length());
    return key instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : String.valueOf(key);
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Row next() {
        return pack(rows.next());
      }
    };
  }

  /** A refusal names the row, where it has a key. */
  private Row pack(Row row) {
    try {
      return packed(row);
    } catch (DataException e) {
      if (columns.key().isEmpty() || row.isNullAt(KEY)) {
        throw e;
      }
      throw new DataException(
          "row " + columns.key() + "=" + row.get(KEY) + ": " + e.getMessage(), e);
    }
  }

  private Row packed(Row row) {
    reader.read(row.get(FEATURES));
    int label = label(row);
    if (row.isNullAt(HELD_OUT)) {
      throw new DataException(
          "column '" + columns.heldOut() + "': got null, expected true or false");
    }
    byte[] data = reader.isBytes() ? reader.pixels().clone() : bytes(reader.values());
    long hash = hash(label, data);
    boolean heldOut = row.getBoolean(HELD_OUT);
    if (columns.key().isEmpty()) {
      return RowFactory.create(hash, label, data, heldOut);
    }
    if (row.isNullAt(KEY)) {
      throw new DataException(
          "column '"
              + columns.key()
              + "': got null in a row of label "
              + label
              + ", expected a key in every row; find such rows with WHERE "
              + columns.key()
              + " IS NULL");
    }
    return RowFactory.create(hash, label, data, heldOut, row.get(KEY));
  }

  private int label(Row row) {
    if (columns.label().isEmpty()) {
      return 0;
    }
    double label = row.isNullAt(LABEL) ? Double.NaN : row.getDouble(LABEL);
    if (!(label >= 0 && label < ShardStats.MOST_CLASSES && label == (int) label)) {
      throw new DataException(
          "column '"
              + columns.label()
              + "': got "
              + (row.isNullAt(LABEL) ? "null" : String.valueOf(label))
              + ", expected a class number, whole and from 0 to "
              + (ShardStats.MOST_CLASSES - 1)
              + "; StringIndexer makes them of names");
    }
    return (int) label;
  }

  private static byte[] bytes(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  /** FNV-1a with a finaliser; only has to mix. */
  private static long hash(int label, byte[] data) {
    long hash = 0xCBF29CE484222325L ^ label;
    for (byte b : data) {
      hash = (hash ^ b & 0xff) * 0x100000001B3L;
    }
    hash = (hash ^ hash >>> 30) * 0xBF58476D1CE4E5B9L;
    return hash ^ hash >>> 31 ^ Arrays.hashCode(data);
  }
}
