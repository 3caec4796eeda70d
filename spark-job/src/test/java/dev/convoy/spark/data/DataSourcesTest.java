package dev.convoy.spark.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.tensor.CounterRandom;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.data.image.Images;
import dev.convoy.spark.data.shard.DataCut;
import dev.convoy.spark.data.shard.Fingerprint;
import dev.convoy.spark.data.shard.PackedShard;
import dev.convoy.spark.data.shard.ShardLayout;
import dev.convoy.spark.data.source.CifarSource;
import dev.convoy.spark.data.source.DataPart;
import dev.convoy.spark.data.source.ExampleSource;
import dev.convoy.spark.data.table.TableColumns;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same examples out of every kind of source. */
class DataSourcesTest {
  private static final int SIDE = 5;
  private static final Shape SHAPE = new Shape(SIDE, SIDE, 1);
  private static final Optional<ModelSpec> MODEL =
      Optional.of(ModelSpec.parse("input 5x5x1\nflatten\ndense units=3"));
  private static final TableColumns KEYED = new TableColumns("features", "label", "id", "");
  private static SparkSession session;
  private static SparkContext spark;
  @TempDir Path folder;

  @BeforeAll
  static void start() {
    session = SparkForTests.session("local[2]");
    spark = session.sparkContext();
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  private static Fingerprint fingerprint(Object path, DataPart part) {
    DataLocation location = new DataLocation(path.toString(), KEYED, 255f, MODEL);
    try (TrainingData data =
        TrainingData.open(
            spark, location, part, DataCut.shards(7).partitions(3).seed(5).heldOut(0.3))) {
      assertThat(data.trainingExamples() + data.heldOutExamples())
          .isEqualTo(data.fingerprint().examples());
      int rows = 0;
      for (PackedShard shard : data.shards().toJavaRDD().collect()) {
        rows += shard.size();
        ShardLayout layout = new ShardLayout(data.fingerprint().examples(), 7, 5, 0.3);
        for (int i = 0; i < shard.size(); i++) {
          assertThat(layout.shardOf(shard.indexes()[i])).isEqualTo(shard.shard());
          assertThat(layout.heldOut(shard.indexes()[i])).isEqualTo(i >= shard.training());
        }
      }
      assertThat(rows).isEqualTo(data.fingerprint().examples());
      return data.fingerprint();
    }
  }

  private static byte[] image(int index) {
    byte[] pixels = new byte[SIDE * SIDE];
    for (int j = 0; j < pixels.length; j++) {
      pixels[j] = (byte) CounterRandom.bits(index, j);
    }
    return pixels;
  }

  /** Images 0 to 59, twenty of each class, class by class. */
  private void idx(Path to) throws IOException {
    Files.createDirectories(to);
    byte[] pixels = new byte[60 * SIDE * SIDE];
    byte[] labels = new byte[60];
    for (int i = 0; i < 60; i++) {
      System.arraycopy(image(i), 0, pixels, i * SIDE * SIDE, SIDE * SIDE);
      labels[i] = (byte) (i / 20);
    }
    IdxWriter.write(
        to.resolve("train-images-idx3-ubyte"), IdxWriter.head(0x803, 60, SIDE, SIDE), pixels);
    IdxWriter.write(to.resolve("train-labels-idx1-ubyte"), IdxWriter.head(0x801, 60), labels);
  }

  private org.apache.spark.sql.Dataset<Row> table() {
    List<Row> rows = new ArrayList<>();
    for (int i = 59; i >= 0; i--) {
      rows.add(RowFactory.create((long) 3 * i, image(i), (short) (i / 20)));
    }
    StructType schema =
        new StructType()
            .add("id", DataTypes.LongType)
            .add("features", DataTypes.BinaryType)
            .add("label", DataTypes.ShortType);
    return session.createDataFrame(rows, schema).repartition(4);
  }

  private static void png(Path folder, String name, byte[] pixels) throws IOException {
    Files.createDirectories(folder);
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setDataElements(0, 0, SIDE, SIDE, pixels);
    ImageIO.write(image, "png", new File(folder.toFile(), name));
  }

  @Test
  void idxParquetTablesAndImageFoldersHoldTheSameExamples() throws IOException {
    idx(folder.resolve("idx"));
    Fingerprint expected = fingerprint(folder.resolve("idx"), DataPart.TRAIN);
    table().write().parquet(folder + "/parquet");
    assertThat(fingerprint(folder.resolve("parquet"), DataPart.TRAIN)).isEqualTo(expected);
    table().write().partitionBy("label").parquet(folder + "/split/train");
    assertThat(fingerprint(folder.resolve("split"), DataPart.TRAIN)).isEqualTo(expected);
    table().createOrReplaceTempView("pictures");
    assertThat(fingerprint("table:pictures", DataPart.TRAIN)).isEqualTo(expected);
    table().write().orc(folder + "/orc");
    assertThat(fingerprint("table:orc.`" + folder + "/orc`", DataPart.TRAIN)).isEqualTo(expected);
    for (int i = 0; i < 60; i++) {
      png(
          folder.resolve("images/train/class " + i / 20),
          String.format(java.util.Locale.ROOT, "%03d.PNG", i),
          image(i));
    }
    Files.writeString(folder.resolve("images/train/class 1/notes.txt"), "no image");
    assertThat(fingerprint(folder.resolve("images"), DataPart.TRAIN)).isEqualTo(expected);
  }

  @Test
  void imagesAreMadeTheSizeAndTheChannelsOfTheModel() throws IOException {
    BufferedImage image = new BufferedImage(4, 2, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 0x204060);
    image.setRGB(1, 0, 0x406080);
    ByteArrayHolder png = ByteArrayHolder.png(image);
    assertThat(Images.decode("x", png.bytes(), new Shape(2, 2, 3)))
        .startsWith(0x30, 0x50, 0x70, 0, 0, 0);
    assertThat(Images.decode("x", png.bytes(), new Shape(2, 4, 1))[0])
        .isEqualTo((byte) Math.round(0.299 * 0x20 + 0.587 * 0x40 + 0.114 * 0x60));
    assertThatThrownBy(() -> Images.decode("x", png.bytes(), new Shape(2, 4, 2)))
        .hasMessageContaining("expected 1 or 3 channels");
  }

  private record ByteArrayHolder(byte[] bytes) {
    static ByteArrayHolder png(BufferedImage image) throws IOException {
      java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
      ImageIO.write(image, "png", out);
      return new ByteArrayHolder(out.toByteArray());
    }
  }

  @Test
  void testFoldersKeepTheNumbersOfTheTrainingClasses() throws IOException {
    png(folder.resolve("train/a"), "1.png", image(1));
    png(folder.resolve("train/b"), "1.png", image(2));
    png(folder.resolve("test/b"), "1.png", image(3));
    ExampleSource test = source(DataPart.TEST);
    int[] labels = new int[1];
    try (ExampleSource.Reader reader = test.open()) {
      reader.read(0, 1, new byte[SIDE * SIDE], labels, 0);
    }
    assertThat(labels[0]).isEqualTo(1);
    assertThat(test.name(0)).isEqualTo("b/1.png");
    png(folder.resolve("test/c"), "1.png", image(3));
    assertThatThrownBy(() -> source(DataPart.TEST))
        .hasMessageContaining("got a folder 'c', expected one of the training classes a, b");
    Files.writeString(folder.resolve("train/a/2.png"), "no image");
    assertThatThrownBy(() -> fingerprint(folder, DataPart.TRAIN))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a/2.png: got no image");
  }

  private boolean hasTest(String path) {
    return DataSources.hasTest(spark, folder.resolve(path).toString());
  }

  private long examples(String path, DataPart part) {
    return fingerprint(folder.resolve(path), part).examples();
  }

  @Test
  void aTestSetInTheFolderOfTheTrainingSetIsNotTrainedOn() throws IOException {
    table().where("label <> 1").write().parquet(folder + "/flat");
    table().where("label = 1").write().parquet(folder + "/flat/test");
    table().where("label <> 1").write().partitionBy("label").parquet(folder + "/split");
    table().where("label = 1").write().partitionBy("label").parquet(folder + "/split/test");
    for (int i = 0; i < 60; i++) {
      String part = i / 20 == 1 ? "test/" : "";
      png(folder.resolve("images/" + part + "class " + i % 2), i + ".png", image(i));
    }
    idx(folder.resolve("idx"));
    for (String kind : List.of("images-idx3-ubyte", "labels-idx1-ubyte")) {
      Files.copy(folder.resolve("idx/train-" + kind), folder.resolve("idx/t10k-" + kind));
    }
    Files.createDirectories(folder.resolve("idx/test/of something else"));
    for (String path : List.of("flat", "split", "images", "idx")) {
      assertThat(hasTest(path)).as(path).isTrue();
      boolean both = path.equals("idx");
      assertThat(examples(path, DataPart.TRAIN)).as(path).isEqualTo(both ? 60 : 40);
      assertThat(examples(path, DataPart.TEST)).as(path).isEqualTo(both ? 60 : 20);
    }
    DataLocation images = new DataLocation(folder + "/images", KEYED, 255f, MODEL);
    assertThat(DataSources.classNames(spark, images)).containsExactly("class 0", "class 1");
  }

  /** Such a name promises nothing: no other file would be read to test than to train. */
  @Test
  void filesAndClassesCalledLikeTestsAreNoTestSet() throws IOException {
    table().coalesce(1).write().parquet(folder + "/table");
    try (java.util.stream.Stream<Path> files = Files.list(folder.resolve("table"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".parquet")).toList()) {
        Path name = folder.resolve("table/test-images-0.parquet");
        Files.move(file, name);
        Files.deleteIfExists(folder.resolve("table/." + file.getFileName() + ".crc"));
      }
    }
    png(folder.resolve("images/test-a"), "1.png", image(1));
    png(folder.resolve("images/t10k-b"), "1.png", image(1));
    png(folder.resolve("parted/train/test"), "1.png", image(1));
    for (String path : List.of("table", "images", "parted", "table/test-images-0.parquet")) {
      assertThat(hasTest(path)).as(path).isFalse();
    }
    assertThat(examples("table", DataPart.TRAIN)).isEqualTo(60);
    assertThat(examples("images", DataPart.TRAIN)).isEqualTo(2);
    assertThat(examples("parted", DataPart.TRAIN)).isEqualTo(1);
    assertThatThrownBy(() -> examples("parted", DataPart.TEST))
        .hasMessageContaining("/test beside it, expected a test set");
  }

  /** Executors start in other folders than the driver. */
  @Test
  void relativePathsAreReadFromWhereverAnExecutorStarts() throws IOException {
    idx(folder.resolve("here/idx"));
    png(folder.resolve("here/images/a"), "1.png", image(1));
    FileSystem files = FileSystem.getLocal(spark.hadoopConfiguration());
    org.apache.hadoop.fs.Path before = files.getWorkingDirectory();
    try {
      for (boolean labelled : new boolean[] {true, false}) {
        for (String path : List.of("idx", "images", "idx/train-images-idx3-ubyte")) {
          if (labelled && path.endsWith("ubyte")) {
            continue;
          }
          files.setWorkingDirectory(new org.apache.hadoop.fs.Path(folder + "/here"));
          DataLocation location = new DataLocation(path, KEYED, 255f, MODEL);
          ExampleSource source = DataSources.examples(spark, location, DataPart.TRAIN, labelled);
          files.setWorkingDirectory(new org.apache.hadoop.fs.Path(folder.toString()));
          byte[] pixels = new byte[SIDE * SIDE];
          try (ExampleSource.Reader reader = source.open()) {
            reader.read(0, 1, pixels, new int[1], 0);
          }
          assertThat(pixels).as(path).isEqualTo(image(path.equals("images") ? 1 : 0));
          source.close();
        }
      }
    } finally {
      files.setWorkingDirectory(before);
    }
  }

  private ExampleSource source(DataPart part) {
    return DataSources.examples(
        spark, new DataLocation(folder.toString(), KEYED, 255f, MODEL), part);
  }

  @Test
  void cifarsPlanesBecomePixels() throws IOException {
    byte[] records = new byte[5 * CifarSource.RECORD];
    for (int i = 0; i < 5; i++) {
      records[i * CifarSource.RECORD] = (byte) i;
      records[i * CifarSource.RECORD + 1] = (byte) (10 + i);
      records[i * CifarSource.RECORD + 1 + 1024] = (byte) (20 + i);
      records[i * CifarSource.RECORD + 1 + 2048] = (byte) (30 + i);
    }
    int half = 2 * CifarSource.RECORD;
    Files.write(folder.resolve("data_batch_2.bin"), Arrays.copyOf(records, half));
    Files.write(
        folder.resolve("data_batch_10.bin"), Arrays.copyOfRange(records, half, records.length));
    ExampleSource cifar = source(DataPart.TRAIN);
    assertThat(cifar.examples()).isEqualTo(5);
    assertThat(cifar.shape()).isEqualTo(new Shape(32, 32, 3));
    byte[] pixels = new byte[3 * 3072];
    int[] labels = new int[3];
    try (ExampleSource.Reader reader = cifar.open()) {
      reader.read(1, 3, pixels, labels, 0);
    }
    assertThat(labels).containsExactly(1, 2, 3);
    assertThat(Arrays.copyOf(pixels, 4)).containsExactly(11, 21, 31, 0);
    assertThat(Arrays.copyOfRange(pixels, 6144, 6148)).containsExactly(13, 23, 33, 0);
    assertThat(cifar.name(2)).isEqualTo("data_batch_10.bin#0");
    DataLocation location = new DataLocation(folder.toString(), KEYED, 255f, MODEL);
    assertThat(DataSources.classNames(spark, location)).isEmpty();
    Files.writeString(folder.resolve("batches.meta.txt"), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
    assertThat(DataSources.classNames(spark, location)).hasSize(10).startsWith("a", "b");
    try (TrainingData data =
        TrainingData.of(spark, cifar, DataCut.shards(3).partitions(2).seed(1).heldOut(0.5))) {
      assertThat(data.fingerprint().classes()).isEqualTo(5);
    }
    assertThatThrownBy(() -> source(DataPart.TEST)).hasMessageContaining("test_batch.bin");
    records[CifarSource.RECORD] = 11;
    Files.write(folder.resolve("data_batch_2.bin"), Arrays.copyOf(records, half));
    assertThatThrownBy(() -> fingerprint(folder, DataPart.TRAIN))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("data_batch_2.bin: offset 3073: label out of range: got 11");
    Files.write(folder.resolve("data_batch_2.bin"), Arrays.copyOf(records, half - 1));
    assertThatThrownBy(() -> source(DataPart.TRAIN))
        .hasMessageContaining("got 6145 bytes, expected a multiple of 3073");
  }

  @Test
  void whatIsNoDataIsToldWhatDataIs() throws IOException {
    assertThatThrownBy(() -> fingerprint("table:nosuch", DataPart.TRAIN))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("data.path: got 'table:nosuch'")
        .hasMessageContaining("nosuch");
    assertThatThrownBy(() -> source(DataPart.TRAIN))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("got nothing to read in ")
        .hasMessageContaining("expected IDX files");
    Files.createDirectory(folder.resolve("empty"));
    assertThatThrownBy(() -> source(DataPart.TRAIN))
        .hasMessageContaining("got folders without images");
    Files.writeString(folder.resolve("x.csv"), "1,2");
    assertThatThrownBy(() -> fingerprint(folder.resolve("x.csv"), DataPart.TRAIN))
        .hasMessageContaining("got the file ")
        .hasMessageContaining("expected its folder");
  }

  @Test
  void rowsOfEqualKeyComeInTheOrderOfTheirContents() {
    org.apache.spark.sql.Dataset<Row> same =
        table().withColumn("id", org.apache.spark.sql.functions.lit(1));
    Fingerprint one = rows(same.repartition(2));
    assertThat(rows(same.repartition(5).orderBy("label"))).isEqualTo(one);
    assertThat(rows(same.limit(59))).isNotEqualTo(one);
  }

  private static Fingerprint rows(org.apache.spark.sql.Dataset<Row> table) {
    try (TrainingData data =
        TrainingData.of(
            table, KEYED, SHAPE, 255f, DataCut.shards(7).partitions(3).seed(5).heldOut(0.3))) {
      return data.fingerprint();
    }
  }
}
