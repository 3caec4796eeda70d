package dev.convoy.spark.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.data.DataLocation;
import dev.convoy.spark.data.DataSources;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which images are found in folders, and which of them have labels. */
class ImageFoldersTest {
  private static final ModelSpec MODEL = ModelSpec.parse("input 1x1x1\nflatten\ndense units=3");

  private static SparkContext spark;
  @TempDir Path folder;

  @BeforeAll
  static void start() {
    spark = SparkForTests.local("local[1]");
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private void image(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
    ImageIO.write(image, "png", file.toFile());
  }

  /** Opened to be predicted: each image's name, with its label if it has one. */
  private List<String> predicted(String path, List<String> classes) throws IOException {
    DataLocation location = DataLocation.of(folder + "/" + path, MODEL).numbered(classes);
    ExampleSource source = DataSources.examples(spark, location, DataPart.TEST, false);
    try (ExampleSource.Reader reader = source.open()) {
      int count = (int) source.examples();
      int[] labels = new int[count];
      reader.read(0, count, new byte[count], labels, 0);
      return LongStream.range(0, count)
          .mapToObj(i -> source.name(i) + (source.labelled() ? "=" + labels[(int) i] : ""))
          .toList();
    } finally {
      source.close();
    }
  }

  @Test
  void namesOfClassesDoNotLeadOutOfTheFolder() throws IOException {
    image("secret/1.png");
    image("data/ok/1.png");
    for (String hostile :
        List.of("../secret", folder + "/secret", "file://" + folder + "/secret")) {
      assertThat(predicted("data", List.of(hostile, "ok"))).containsExactly("ok/1.png=1");
    }
    assertThat(predicted("data", List.of("ok", "ok"))).containsExactly("ok/1.png=0");
  }

  /** Who trains learns before the first step that the model could not be written. */
  @Test
  void foldersWhoseNamesNoModelCanKeepAreRefused() throws IOException {
    image("data/a\\b/1.png");
    DataLocation location = DataLocation.of(folder + "/data", MODEL);
    assertThatThrownBy(() -> DataSources.examples(spark, location, DataPart.TRAIN))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("got a folder of a class whose name is not 1 to")
        .hasMessageEndingWith("; rename it");
  }

  @Test
  void foldersAreNoClassesOfAModelThatKnowsNumbersOnly() throws IOException {
    image("dates/monday/1.png");
    image("dates/tuesday/2.png");
    assertThat(predicted("dates", List.of())).containsExactly("monday/1.png", "tuesday/2.png");
    assertThat(predicted("dates", List.of("friday", "monday", "tuesday")))
        .containsExactly("monday/1.png=1", "tuesday/2.png=2");
  }

  @Test
  void aTrainingSetBesideThemNumbersFolders() throws IOException {
    image("parts/train/cat/1.png");
    image("parts/train/dog/1.png");
    image("parts/test/dog/2.png");
    assertThat(predicted("parts", List.of())).containsExactly("dog/2.png=1");
  }

  @Test
  void foldersWithinFoldersAreFound() throws IOException {
    image("deep/a/1.png");
    image("deep/a/b/2.png");
    image("deep/a/b/c/d/3.png");
    image("deep/a/.hidden/4.png");
    image("deep/a0.png");
    assertThat(predicted("deep", List.of()))
        .containsExactly("a/1.png", "a/b/2.png", "a/b/c/d/3.png", "a0.png");
    Files.delete(folder.resolve("deep/a0.png"));
    assertThat(predicted("deep", List.of("a")))
        .containsExactly("a/1.png=0", "a/b/2.png=0", "a/b/c/d/3.png=0");
  }

  @Test
  void namesMayHaveColons() throws IOException {
    image("times/12:30.png");
    image("times/9:00/10:15/a:b.png");
    assertThat(predicted("times", List.of())).containsExactly("12:30.png", "9:00/10:15/a:b.png");
    Files.delete(folder.resolve("times/12:30.png"));
    assertThat(predicted("times", List.of("9:00"))).containsExactly("9:00/10:15/a:b.png=0");
  }

  @Test
  void aLinkThatLeadsBackIsToldOf() throws IOException {
    image("loop/a/1.png");
    Files.createSymbolicLink(folder.resolve("loop/a/back"), folder.resolve("loop"));
    assertThatThrownBy(() -> predicted("loop", List.of()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("/back/a")
        .hasMessageEndingWith("does a link lead back?");
  }
}
