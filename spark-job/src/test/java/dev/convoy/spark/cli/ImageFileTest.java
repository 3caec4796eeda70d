package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.convoy.engine.model.ModelFile;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.job.UserError;
import dev.convoy.spark.report.console.Terminal;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFileTest {
  private static final Shape GREY = new Shape(28, 28, 1);

  @TempDir Path folder;

  /** A bar of 20 x 80 on a ground of 100 x 100. */
  private Path image(String name, Color ground, Color bar) throws IOException {
    BufferedImage image = new BufferedImage(100, 100, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(ground);
    graphics.fillRect(0, 0, 100, 100);
    graphics.setColor(bar);
    graphics.fillRect(40, 10, 20, 80);
    graphics.dispose();
    Path file = folder.resolve(name);
    ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile());
    return file;
  }

  @Test
  void aLightBarOnDarkIsTakenAsItIsAndADarkOneOnLightInverted() throws IOException {
    ImageFile light =
        ImageFile.read(image("light.png", Color.BLACK, Color.WHITE).toString(), GREY, true);
    ImageFile dark =
        ImageFile.read(image("dark.png", Color.WHITE, Color.BLACK).toString(), GREY, true);
    assertThat(light.inverted()).isFalse();
    ImageFile asItIs = ImageFile.read(folder.resolve("dark.png").toString(), GREY, false);
    assertThat(asItIs.inverted()).isFalse();
    assertThat(asItIs.pixels()).isNotEqualTo(dark.pixels());
    assertThat(dark.inverted()).isTrue();
    assertThat(dark.pixels()).isEqualTo(light.pixels());
    assertThat(light.brightness(14, 14)).isEqualTo(255);
    assertThat(light.brightness(1, 14)).isZero();
    assertThat(light.brightness(14, 2)).isZero();
  }

  @Test
  void coloursStayWhereTheModelTakesThem() throws IOException {
    Path file = image("colour.png", Color.WHITE, Color.RED);
    ImageFile image = ImageFile.read(file.toString(), new Shape(10, 10, 3), true);
    int bar = (5 * 10 + 5) * 3;
    assertThat(image.inverted()).isFalse();
    assertThat(image.pixels()[bar]).isEqualTo((byte) 255);
    assertThat(image.pixels()[bar + 1]).isZero();
  }

  @Test
  void whatIsNoImageIsRefused() throws IOException {
    Path text = Files.writeString(folder.resolve("a.png"), "hello");
    assertThatThrownBy(() -> ImageFile.read(text.toString(), GREY, true))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a.png: got no image, expected PNG, JPEG, GIF or BMP");
    assertThatThrownBy(() -> ImageFile.read(folder.resolve("b.png").toString(), GREY, true))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("image: no such file");
  }

  @Test
  void damagedImagesEndInAClearErrorOrAnImage() throws IOException {
    byte[] good = Files.readAllBytes(image("good.png", Color.BLACK, Color.WHITE));
    byte[] jpeg = Files.readAllBytes(image("good.jpg", Color.BLACK, Color.WHITE));
    Random random = new Random(7);
    Path file = folder.resolve("mutated");
    for (int i = 0; i < 400; i++) {
      byte[] bytes = (i % 2 == 0 ? good : jpeg).clone();
      for (int flips = 1 + random.nextInt(5); flips > 0; flips--) {
        bytes[random.nextInt(Math.min(bytes.length, 400))] ^= (byte) (1 << random.nextInt(8));
      }
      Files.write(file, bytes);
      try {
        assertThat(ImageFile.read(file.toString(), GREY, true).pixels()).hasSize(784);
      } catch (UserError e) {
        assertThat(e).hasMessageStartingWith(file + ": got ");
      } catch (RuntimeException e) {
        fail("case " + i + " ended in " + e, e);
      }
    }
  }

  @Test
  void aTerminalGetsGreysAndBlocks() throws IOException {
    Path bar = image("grey.png", Color.BLACK, Color.WHITE);
    ImageFile image = ImageFile.read(bar.toString(), GREY, true);
    float[] sure = {0.25f, 0.75f};
    List<String> blocks = ImageView.lines(image, sure, List.of(), Terminal.Style.UNICODE);
    assertThat(blocks).hasSize(14).allMatch(line -> line.length() <= 80);
    assertThat(blocks.get(0)).endsWith("   0   25.00 %  \u2588\u2588\u2588\u2588\u2588\u2588");
    assertThat(blocks.get(6)).contains("\u2588\u2588");
    List<String> named =
        ImageView.lines(image, sure, List.of("cat", "hedgehog"), Terminal.Style.ASCII);
    assertThat(named.get(0)).contains("   0 cat        25.00 %");
    assertThat(named.get(1)).contains("   1 hedgehog   75.00 %");
    List<String> colours = ImageView.lines(image, sure, List.of(), Terminal.Style.COLOUR);
    assertThat(colours.get(6)).contains("\u001b[38;5;255;48;5;255m\u2580");
    assertThat(colours.get(1)).contains("\u001b[32m   1   75.00 %");
  }

  @Test
  void predictDrawsTheImageAndItsBars() throws IOException {
    ModelSpec spec = ModelSpec.parse("input 28x28x1\ndense units=3 init=zero");
    Path model = folder.resolve("model.convoy");
    float[] weights = new Network(spec).initialWeights(1);
    write(new TrainedModel(spec, 3, weights), model);
    Path bar = image("bar.png", Color.BLACK, Color.WHITE);
    Cli shown = Cli.run("predict", "--model", model.toString(), bar.toString()).succeeds();
    List<String> lines = shown.out().lines().toList();
    assertThat(lines).hasSize(15).allMatch(line -> line.length() <= 80);
    assertThat(lines.get(0)).isEqualTo(bar + ": 0");
    assertThat(lines.get(1)).endsWith("   0   33.33 %  ########");
    assertThat(lines.get(7)).contains("@@@@@");
    Path paper = image("paper.png", Color.WHITE, Color.BLACK);
    assertThat(first(model, paper)).isEqualTo(paper + ": 0  (inverted)");
    // Trained on image files: they are taken as they are.
    write(new TrainedModel(spec, 3, List.of("a", "b", "c"), weights), model);
    assertThat(first(model, paper)).isEqualTo(paper + ": 0 a");
    Cli.run("predict", "--model", model.toString(), bar.toString(), "--data", "x")
        .isMistake("got IMAGE files together with --data");
  }

  private static void write(TrainedModel model, Path path) throws IOException {
    try (OutputStream out = Files.newOutputStream(path)) {
      ModelFile.write(model, out);
    }
  }

  /** The first line that is told of an image. */
  private static String first(Path model, Path image) {
    Cli shown = Cli.run("predict", "--model", model.toString(), image.toString()).succeeds();
    return shown.out().lines().findFirst().orElseThrow();
  }
}
