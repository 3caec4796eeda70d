package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.engine.data.IdxWriter;
import dev.convoy.engine.data.ImageSet;
import dev.convoy.engine.model.ModelFile;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.tensor.CounterRandom;
import dev.convoy.engine.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A command that was run in this JVM.
 *
 * @param status exit status
 * @param out what it printed
 * @param err what it complained about
 */
public record Cli(int status, String out, String err) {
  private static final int SIDE = 6;
  private static final int CLASSES = 3;

  public static Cli run(String... args) {
    System.setProperty("spark.ui.enabled", "false");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Main.run(
            args,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Cli(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  public Cli succeeds() {
    assertThat(status).as(err).isZero();
    return this;
  }

  /** One clear message, status 2, no stack trace. */
  public Cli isMistake(String... parts) {
    assertThat(status).as(err).isEqualTo(2);
    assertThat(err).contains(parts).doesNotContain("\tat ").doesNotContain("Exception");
    assertThat(err.lines().filter(line -> line.startsWith("error: "))).hasSize(1);
    return this;
  }

  /** A model file with weights as they are before training. */
  static Path model(Path folder, String text) throws IOException {
    Path file = folder.resolve("model.convoy");
    Network network = new Network(ModelSpec.parse(text));
    float[] weights = network.initialWeights(1);
    try (OutputStream out = Files.newOutputStream(file)) {
      ModelFile.write(new TrainedModel(network.spec(), network.outputs(), weights), out);
    }
    return file;
  }

  /** A job of a few hundred weights for the data below. */
  static Path job(Path folder, Path data) throws IOException {
    String yaml =
        """
        data: {path: "%s", shards: 4, validationFraction: 0.2}
        model:
          input: 6x6x1
          normalize: {mean: 0.5, deviation: 0.5}
          layers:
            - conv2d: {filters: 2, kernel: 3}
            - relu
            - flatten
            - dense: {units: 3}
        training: {epochs: 2, batchSize: 16, microBatch: 8, seed: 3}
        optimizer: {type: momentum, learningRate: 0.05}
        """;
    return Files.writeString(folder.resolve("job.yaml"), yaml.formatted(data));
  }

  /** IDX files of 100 training and 40 test images: a bright bar, whose place is the class. */
  public static Path data(Path folder) throws IOException {
    Files.createDirectories(folder);
    write(folder, "train", images(100, 1));
    write(folder, "t10k", images(40, 2));
    return folder;
  }

  private static ImageSet images(int count, long key) {
    byte[] pixels = new byte[count * SIDE * SIDE];
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = i % CLASSES;
      for (int p = 0; p < SIDE * SIDE; p++) {
        int noise = CounterRandom.below(key, (long) i * SIDE * SIDE + p, 100);
        boolean bar = p / SIDE / 2 == labels[i];
        pixels[i * SIDE * SIDE + p] = (byte) (noise + (bar ? 150 : 0));
      }
    }
    return new ImageSet(new Shape(SIDE, SIDE, 1), pixels, labels);
  }

  private static void write(Path folder, String part, ImageSet set) throws IOException {
    try (OutputStream out = Files.newOutputStream(folder.resolve(part + "-images-idx3-ubyte"))) {
      IdxWriter.images(set, out);
    }
    try (OutputStream out = Files.newOutputStream(folder.resolve(part + "-labels-idx1-ubyte"))) {
      IdxWriter.labels(set, out);
    }
  }
}
