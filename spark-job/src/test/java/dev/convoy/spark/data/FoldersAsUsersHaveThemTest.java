package dev.convoy.spark.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.data.image.TestImages;
import dev.convoy.spark.data.shard.DataCut;
import dev.convoy.spark.data.source.DataPart;
import dev.convoy.spark.data.source.ExampleSource;
import dev.convoy.spark.data.source.OnDamaged;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies in a folder is read, or named; nothing is left out or mistaken without a word. */
class FoldersAsUsersHaveThemTest {
  private static final ModelSpec MODEL = ModelSpec.parse("input 2x2x1\nflatten\ndense units=3");

  private static SparkSession session;
  private static SparkContext spark;
  @TempDir Path folder;

  @BeforeAll
  static void start() {
    spark = SparkForTests.local("local[1]");
    session = SparkSession.builder().getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private void image(String name) throws IOException {
    file(name, TestImages.encode(TestImages.photo(2, 2), "png"));
  }

  private void file(String name, byte... content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  private DataLocation location(String path) {
    return DataLocation.of(folder.resolve(path).toString(), MODEL);
  }

  private TrainingData open(String path) {
    return TrainingData.open(spark, location(path), DataPart.TRAIN, DataCut.shards(2));
  }

  private List<String> notes(String path) {
    try (TrainingData data = open(path)) {
      return data.notes();
    }
  }

  private List<String> classes(String path) {
    return DataSources.classNames(spark, location(path));
  }

  private void refused(String path, String... messages) {
    assertThatThrownBy(() -> open(path))
        .isInstanceOf(DataException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(messages));
  }

  @Test
  void foldersThatAreNumbersAreNumberedAsNumbers() throws IOException {
    for (int i = 26; i >= 0; i--) {
      image("numbers/" + i + "/x.png");
    }
    assertThat(classes("numbers")).isEqualTo(IntStream.range(0, 27).mapToObj(i -> "" + i).toList());
    image("numbers/a/x.png");
    assertThat(classes("numbers")).startsWith("0", "1", "10", "11");
  }

  @Test
  void aClassWithoutImagesIsRefused() throws IOException {
    image("data/cat/1.png");
    file("data/dog/1.webp");
    file("data/dog/2.WEBP");
    Files.createDirectories(folder.resolve("data/eel"));
    refused(
        "data",
        "got folders of classes without images in ",
        ": dog, eel, expected images in each",
        "left out 2 that are no images to read: 2 .webp (dog/1.webp)");
    image("split/cat/1.png");
    image("split/dog/1.png");
    image("split/val/cat/1.png");
    refused("split", ": val, expected images in each", "1 folders within classes (val/cat)");
  }

  @Test
  void whatIsLeftOutIsCountedAndNamed() throws IOException {
    image("data/cat/1.png");
    image("data/dog/1.png");
    assertThat(notes("data")).isEmpty();
    file("data/cat/2.webp");
    file("data/cat/3.webp");
    file("data/cat/notes");
    file("data/cat/.hidden");
    image("data/dog/more/2.png");
    Files.createSymbolicLink(folder.resolve("data/dog/gone.png"), folder.resolve("nowhere"));
    List<String> notes = notes("data");
    assertThat(notes).hasSize(1);
    assertThat(notes.get(0))
        .contains(
            "left out 5 that are no images to read: 2 .webp (cat/2.webp),"
                + " 1 files without an ending (cat/notes), 1 folders within classes (dog/more),"
                + " 1 links that lead nowhere or names that are not text (dog/gone.png)");
  }

  private void damaged() throws IOException {
    for (int i = 0; i < 40; i++) {
      image("data/" + (i < 20 ? "cat/" : "dog/") + i + ".png");
    }
    file("data/cat/3.png");
    file("data/dog/25.png", "<html>not found</html>".getBytes(StandardCharsets.US_ASCII));
    byte[] whole = TestImages.encode(TestImages.photo(60, 40), "jpg");
    file("data/dog/30.jpg", Arrays.copyOf(whole, whole.length / 2));
  }

  @Test
  void allImagesThatCannotBeUsedAreNamedTogether() throws IOException {
    damaged();
    refused(
        "data",
        "got 3 images of 41 that cannot be used, expected none:",
        "cat/3.png: got no image but an empty file",
        "dog/25.png: got no image but HTML or XML",
        "dog/30.jpg: got a damaged JPEG (it ends at byte ",
        "set data.onDamaged to skip");
  }

  @Test
  void imagesThatCannotBeUsedAreLeftOutIfThatIsSaid() throws IOException {
    damaged();
    try (TrainingData data =
        TrainingData.open(
            spark, location("data").onDamaged(OnDamaged.SKIP), DataPart.TRAIN, DataCut.shards(2))) {
      assertThat(data.fingerprint().examples()).isEqualTo(38);
      assertThat(data.leftOut()).hasSize(3).allMatch(line -> line.contains(": got "));
      assertThat(data.notes()).hasSize(1);
      assertThat(data.notes().get(0))
          .contains("left out 3 images of 41", "cat/3.png, dog/25.png, dog/30.jpg");
      assertThat(data.names(List.of(3L, 18L, 19L)))
          .containsExactly("cat/11.png", "cat/9.png", "dog/20.png");
    }
  }

  @Test
  void tooManyThatCannotBeUsedAreRefused() throws IOException {
    damaged();
    file("data/cat/1.png");
    file("data/cat/2.png");
    DataLocation skips = location("data").onDamaged(OnDamaged.SKIP);
    assertThatThrownBy(() -> TrainingData.open(spark, skips, DataPart.TRAIN, DataCut.shards(2)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("data.onDamaged: got 5 images of 41 that cannot be used");
    file("data/eel/1.png");
    file("data/cat/1.png", TestImages.encode(TestImages.photo(2, 2), "png"));
    file("data/cat/2.png", TestImages.encode(TestImages.photo(2, 2), "png"));
    assertThatThrownBy(() -> TrainingData.open(spark, skips, DataPart.TRAIN, DataCut.shards(2)))
        .hasMessageContaining("got a class of which no image can be used, that of eel/1.png");
  }

  @Test
  void foldersBesideTrainAreNamed() throws IOException {
    image("data/train/cat/1.png");
    image("data/val/cat/1.png");
    image("data/test/cat/1.png");
    assertThat(notes("data")).hasSize(1);
    assertThat(notes("data").get(0)).contains("the folder val beside train in ", " is not read");
  }

  @Test
  void classesMayBeCalledAsPartsOrFilesAre() throws IOException {
    for (String name : List.of("bus", "car", "train", "cat-images")) {
      image("vehicles/" + name + "/1.png");
    }
    file("vehicles/my-images.zip");
    assertThat(classes("vehicles")).containsExactly("bus", "car", "cat-images", "train");
    try (TrainingData data = open("vehicles")) {
      assertThat(data.fingerprint().examples()).isEqualTo(4);
    }
    image("flat/train/1.png");
    image("flat/val/1.png");
    refused("flat", "got images without folders of classes in ", "/flat/train");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "emnist-letters-train-labels-idx1-ubyte.gz;labels begin at 1",
        "qmnist-train-labels-idx2-int;write the first of them as idx1-ubyte",
        "train.bin;CIFAR-100's train.bin has two labels a record",
        "my-images.zip;unpack my-images.zip",
        "digits.csv;digits.csv is read as a table of Spark SQL"
      })
  void filesThatAreNotReadSayWhatIsNearest(String given) throws IOException {
    String[] parts = given.split(";");
    file("data/" + parts[0], (byte) 1);
    refused("data", "got nothing to read in ", parts[1]);
  }

  private Dataset<Row> table(int rows) {
    return session
        .range(rows)
        .select(
            functions.expr("array(id, 0, 0, 0)").as("features"),
            functions.expr("id % 3").as("label"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"d[1]", "q?x", "solo[2]", "a*", "{b,c}", "back\\slash"})
  void pathsOfParquetAreNoPatterns(String name) throws IOException {
    for (String other : List.of("d1", "qax", "qbx", "solo2", "ab", "b", "c")) {
      table(50).write().parquet(folder + "/" + other);
    }
    table(6).coalesce(1).write().parquet(folder + "/made");
    Files.move(folder.resolve("made"), folder.resolve(name));
    try (TrainingData data = open(name)) {
      assertThat(data.fingerprint().examples()).isEqualTo(6);
    }
    table(9).write().partitionBy("label").parquet(folder + "/parts");
    Files.move(folder.resolve("parts"), folder.resolve(name + "parts"));
    try (TrainingData data = open(name + "parts")) {
      assertThat(data.fingerprint().examples()).isEqualTo(9);
    }
  }

  @Test
  void tablesThatSayWhichFilesCountAreRefused() throws IOException {
    table(6).write().parquet(folder + "/delta");
    file("delta/_delta_log/00000000000000000000.json", (byte) '{');
    refused("delta", "got the Delta table ", "read it as table:NAME with Delta's package");
  }

  @Test
  void damagedParquetIsAMistakeOfData() throws IOException {
    file(
        "footer/part-0.parquet",
        "this is no file of Parquet, though it is called so".getBytes(StandardCharsets.US_ASCII));
    refused("footer", "data.path: ", "part-0.parquet", "fetch or write them again");
    table(500).coalesce(1).write().parquet(folder + "/pages");
    try (java.util.stream.Stream<Path> files = Files.list(folder.resolve("pages"))) {
      for (Path file : files.toList()) {
        if (file.toString().endsWith(".crc")) {
          Files.delete(file);
        } else if (file.toString().endsWith(".parquet")) {
          byte[] bytes = Files.readAllBytes(file);
          Arrays.fill(bytes, 4, bytes.length / 2, (byte) 0x55);
          Files.write(file, bytes);
        }
      }
    }
    refused("pages", "data.path: ", ".parquet", "fetch or write them again");
  }

  @Test
  void partitionsThatDoNotFitEachOtherAreAMistakeOfData() throws IOException {
    table(3).write().parquet(folder + "/mixed/a=1");
    table(3).write().parquet(folder + "/mixed/b=1");
    refused("mixed", "data.path: ");
  }

  @Test
  void aFileSystemThatIsNotThereSaysWhatToAdd() {
    for (String path : List.of("s3a://bucket/data", "abfss://c@a.dfs.core.windows.net/x")) {
      String jar = path.startsWith("s3a") ? "hadoop-aws:" : "hadoop-azure:";
      assertThatThrownBy(
              () ->
                  TrainingData.open(
                      spark, DataLocation.of(path, MODEL), DataPart.TRAIN, DataCut.shards(2)))
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith("data.path: got '" + path + "': ")
          .hasMessageContaining("; add --packages org.apache.hadoop:" + jar);
    }
    assertThatThrownBy(
            () ->
                TrainingData.open(
                    spark, DataLocation.of("hftp://h/x", MODEL), DataPart.TRAIN, DataCut.shards(2)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("write webhdfs: in its place");
  }

  @Test
  void labelsThatBeginAtOneAreToldSo() {
    table(30).withColumn("label", functions.expr("label + 1")).write().parquet(folder + "/ones");
    assertThatThrownBy(
            () ->
                TrainingData.openForEvaluation(spark, location("ones"), DataPart.TRAIN, 1).close())
        .hasMessageContaining("got 3, expected 0 to 2")
        .hasMessageEndingWith("; labels begin at 1, expected 0: subtract 1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "array(array(1,2),array(3,4));flatten(features)",
        "array('1','2','3','4');CAST(features AS ARRAY<DOUBLE>)",
        "'1,2,3,4';CAST(split(features",
        "named_struct('type',1Y,'size',4,'indices',array(0),'values',array(1.0D));mllib",
        "struct(1,2);VectorAssembler"
      })
  void aColumnThatHoldsNoExamplesSaysHowToMakeThem(String given) {
    String[] parts = given.split(";");
    session
        .range(3)
        .select(functions.expr(parts[0]).as("features"), functions.expr("0").as("label"))
        .write()
        .parquet(folder + "/wrong");
    refused("wrong", "column 'features': got type ", parts[1]);
    assertThatThrownBy(() -> open("wrong"))
        .satisfies(
            e ->
                assertThat(e.getMessage().contains("VectorAssembler"))
                    .isEqualTo(parts[1].equals("VectorAssembler")));
  }

  @Test
  void namesOfWhatWasReadDoNotChange() throws IOException {
    image("data/cat/b.png");
    image("data/cat/a.png");
    image("data/dog/1.png");
    ExampleSource source = DataSources.examples(spark, location("data"), DataPart.TRAIN);
    assertThat(List.of(source.name(0), source.name(1), source.name(2)))
        .containsExactly("cat/a.png", "cat/b.png", "dog/1.png");
    source.close();
  }
}
