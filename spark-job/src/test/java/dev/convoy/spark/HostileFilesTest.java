package dev.convoy.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.data.IdxReader;
import dev.convoy.engine.data.IdxWriter;
import dev.convoy.engine.data.ImageSet;
import dev.convoy.engine.model.ModelFile;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.Mutations.Outcome;
import dev.convoy.spark.data.image.Images;
import dev.convoy.spark.job.BuiltInJobs;
import dev.convoy.spark.job.Job;
import dev.convoy.spark.job.JobFile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/**
 * Damaged and hostile files: a clear refusal, never an OutOfMemoryError, a hang or another model.
 */
class HostileFilesTest {
  private static final int CASES = 4000;
  private static final long MOST_BYTES = 64 << 20;

  private static ImageSet images() {
    byte[] pixels = new byte[40 * 36];
    new Random(1).nextBytes(pixels);
    int[] labels = new int[40];
    Arrays.setAll(labels, i -> i % 3);
    return new ImageSet(new Shape(6, 6, 1), pixels, labels);
  }

  private static byte[] file(boolean packed, boolean labels) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (labels) {
      IdxWriter.labels(images(), bytes);
    } else {
      IdxWriter.images(images(), bytes);
    }
    if (!packed) {
      return bytes.toByteArray();
    }
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
      out.write(bytes.toByteArray());
    }
    return gzip.toByteArray();
  }

  private static Outcome idx(byte[] images, byte[] labels) throws IOException {
    ImageSet set =
        IdxReader.read(
            "images",
            new ByteArrayInputStream(images),
            "labels",
            new ByteArrayInputStream(labels),
            3);
    ImageSet expected = images();
    assertThat(set.pixels()).hasSize(set.size() * set.shape().size());
    boolean same =
        set.shape().equals(expected.shape())
            && Arrays.equals(set.pixels(), expected.pixels())
            && Arrays.equals(set.labels(), expected.labels());
    // There is no checksum in an IDX file: another pixel or label is another image.
    return same ? Outcome.ALIKE : Outcome.ACCEPTED;
  }

  @Test
  void idxFiles() throws IOException {
    for (boolean packed : new boolean[] {false, true}) {
      byte[] images = file(packed, false);
      byte[] labels = file(packed, true);
      Mutations found = new Mutations(packed ? "IDX, gzip" : "IDX", MOST_BYTES);
      found.run(images, CASES, mutated -> idx(mutated, labels));
      found.run(labels, CASES, mutated -> idx(images, mutated));
      found.report();
    }
  }

  private static byte[] model() throws IOException {
    return model("zero", "one", "two");
  }

  private static byte[] model(String... names) throws IOException {
    String yaml = BuiltInJobs.yaml("seed-cnn");
    ModelSpec spec = JobFile.read("seed-cnn", yaml, "x", List.of()).config().model();
    Network network = new Network(spec);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TrainedModel model =
        new TrainedModel(spec, network.outputs(), List.of(names), network.initialWeights(1));
    ModelFile.write(model, out);
    return out.toByteArray();
  }

  private static Outcome read(byte[] mutated, TrainedModel original) throws IOException {
    TrainedModel model = ModelFile.read(new ByteArrayInputStream(mutated), "model");
    return model.equals(original) ? Outcome.ALIKE : Outcome.ACCEPTED;
  }

  @Test
  void modelFiles() throws IOException {
    byte[] whole = model();
    TrainedModel original = ModelFile.read(new ByteArrayInputStream(whole), "model");
    Mutations found = new Mutations("model", MOST_BYTES);
    found.run(whole, 2 * CASES, mutated -> read(mutated, original)).report();
    assertThat(found.accepted()).as("wrong models").isZero();
  }

  /** With the right checksum only what the file says can be refused. */
  @Test
  void modelFilesWithARightChecksum() throws Exception {
    byte[] whole = model();
    TrainedModel original = ModelFile.read(new ByteArrayInputStream(whole), "model");
    byte[] content = Arrays.copyOf(whole, whole.length - 32);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    Mutations found = new Mutations("model, checksum made right", MOST_BYTES);
    found
        .run(
            content,
            CASES,
            mutated -> {
              byte[] signed = Arrays.copyOf(mutated, mutated.length + 32);
              System.arraycopy(digest.digest(mutated), 0, signed, mutated.length, 32);
              return read(signed, original);
            })
        .report();
  }

  /** Names of classes are looked for as folders: none may lead elsewhere. */
  @Test
  void modelFilesWithNamesThatArePaths() throws Exception {
    String[] hostile = {
      "..",
      "../secret",
      "/secret",
      "a/b",
      "hdfs://evil/x",
      "..\\secret",
      ".",
      "a\0b",
      "a\nb",
      "same"
    };
    for (String name : hostile) {
      String harmless = "x".repeat(name.length());
      byte[] file = model("same", harmless);
      String text = new String(file, StandardCharsets.ISO_8859_1);
      int at = text.indexOf(harmless, text.indexOf("same"));
      System.arraycopy(name.getBytes(StandardCharsets.ISO_8859_1), 0, file, at, name.length());
      byte[] content = Arrays.copyOf(file, file.length - 32);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      System.arraycopy(hash, 0, file, content.length, 32);
      assertThatThrownBy(() -> ModelFile.read(new ByteArrayInputStream(file), "m.convoy"))
          .as(name)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("m.convoy: offset " + at + ": got ")
          .hasMessageContaining("expected " + (name.equals("same") ? "one of its own" : "1 to"));
    }
  }

  private static Outcome job(String yaml, String original) {
    Job job = JobFile.read("job", yaml, "job.yaml", List.of());
    return job.yaml().equals(original) ? Outcome.ALIKE : Outcome.ACCEPTED;
  }

  @Test
  void jobFiles() throws IOException {
    Mutations found = new Mutations("job YAML", 2 * MOST_BYTES);
    for (String name : BuiltInJobs.NAMES) {
      String yaml = BuiltInJobs.yaml(name);
      String original = JobFile.read("job", yaml, "job.yaml", List.of()).yaml();
      found.run(
          yaml.getBytes(StandardCharsets.ISO_8859_1),
          CASES / 2,
          mutated -> job(new String(mutated, StandardCharsets.ISO_8859_1), original));
    }
    for (String hostile : hostileYaml()) {
      found.one(
          hostile.substring(0, Math.min(30, hostile.length())),
          hostile.getBytes(StandardCharsets.UTF_8),
          bytes -> job(new String(bytes, StandardCharsets.UTF_8), ""));
    }
    found.report();
  }

  private static List<String> hostileYaml() {
    String laughs =
        "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b]\n";
    return List.of(
        "[".repeat(200_000),
        "{a: ".repeat(60_000),
        "- ".repeat(100_000),
        "a:\n ".repeat(50_000),
        "? ".repeat(100_000),
        "'".repeat(100_001),
        "x".repeat(1 << 20),
        "a: b\n".repeat(40_000),
        laughs,
        "model: !!javax.script.ScriptEngineManager [!!java.net.URL ['http://localhost/']]",
        "training: {epochs: " + "9".repeat(100_000) + "}",
        "optimizer: {learningRate: 1e" + "9".repeat(1000) + "}",
        "model: {input: 99999999x99999999x99999999}",
        "model: {input: 8192x8192x1, layers: [dense: {units: 2147483647}]}",
        "model: {layers: [" + "relu, ".repeat(9_000) + "relu]}",
        "%YAML 9.9\n---\na: b",
        "\u0000",
        "\uFEFFmodel: {}",
        "--- \n--- \n---");
  }

  @Test
  void imageFiles() throws IOException {
    BufferedImage image = new BufferedImage(20, 10, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 200; i++) {
      image.setRGB(i % 20, i / 20, i * 7919);
    }
    // Up to 50 million pixels are believed before the first of them was seen.
    Mutations found = new Mutations("PNG, JPEG, GIF, BMP", 700L << 20);
    for (String format : List.of("png", "jpg", "gif", "bmp")) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(image, format, out);
      byte[] original = Images.decode("x", out.toByteArray(), new Shape(5, 5, 3));
      found.run(
          out.toByteArray(),
          CASES / 8,
          mutated ->
              Arrays.equals(Images.decode("x", mutated, new Shape(5, 5, 3)), original)
                  ? Outcome.ALIKE
                  : Outcome.ACCEPTED);
    }
    found.report();
  }
}
