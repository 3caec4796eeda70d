package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.convoy.spark.SparkForTests;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Predictions that cannot be written, or not where they should: nothing is lost, all is told. */
class PredictionOutputTest {
  @TempDir static Path shared;
  @TempDir Path folder;
  private static Path model;
  private static Path data;

  @BeforeAll
  static void prepare() throws IOException {
    data = Cli.data(shared.resolve("data"));
    model = Cli.model(shared, "input 6x6x1\nflatten\ndense units=3");
  }

  private static String[] command(Path data, String output) {
    String[] command =
        ("predict --master local[2] --model " + model + " --data " + data).split(" ");
    return output == null
        ? command
        : Stream.concat(Stream.of(command), Stream.of("--output", output)).toArray(String[]::new);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void anEarlierFileIsReplaced() throws IOException {
    Path csv = Files.writeString(folder.resolve("p.csv"), "old");
    Cli.run(command(data, csv.toString())).succeeds();
    assertThat(Files.readAllLines(csv)).hasSize(41).first().asString().startsWith("index,name,");
    assertThat(names()).containsExactly("p.csv");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatCannotBeRenamedIsKept(boolean throwing) throws IOException {
    Path csv = Files.writeString(folder.resolve("p.csv"), "old");
    System.setProperty(StuckFiles.PROPERTY, StuckFiles.class.getName());
    StuckFiles.throwing = throwing;
    try {
      Cli ended = Cli.run(command(data, "stuck://" + csv));
      assertThat(ended.status()).as(ended.err()).isEqualTo(1);
      assertThat(ended.err().strip())
          .startsWith("error: --output: the predictions are complete in stuck:")
          .containsPattern("\\.p\\.csv\\.\\w+\\.tmp, which cannot be renamed to stuck:")
          .endsWith("; rename it by hand")
          .hasLineCount(1);
    } finally {
      System.clearProperty(StuckFiles.PROPERTY);
    }
    Path kept = folder.resolve(names().get(0));
    assertThat(kept.getFileName().toString()).startsWith(".p.csv.");
    assertThat(Files.readAllLines(kept)).hasSize(41);
    // Nothing that comes after it takes it away, failing or not.
    Cli.run(command(photos(), folder.resolve("p.csv").toString())).isMistake("got no image");
    Cli.run(command(data, folder.resolve("p.csv").toString())).succeeds();
    assertThat(Files.readAllLines(kept)).hasSize(41);
  }

  /** As Hadoop's own file system leaves it beside what it writes. */
  @Test
  void theChecksumOfAnEarlierFileGoesWithIt() throws IOException {
    org.apache.hadoop.fs.Path csv = new org.apache.hadoop.fs.Path(folder.resolve("p.csv").toUri());
    try (LocalFileSystem files = FileSystem.newInstanceLocal(new Configuration())) {
      files.create(csv).close();
      assertThat(names()).contains(".p.csv.crc");
      Cli.run(command(data, csv.toString())).succeeds();
      try (InputStream in = files.open(csv)) {
        assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).hasLineCount(41);
      }
    }
  }

  /** A full disk, or a pipe whose reader has ended. */
  @Test
  void standardOutputThatTakesNoMoreIsAFailure() {
    OutputStream full =
        new OutputStream() {
          private int left = 100;

          @Override
          public void write(int b) throws IOException {
            if (--left < 0) {
              throw new IOException("No space left on device");
            }
          }
        };
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Main.run(
            command(data, null),
            new PrintStream(full, false, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    assertThat(status).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8).strip())
        .startsWith("error: standard output: the predictions cannot be written")
        .hasLineCount(1);
  }

  /** No column is lost, or written twice, whatever a model calls its outputs. */
  @Test
  void outputsCalledLikeOtherColumnsHaveTheirNumbers() throws IOException {
    Path ends = Files.createDirectories(folder.resolve("ends"));
    StringBuilder text = new StringBuilder("input 6x6x1\nflatten name=flat\n");
    for (String output : List.of("name", "Index", "digit", "Digit", "other")) {
      text.append("dense units=3 from=flat name=").append(output).append('\n');
      text.append("output ").append(output).append('\n');
      Files.copy(
          data.resolve("t10k-labels-idx1-ubyte"),
          ends.resolve("t10k-" + output + "-labels-idx1-ubyte"));
    }
    Files.copy(data.resolve("t10k-images-idx3-ubyte"), ends.resolve("t10k-images-idx3-ubyte"));
    String file = Cli.model(folder, text.toString()).toString();
    for (String output : List.of("p.parquet", "p.json", "p.csv")) {
      String to = folder.resolve(output).toString();
      Cli.run("predict", "--model", file, "--data", ends.toString(), "--output", to).succeeds();
    }
    String[] columns = {"index", "name", "name.0", "Index.1", "digit.2", "Digit.3", "other"};
    JsonNode line =
        new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .readTree(Files.readAllLines(folder.resolve("p.json")).get(7));
    assertThat(line.fieldNames()).toIterable().containsExactly(columns);
    assertThat(line.get("index").asInt()).isEqualTo(7);
    assertThat(line.get("name.0").get("label").asInt()).isEqualTo(1);
    assertThat(Files.readAllLines(folder.resolve("p.csv")).get(0))
        .startsWith("index,name,name.label,name.prediction,");
    SparkSession session = SparkForTests.session("local[1]");
    try {
      Dataset<Row> read = session.read().parquet(folder + "/p.parquet");
      assertThat(read.schema().fieldNames()).containsExactly(columns);
      assertThat(read.where("`Digit.3`.label = 1").count()).isEqualTo(13);
    } finally {
      session.stop();
    }
  }

  private Path photos() throws IOException {
    Path photos = Files.createDirectories(folder.resolve("photos"));
    BufferedImage image = new BufferedImage(6, 6, BufferedImage.TYPE_BYTE_GRAY);
    ImageIO.write(image, "png", photos.resolve("1.png").toFile());
    Files.writeString(photos.resolve("2.png"), "no image");
    return photos;
  }

  @Test
  void aTableThatFailedLeavesNothingInItsWay() throws IOException {
    Path photos = photos();
    Path table = folder.resolve("p.parquet");
    Cli.run(command(photos, table.toString())).isMistake("2.png: got no image");
    assertThat(names()).containsExactly("photos");
    Files.delete(photos.resolve("2.png"));
    Cli.run(command(photos, table.toString())).succeeds();
    assertThat(table.resolve("_SUCCESS")).exists();
    Cli.run(command(photos, table.toString())).isMistake("is there already, expected a new name");
    assertThat(table.resolve("_SUCCESS")).exists();
  }

  /** Whoever else writes there, or did and was killed, must not lose what is there. */
  @Test
  void aTableThatAnotherMayBeWritingIsLeftAlone() throws IOException {
    Path other = Files.createDirectories(folder.resolve("p.parquet/_temporary/0"));
    Cli.run(command(data, folder.resolve("p.parquet").toString()))
        .isMistake("is there already, expected a new name");
    assertThat(other).exists();
  }

  @Test
  void aTableThatCannotBeWrittenSaysWriting() throws IOException {
    System.setProperty(StuckFiles.PROPERTY, StuckFiles.class.getName());
    StuckFiles.throwing = true;
    try {
      Cli ended = Cli.run(command(data, "stuck://" + folder.resolve("p.parquet")));
      assertThat(ended.status()).as(ended.err()).isEqualTo(1);
      assertThat(ended.err().strip())
          .matches("error: --output: writing stuck:.*p.parquet failed: out of order")
          .hasLineCount(1);
    } finally {
      System.clearProperty(StuckFiles.PROPERTY);
    }
    assertThat(names()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"p.csv", "p.json", "p.parquet"})
  void aPlaceThatIsNoFolderIsRefusedAtOnce(String name) throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    Cli.run(command(data, file.resolve(name).toString()))
        .isMistake("--output: cannot write", file.toString());
  }
}
