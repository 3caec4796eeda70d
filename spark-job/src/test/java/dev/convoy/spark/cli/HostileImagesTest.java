package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.data.image.TestImages;
import dev.convoy.spark.ml.ConvoyClassificationModel;
import dev.convoy.spark.ml.ConvoyClassifier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Image files that cannot be used, at every door: each says the same of them, and none takes them.
 */
class HostileImagesTest {
  private static final String JOB =
      """
      data: {path: "%s", shards: 4, validationFraction: 0, columns: {features: content}}
      model: {input: 8x8x3, layers: [flatten, {dense: {units: 2}}]}
      training: {epochs: 1, batchSize: 8, microBatch: 8}
      """;

  @TempDir static Path folder;

  /** Name, content, and what is said of it. */
  private record Hostile(String name, byte[] content, String reason) {}

  private static List<Hostile> files() throws IOException {
    byte[] jpeg = TestImages.encode(TestImages.photo(120, 90), "jpg");
    byte[] png = TestImages.encode(TestImages.photo(40, 30), "png");
    byte[] wrong = jpeg.clone();
    Arrays.fill(wrong, jpeg.length / 2, jpeg.length / 2 + 400, (byte) 0);
    byte[] bmp = TestImages.encode(TestImages.photo(30, 20), "bmp");
    ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(46, 1 << 28);
    byte[] gif = TestImages.encode(TestImages.photo(30, 20), "gif");
    byte[][] blocks = new byte[50_001][];
    Arrays.fill(blocks, new byte[] {0x21, (byte) 0xfe, 1, 'x', 0});
    blocks[0] = Arrays.copyOf(gif, gif.length - 1);
    byte[] header = ByteBuffer.allocate(13).putInt(50_000_000).putInt(1).put((byte) 8).array();
    byte[] wide =
        TestImages.join(
            Arrays.copyOf(png, 8),
            TestImages.chunk("IHDR", header),
            TestImages.chunk("IEND", new byte[0]));
    return List.of(
        new Hostile("empty.png", new byte[0], "got no image but an empty file"),
        new Hostile(
            "page.jpg",
            "<html>gone</html>".getBytes(StandardCharsets.UTF_8),
            "got no image but HTML or XML"),
        new Hostile("cut.jpg", Arrays.copyOf(jpeg, jpeg.length * 6 / 10), "it ends at byte "),
        new Hostile("zeros.jpg", wrong, "got a damaged JPEG ("),
        new Hostile("cut.png", Arrays.copyOf(png, png.length * 9 / 10), "it ends at byte "),
        new Hostile("palette.bmp", bmp, "got a palette of 268435456 colours"),
        new Hostile("endless.gif", TestImages.join(blocks), "it ends at byte "),
        new Hostile("wide.png", wide, "50000000 x 1 pixels"));
  }

  private static Path write(Path data, List<Hostile> hostile) throws IOException {
    for (String name : List.of("cat", "dog")) {
      Path images = Files.createDirectories(data.resolve(name));
      for (int i = 0; i < 12; i++) {
        Files.write(
            images.resolve("ok" + i + ".png"),
            TestImages.encode(TestImages.photo(16 + i, name.equals("cat") ? 10 : 30), "png"));
      }
    }
    for (Hostile file : hostile) {
      Files.write(data.resolve("cat").resolve(file.name()), file.content());
    }
    return data;
  }

  @Test
  void trainAndPredictRefuseThem() throws IOException {
    Path good = write(folder.resolve("good"), List.of());
    Path job = Files.writeString(folder.resolve("job.yaml"), JOB.formatted(good));
    String run = folder.resolve("run").toString();
    Cli.run("train", "--config", job.toString(), "--output", run, "--quiet").succeeds();
    for (Hostile hostile : files()) {
      String name = hostile.name();
      Path data = write(folder.resolve("with-" + name), List.of(hostile));
      Cli.run("train", "--config", job.toString(), "--data", data.toString())
          .isMistake(name, hostile.reason());
      Cli.run("predict", "--model", run, "--data", data.resolve("cat").toString())
          .isMistake(name, hostile.reason());
      Cli.run("predict", "--model", run, data.resolve("cat").resolve(name).toString())
          .isMistake(name, hostile.reason());
    }
    // All that are bad are named together.
    Path all = write(folder.resolve("all"), files());
    Cli.run("train", "--config", job.toString(), "--data", all.toString())
        .isMistake(files().stream().map(Hostile::name).toArray(String[]::new));
  }

  @Test
  void stagesAndSqlFunctionsRefuseThem() throws Exception {
    SparkSession spark = SparkForTests.session("local[2]");
    try {
      Path good = write(folder.resolve("table"), List.of());
      ConvoyClassifier classifier =
          new ConvoyClassifier().setModel(JOB.formatted(good)).setFeaturesCol("content");
      ConvoyClassificationModel model = classifier.fit(table(spark, good, null));
      model.register(spark, "animal");
      for (Hostile hostile : files()) {
        Dataset<Row> bad = table(spark, good, hostile);
        bad.createOrReplaceTempView("bad");
        assertThatThrownBy(() -> classifier.fit(bad))
            .as("fit, " + hostile.name())
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(hostile.reason());
        assertThatThrownBy(() -> model.transform(bad).collectAsList())
            .as("transform, " + hostile.name())
            .hasStackTraceContaining(hostile.reason());
        assertThatThrownBy(() -> spark.sql("select animal(content) from bad").collectAsList())
            .as("SQL, " + hostile.name())
            .hasStackTraceContaining(hostile.reason());
      }
    } finally {
      spark.stop();
    }
  }

  private static Dataset<Row> table(SparkSession spark, Path data, Hostile hostile)
      throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int label = 0; label < 2; label++) {
      for (int i = 0; i < 12; i++) {
        Path file = data.resolve(label == 0 ? "cat" : "dog").resolve("ok" + i + ".png");
        rows.add(RowFactory.create(Files.readAllBytes(file), label));
      }
    }
    if (hostile != null) {
      rows.add(RowFactory.create(hostile.content(), 1));
    }
    return spark.createDataFrame(
        rows,
        new StructType().add("content", DataTypes.BinaryType).add("label", DataTypes.IntegerType));
  }
}
