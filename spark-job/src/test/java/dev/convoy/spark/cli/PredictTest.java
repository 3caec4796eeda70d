package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.convoy.engine.data.IdxReader;
import dev.convoy.engine.data.ImageSet;
import dev.convoy.engine.model.ModelFile;
import dev.convoy.spark.SparkForTests;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Predictions of every kind of data, as CSV, JSON and Parquet, with names. */
class PredictTest {
  private static final List<String> CLASSES = List.of("ant", "bee, \"wasp\"", "cat");

  @TempDir static Path folder;
  private static ImageSet set;
  private static Path run;

  /** A model of images in folders, whose classes have names. */
  @BeforeAll
  static void train() throws IOException {
    Path idx = Cli.data(folder.resolve("idx"));
    for (String[] part : new String[][] {{"train", "train"}, {"t10k", "test"}}) {
      try (InputStream images = Files.newInputStream(idx.resolve(part[0] + "-images-idx3-ubyte"));
          InputStream labels = Files.newInputStream(idx.resolve(part[0] + "-labels-idx1-ubyte"))) {
        set = IdxReader.read("images", images, "labels", labels, 0);
      }
      for (int i = 0; i < set.size(); i++) {
        png(folder.resolve("photos/" + part[1] + "/" + CLASSES.get(set.labels()[i])), i);
      }
    }
    run = folder.resolve("run");
    String job = Cli.job(folder, folder.resolve("photos")).toString();
    Cli.run("train", "--config", job, "--output", run.toString(), "--master", "local[2]")
        .succeeds();
  }

  private static byte[] pixels(int i) {
    return Arrays.copyOfRange(set.pixels(), i * 36, (i + 1) * 36);
  }

  private static String file(int i) {
    return String.format(Locale.ROOT, "%03d.png", i);
  }

  private static void png(Path to, int i) throws IOException {
    Files.createDirectories(to);
    BufferedImage image = new BufferedImage(6, 6, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setDataElements(0, 0, 6, 6, pixels(i));
    ImageIO.write(image, "png", new File(to.toFile(), file(i)));
  }

  private static Cli predict(String... more) {
    List<String> all = new ArrayList<>(List.of("predict", "--model", run.toString()));
    all.addAll(List.of("--master", "local[2]"));
    all.addAll(List.of(more));
    return Cli.run(all.toArray(String[]::new));
  }

  /** Probabilities by the number in the image's name. */
  private static Map<Integer, List<Double>> json(Path file) throws IOException {
    Map<Integer, List<Double>> found = new TreeMap<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode one = new ObjectMapper().readTree(line);
      List<Double> probabilities = new ArrayList<>();
      one.get("probabilities").forEach(p -> probabilities.add(p.asDouble()));
      String name = one.get("name").asText();
      found.put(Integer.parseInt(name.replaceAll("[^0-9]", "")), probabilities);
    }
    return found;
  }

  private static Map<Integer, List<Double>> expected() throws IOException {
    Path file = folder.resolve("expected.json");
    if (!Files.exists(file)) {
      predict("--output", file.toString()).succeeds();
    }
    return json(file);
  }

  @Test
  void imagesInFoldersHaveTheirNamesLabelsAndClasses() throws IOException {
    Path csv = folder.resolve("p.csv");
    predict("--output", csv.toString()).succeeds();
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines).hasSize(41).first().isEqualTo("index,name,label,prediction,class,p0,p1,p2");
    String quoted = "\"bee, \"\"wasp\"\"";
    assertThat(lines.get(1))
        .startsWith("0,ant/000.png,0,")
        .containsPattern(",(ant|cat|\"bee, \"\")");
    assertThat(lines.get(15)).startsWith("14," + quoted + "/001.png\",1,");
    long right = 0;
    for (String line : lines.subList(1, 41)) {
      String[] parts = line.replace(", \"\"", "").split(",");
      right += parts[2].equals(parts[3]) ? 1 : 0;
      assertThat(parts[4]).contains(CLASSES.get(Integer.parseInt(parts[3])).substring(0, 3));
    }
    JsonNode result = new ObjectMapper().readTree(run.resolve("result.json").toFile());
    assertThat(right / 40.0).isEqualTo(result.get("testAccuracy").asDouble());

    String model = run.toString();
    Cli evaluated =
        Cli.run("evaluate", "--model", model, "--output", model, "--master", "local[2]").succeeds();
    assertThat(evaluated.out()).containsPattern("\n +1 .* bee, \"wasp\"\r?\n");
    JsonNode evaluation = new ObjectMapper().readTree(run.resolve("evaluation.json").toFile());
    assertThat(evaluation.get("classNames").get(2).asText()).isEqualTo("cat");
    assertThat(evaluation.get("worstMistakes")).isNotEmpty();
    for (JsonNode mistake : evaluation.get("worstMistakes")) {
      String truth = CLASSES.get(mistake.get("truth").asInt());
      assertThat(mistake.get("name").asText()).startsWith(truth + "/").endsWith(".png");
      assertThat(evaluated.out()).contains(mistake.get("name").asText());
    }
    Path one = folder.resolve("photos/test/cat").resolve(file(2));
    Cli shown = Cli.run("predict", "--model", model, "--quiet", one.toString()).succeeds();
    assertThat(shown.out()).containsPattern("002.png: [0-2] (ant|bee, \"wasp\"|cat)");
  }

  @Test
  void imagesWithoutFoldersOfClassesHaveNoLabels() throws IOException {
    Path loose = folder.resolve("loose");
    for (int i = 0; i < 10; i++) {
      png(loose, i);
      png(loose.resolve("monday"), 10 + i);
    }
    Path json = folder.resolve("loose.json");
    predict("--data", loose.toString(), "--output", json.toString()).succeeds();
    String first = Files.readAllLines(json).get(0);
    assertThat(first).startsWith("{\"index\":0,\"name\":\"000.png\",\"prediction\":");
    assertThat(Files.readAllLines(json).get(19)).contains("\"name\":\"monday/019.png\"");
    Map<Integer, List<Double>> wanted = expected();
    wanted.keySet().removeIf(i -> i >= 20);
    assertThat(json(json)).isEqualTo(wanted);
    Cli.run("evaluate", "--model", run.toString(), "--data", loose.toString())
        .isMistake("got a folder 'monday', expected one of the training classes ant");
    Files.delete(loose.resolve("monday").resolve(file(10)));
    Path only = folder.resolve("only");
    png(only, 3);
    Cli.run("evaluate", "--model", run.toString(), "--data", only.toString())
        .isMistake("got images without folders of classes", "predict takes images without classes");
  }

  /** Elsewhere, and without the first class: the model remembers the numbers. */
  @Test
  void classesKeepTheirNumbersInAnotherFolder() throws IOException {
    Path other = folder.resolve("other");
    List<Integer> cats = new ArrayList<>();
    for (int i = 2; i < 40; i += 3) {
      png(other.resolve("cat"), i);
      cats.add(i);
    }
    Cli evaluated =
        Cli.run("evaluate", "--model", run.toString(), "--data", other.toString()).succeeds();
    long right =
        expected().entrySet().stream()
            .filter(e -> cats.contains(e.getKey()))
            .map(Map.Entry::getValue)
            .filter(p -> p.get(2) > p.get(0) && p.get(2) > p.get(1))
            .count();
    String share = String.format(Locale.ROOT, "%.2f %%", 100.0 * right / cats.size());
    assertThat(evaluated.out()).containsPattern("accuracy +" + share).contains("13 examples");
  }

  private static Path table() throws IOException {
    Path table = folder.resolve("table");
    if (!Files.exists(table)) {
      List<Row> rows = new ArrayList<>();
      for (int i = 39; i >= 0; i--) {
        rows.add(RowFactory.create("row, " + file(i), pixels(i), "other"));
      }
      StructType schema =
          new StructType()
              .add("code", DataTypes.StringType)
              .add("pixels", DataTypes.BinaryType)
              .add("more", DataTypes.StringType);
      SparkSession session = SparkForTests.session("local[2]");
      try {
        session.createDataFrame(rows, schema).repartition(3).write().parquet(table.toString());
      } finally {
        session.stop();
      }
    }
    return table;
  }

  /** Under Kryo, too: it knows no records. */
  @Test
  void tablesWithoutLabelsAreNamedByTheirKeyAndWrittenByExecutors() throws IOException {
    Path table = table();
    Path parquet = folder.resolve("p.parquet");
    System.setProperty("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
    try {
      String columns = "data.columns={features: pixels, key: code}";
      predict("--data", table.toString(), "--set", columns, "--output", parquet.toString())
          .succeeds();
      predict("--data", table.toString(), "--set", columns, "--output", parquet.toString())
          .isMistake("p.parquet is there already, expected a new name");
      Path csv = folder.resolve("table.csv");
      predict("--data", table.toString(), "--set", columns, "--output", csv.toString()).succeeds();
      assertThat(Files.readAllLines(csv)).hasSize(41);
      assertThat(Files.readAllLines(csv).get(40)).startsWith("39,\"row, 039.png\",");
    } finally {
      System.clearProperty("spark.serializer");
    }
    Map<Integer, List<Double>> found = new TreeMap<>();
    SparkSession session = SparkForTests.session("local[1]");
    try {
      org.apache.spark.sql.Dataset<Row> read = session.read().parquet(parquet.toString());
      assertThat(read.schema().fieldNames())
          .containsExactly("index", "code", "prediction", "class", "probabilities");
      for (Row row : read.orderBy("index").collectAsList()) {
        assertThat(row.getString(1)).isEqualTo("row, " + file((int) row.getLong(0)));
        assertThat(row.getString(3)).isEqualTo(CLASSES.get(row.getInt(2)));
        List<Double> probabilities = new ArrayList<>();
        row.<Float>getList(4).forEach(p -> probabilities.add(Double.valueOf(p.toString())));
        found.put((int) row.getLong(0), probabilities);
      }
    } finally {
      session.stop();
    }
    assertThat(found).isEqualTo(expected());
  }

  @Test
  void rowsWithoutAKeyAreNamedByTheirPlace() throws IOException {
    Path json = folder.resolve("place.json");
    predict(
            "--data",
            "table:parquet.`" + table() + "`",
            "--set",
            "data.columns.features=pixels",
            "--output",
            json.toString())
        .succeeds();
    assertThat(json(json).values()).containsExactlyInAnyOrderElementsOf(expected().values());
    assertThat(Files.readAllLines(json).get(7)).startsWith("{\"index\":7,\"name\":\"7\",");
  }

  @Test
  void whatCannotBePredictedIsTold() throws IOException {
    String table = table().toString();
    predict("--data", table).isMistake("column 'features': does not exist, expected one of code");
    predict("--data", table, "--set", "data.columns={features: pixels, label: digit}")
        .isMistake("column 'digit': does not exist");
    predict("--set", "training.epochs=3")
        .isMistake("--set training.epochs: a trained model is not changed by it");
    for (String key : List.of("shards=9", "validationFraction=0.5", "partitions=2")) {
      predict("--set", "data." + key).isMistake("a trained model is not changed by it");
    }
    predict("--output", folder.toString() + "/nosuch.txt").isMistake(".jsonl or .parquet");
    Files.createDirectories(folder.resolve("folder.csv"));
    predict("--output", folder.resolve("folder.csv").toString())
        .isMistake("folder.csv is a folder, expected a file");
    Path bad = folder.resolve("bad");
    png(bad, 1);
    Files.writeString(bad.resolve("002.png"), "no image");
    Path csv = folder.resolve("bad.csv");
    predict("--data", bad.toString(), "--output", csv.toString())
        .isMistake("002.png: got no image");
    try (java.util.stream.Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .noneMatch(name -> name.contains("bad.csv"));
    }
  }

  private static Cli tune(Path start, Path photos, Path output, String... sets) throws IOException {
    List<String> all = new ArrayList<>(List.of("train", "--master", "local[2]"));
    Path job = Cli.job(Files.createDirectories(folder.resolve("tuning")), photos);
    all.addAll(List.of("--config", job.toString(), "--output", output.toString()));
    all.addAll(List.of("--set", "model.startFrom=" + start, "--set", "training.epochs=1"));
    for (String set : sets) {
      all.addAll(List.of("--set", set));
    }
    return Cli.run(all.toArray(String[]::new));
  }

  /** Photos of some classes, those from the test set. */
  private static Path photos(String name, String... classes) throws IOException {
    Path photos = folder.resolve(name);
    for (String part : List.of("train", "test")) {
      for (String one : classes) {
        boolean known = CLASSES.contains(one);
        for (int i = 0; i < set.size(); i++) {
          if (!known && i < 9 || known && set.labels()[i] == CLASSES.indexOf(one)) {
            png(photos.resolve(part).resolve(one), i);
          }
        }
      }
    }
    return photos;
  }

  private static List<String> names(Path tuned) throws IOException {
    try (InputStream in = Files.newInputStream(tuned.resolve("model.convoy"))) {
      return ModelFile.read(in, "model.convoy").classNames();
    }
  }

  private static double accuracy(Path file, String field) throws IOException {
    return new ObjectMapper().readTree(file.toFile()).get(field).asDouble();
  }

  @Test
  void tuningGoesOnWithTheClassesOfTheModelUnlessItsHeadIsNew() throws IOException {
    Path two = photos("two", "ant", "cat");
    Path tuned = folder.resolve("tuned");
    tune(run, two, tuned, "optimizer.learningRate=1e-9").succeeds();
    assertThat(names(tuned)).isEqualTo(CLASSES);
    // Training has changed next to nothing: it is as good as before if classes are what they were.
    Path before = Files.createDirectory(folder.resolve("before"));
    Files.copy(run.resolve("model.convoy"), before.resolve("model.convoy"));
    Files.copy(run.resolve("job.yaml"), before.resolve("job.yaml"));
    String model = before.toString();
    String data = two.toString();
    Cli.run("evaluate", "--model", model, "--output", model, "--data", data).succeeds();
    double expected = accuracy(before.resolve("evaluation.json"), "accuracy");
    assertThat(expected).isGreaterThan(0.5);
    assertThat(accuracy(tuned.resolve("result.json"), "testAccuracy")).isEqualTo(expected);
    assertThat(accuracy(tuned.resolve("result.json"), "validationAccuracy")).isGreaterThan(0.5);

    tune(run, photos("fox", "ant", "fox"), folder.resolve("unknown"))
        .isMistake("got the class 'fox'", "model.startFrom", "bee, \"wasp\"", "another size");
    Path fresh = folder.resolve("fresh");
    tune(
            run,
            two,
            fresh,
            "model.layers=[conv2d: {filters: 2, kernel: 3}, relu, flatten, dense: {units: 2}]")
        .succeeds();
    assertThat(names(fresh)).containsExactly("ant", "cat");
  }

  @Test
  void aTunedRunIsNotResumedWithOtherNumbersOfClasses() throws IOException {
    Path start = Files.copy(run.resolve("model.convoy"), folder.resolve("start.convoy"));
    Path tuned = folder.resolve("resumed");
    tune(start, photos("pair", "ant", "cat"), tuned).succeeds();
    String[] resume = {
      "train", "--resume", "--output", tuned.toString(), "--set", "training.epochs=2"
    };
    Cli.run(resume).succeeds();
    assertThat(names(tuned)).isEqualTo(CLASSES);
    Files.delete(start);
    Cli again = Cli.run(resume).isMistake("data.");
    assertThat(again.err()).contains("warning: the model of model.startFrom cannot be read");
  }
}
