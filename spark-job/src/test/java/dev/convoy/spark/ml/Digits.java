package dev.convoy.spark.ml;

import dev.convoy.engine.data.IdxReader;
import dev.convoy.engine.data.ImageSet;
import dev.convoy.spark.data.IdxWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Tiny made-up digits as an IDX pair and, the same ones, as a DataFrame. */
final class Digits {
  static final int SIDE = 6;
  static final int CLASSES = 3;

  static final String JOB =
      """
      data: {path: "%s", shards: 5, validationFraction: 0.2}
      model:
        input: 6x6x1
        normalize: {mean: 0.5, deviation: 0.5}
        layers:
          - conv2d: {filters: 2, kernel: 3}
          - relu
          - flatten
          - dropout: {rate: 0.1}
          - dense: {units: 3}
      training: {epochs: 2, batchSize: 16, microBatch: 8, seed: 3}
      optimizer: {type: momentum, learningRate: 0.05}
      """;

  /** What a DataFrame may hold examples as. */
  enum Form {
    VECTOR(SQLDataTypes.VectorType()),
    FLOATS(new ArrayType(DataTypes.FloatType, false)),
    BYTES(DataTypes.BinaryType),
    IMAGE(
        new StructType()
            .add("origin", DataTypes.StringType)
            .add("height", DataTypes.IntegerType)
            .add("width", DataTypes.IntegerType)
            .add("nChannels", DataTypes.IntegerType)
            .add("mode", DataTypes.IntegerType)
            .add("data", DataTypes.BinaryType));

    final DataType type;

    Form(DataType type) {
      this.type = type;
    }

    Object of(byte[] pixels) {
      double[] numbers = new double[pixels.length];
      Float[] floats = new Float[pixels.length];
      for (int i = 0; i < pixels.length; i++) {
        numbers[i] = pixels[i] & 0xff;
        floats[i] = (float) (pixels[i] & 0xff);
      }
      return switch (this) {
        case VECTOR -> Vectors.dense(numbers);
        case FLOATS -> Arrays.asList(floats);
        case BYTES -> pixels;
        case IMAGE -> RowFactory.create("", SIDE, SIDE, 1, 0, pixels);
      };
    }
  }

  private Digits() {}

  /** Writes {@code train} and {@code t10k} files. */
  static Path write(Path folder, int examples) throws IOException {
    Files.createDirectories(folder);
    IdxWriter.pair(folder, "train", examples, SIDE, CLASSES, false);
    IdxWriter.pair(folder, "t10k", examples / 3, SIDE, CLASSES, false);
    return folder;
  }

  private static ImageSet read(Path folder) throws IOException {
    try (InputStream images = Files.newInputStream(folder.resolve("train-images-idx3-ubyte"));
        InputStream labels = Files.newInputStream(folder.resolve("train-labels-idx1-ubyte"))) {
      return IdxReader.read("images", images, "labels", labels, CLASSES);
    }
  }

  /** The training files as rows {@code (id, features, label, name)}, shuffled by {@code seed}. */
  static Dataset<Row> table(SparkSession spark, Path folder, Form form, int seed)
      throws IOException {
    ImageSet set = read(folder);
    int example = set.shape().size();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < set.size(); i++) {
      byte[] pixels = Arrays.copyOfRange(set.pixels(), i * example, (i + 1) * example);
      int label = set.labels()[i];
      rows.add(
          RowFactory.create((long) i, form.of(pixels), label, "class " + (char) ('a' + label)));
    }
    Collections.shuffle(rows, new Random(seed));
    StructType schema =
        new StructType()
            .add("id", DataTypes.LongType)
            .add("features", form.type)
            .add("label", DataTypes.IntegerType)
            .add("name", DataTypes.StringType);
    return spark.createDataFrame(rows, schema).repartition(1 + seed % 4);
  }
}
