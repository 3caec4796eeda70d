package dev.convoy.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.network.GraphModels;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.tensor.CounterRandom;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ModelFileTest {
  private static final String TEXT =
      "input 6x6x1\nnormalize mean=0.5 deviation=1.0\nconv2d filters=2 kernel=3\nflatten\n"
          + "dense units=3\nloss softmax\n";

  private static TrainedModel model(String text) {
    ModelSpec spec = ModelSpec.parse(text);
    float[] weights = new float[(int) ModelSummary.of(spec).parameters()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = CounterRandom.gaussian(1, i);
    }
    return new TrainedModel(spec, 3, weights);
  }

  private static byte[] bytes(TrainedModel model) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ModelFile.write(model, out);
    return out.toByteArray();
  }

  private static TrainedModel read(byte[] bytes) throws IOException {
    return ModelFile.read(new ByteArrayInputStream(bytes), "m.convoy");
  }

  /** Puts the right SHA-256 at the end, so that what lies before is looked at. */
  private static byte[] signed(byte[] bytes) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(bytes, 0, bytes.length - 32);
    System.arraycopy(digest.digest(), 0, bytes, bytes.length - 32, 32);
    return bytes;
  }

  @Test
  void readsWhatItWrote() throws IOException {
    TrainedModel small = model(TEXT);
    small.weights()[0] = -0f;
    small.weights()[1] = Float.MIN_VALUE;
    assertThat(read(bytes(small))).isEqualTo(small).hasSameHashCodeAs(small);
    TrainedModel large = model("input 100x100x1\nflatten\ndense units=37");
    assertThat(read(bytes(large))).isEqualTo(large);
    TrainedModel empty = model("input 2x2x1\nflatten");
    assertThat(read(bytes(empty))).isEqualTo(empty);
  }

  private static TrainedModel named(String... names) {
    TrainedModel model = model(TEXT);
    return new TrainedModel(model.spec(), model.classes(), List.of(names), model.weights());
  }

  @Test
  void namesOfClassesAreKept() throws Exception {
    TrainedModel named = named("cat", "chien \u00e0 poil, \"dur\"", "\u732b");
    TrainedModel back = read(bytes(named));
    assertThat(back).isEqualTo(named).isNotEqualTo(model(TEXT));
    assertThat(back.classNames()).isEqualTo(named.classNames());
    byte[] good = bytes(named("cat", "dog"));
    int names = 16 + model(TEXT).spec().toText().length() + 4;
    for (int hostile : new int[] {Integer.MAX_VALUE, -1, 0, 4}) {
      byte[] count = good.clone();
      ByteBuffer.wrap(count).order(ByteOrder.LITTLE_ENDIAN).putInt(names, hostile);
      assertThatThrownBy(() -> read(count))
          .hasMessageContaining("got " + hostile + " names of classes, expected 1 to 3");
    }
    for (int hostile : new int[] {Integer.MAX_VALUE, -1, 0, 4000}) {
      byte[] length = good.clone();
      ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).putInt(names + 4, hostile);
      assertThatThrownBy(() -> read(length))
          .hasMessageContaining("got a name of " + hostile + " bytes, expected 1 to 3072");
    }
    byte[] broken = good.clone();
    broken[names + 8] = (byte) 0xff;
    assertThatThrownBy(() -> read(broken)).hasMessageContaining("a name that is not UTF-8");
    assertThatThrownBy(() -> named("a", "b", "c", "d"))
        .hasMessageContaining("got 4 names of classes, expected at most 3");
    for (String hostile : List.of("", "..", ".", "a/b", "a\\b", "a\nb")) {
      assertThatThrownBy(() -> named("a", hostile)).hasMessageContaining("expected 1 to 1024");
    }
    assertThatThrownBy(() -> named("a", "a")).hasMessageContaining("a name for two classes");
  }

  private static int version(byte[] file) {
    return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(8);
  }

  @Test
  void theRangeOfTheDataIsKeptAndOnlyThenIsTheFileOfANewVersion() throws Exception {
    InputRange range = new InputRange(-0.5f, 255f);
    for (List<String> names : List.of(List.<String>of(), List.of("cat", "dog"))) {
      TrainedModel plain = named(names.toArray(String[]::new));
      TrainedModel ranged =
          new TrainedModel(plain.spec(), 3, names, Optional.of(range), plain.weights());
      TrainedModel back = read(bytes(ranged));
      assertThat(back).isEqualTo(ranged).isNotEqualTo(plain);
      assertThat(back.range()).contains(range);
      assertThat(version(bytes(ranged))).isEqualTo(3);
      assertThat(version(bytes(plain))).isEqualTo(names.isEmpty() ? 1 : 2);
      assertThat(read(bytes(plain)).range()).isEmpty();
      byte[] hostile = bytes(ranged);
      int at = hostile.length - 32 - 4 * plain.weights().length - 4 - 8;
      ByteBuffer.wrap(hostile).order(ByteOrder.LITTLE_ENDIAN).putFloat(at, Float.NaN);
      assertThatThrownBy(() -> read(signed(hostile)))
          .hasMessageContaining("got a range of NaN to 255.0, expected two finite numbers");
    }
  }

  @Test
  void streamsThatGiveOneByteAtATimeAreFine() throws IOException {
    TrainedModel model = model(TEXT);
    InputStream slow =
        new FilterInputStream(new ByteArrayInputStream(bytes(model))) {
          @Override
          public int read(byte[] target, int from, int length) throws IOException {
            return super.read(target, from, Math.min(1, length));
          }
        };
    assertThat(ModelFile.read(slow, "slow")).isEqualTo(model);
  }

  /** SHA-256 of the bytes 00 00 80 3f 00 00 00 c0, as any tool prints it. */
  @Test
  void theHashIsThatOfLittleEndianFloats() throws Exception {
    byte[] bytes = {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, (byte) 0xc0};
    String expected =
        java.util.HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    assertThat(WeightsHash.sha256(new float[] {1f, -2f})).isEqualTo(expected);
    assertThat(WeightsHash.sha256(new float[0]))
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    float[] many = new float[40_001];
    many[40_000] = 1f;
    ByteBuffer all = ByteBuffer.allocate(many.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    all.asFloatBuffer().put(many);
    assertThat(WeightsHash.sha256(many))
        .isEqualTo(
            java.util.HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(all.array())));
  }

  @Test
  void filesThatAreNotModelsAreNamed() {
    assertThatThrownBy(() -> read("GIF89a, not a model".getBytes(StandardCharsets.US_ASCII)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "m.convoy: offset 0: got the bytes 4749463839612c20, expected the letters CNVYMODL; is"
                + " this a model file?");
    assertThatThrownBy(() -> read(new byte[0]))
        .hasMessageStartingWith("m.convoy: truncated at offset 0: got 0 bytes of the magic");
  }

  @Test
  void aFileOfANewerVersionIsRefusedByItsNumber() throws Exception {
    byte[] newer = bytes(model(TEXT));
    newer[8] = 99;
    assertThatThrownBy(() -> read(newer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("m.convoy: offset 8: got version 99, expected 1 to 3")
        .hasMessageEndingWith("was it written by a newer Convoy?");
  }

  @Test
  void hostileLengthsAreRefusedBeforeAnythingIsAllocated() throws Exception {
    byte[] good = bytes(model(TEXT));
    int counts = 16 + model(TEXT).spec().toText().length();
    for (int hostile : new int[] {Integer.MAX_VALUE, -1, Integer.MIN_VALUE, 1 << 30}) {
      byte[] text = good.clone();
      ByteBuffer.wrap(text).order(ByteOrder.LITTLE_ENDIAN).putInt(12, hostile);
      assertThatThrownBy(() -> read(text)).hasMessageContaining("offset 12: got a text of");
      byte[] classes = good.clone();
      ByteBuffer.wrap(classes).order(ByteOrder.LITTLE_ENDIAN).putInt(counts, hostile);
      assertThatThrownBy(() -> read(classes)).hasMessageContaining(hostile + " classes");
      byte[] weights = good.clone();
      ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN).putInt(counts + 4, hostile);
      assertThatThrownBy(() -> read(weights))
          .hasMessageContaining(hostile + " weights, expected 119 as the model's text says");
    }
    byte[] huge =
        ("input 8000x8000x1\nflatten\ndense units=33").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer file = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
    file.put(good, 0, 12).putInt(huge.length).put(huge).putInt(3);
    file.putInt(8000 * 8000 * 33 + 33);
    assertThatThrownBy(() -> read(file.array()))
        .hasMessageContaining("truncated at offset 200")
        .hasMessageContaining("of the weights, expected 8448000132");
  }

  @Test
  void everyBitCounts() throws Exception {
    byte[] good = bytes(named("cat", "dog"));
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] damaged = good.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> read(damaged))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("m.convoy: ");
    }
  }

  @Test
  void everyLengthButTheRightOneIsRefused() throws Exception {
    byte[] good = bytes(model(TEXT));
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> read(cut))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("m.convoy: truncated at offset " + length);
    }
    assertThatThrownBy(() -> read(Arrays.copyOf(good, good.length + 1)))
        .hasMessageContaining("got more bytes, expected the end of the file");
  }

  @Test
  void mutatedFilesEndInAClearErrorOrAModel() throws Exception {
    SplittableRandom random = new SplittableRandom(77);
    byte[] good = bytes(named("cat", "dog"));
    int models = 0;
    for (int i = 0; i < 10_000; i++) {
      byte[] mutant = mutated(good, random);
      try {
        assertThat(read(mutant.length > 40 ? signed(mutant) : mutant)).isNotNull();
        models++;
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).startsWith("m.convoy: ").hasSizeLessThan(600);
      }
    }
    assertThat(models).as("mutants that are models: changed weights").isBetween(500, 9_500);
  }

  private static byte[] mutated(byte[] good, SplittableRandom random) {
    byte[] mutant =
        switch (random.nextInt(6)) {
          case 0 -> Arrays.copyOf(good, random.nextInt(good.length));
          case 1 -> Arrays.copyOf(good, good.length + random.nextInt(1, 100));
          default -> good.clone();
        };
    for (int edits = random.nextInt(1, 4); edits > 0 && mutant.length > 4; edits--) {
      int at = random.nextInt(mutant.length - 4);
      switch (random.nextInt(4)) {
        case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> mutant[at] = (byte) random.nextInt();
        case 2 -> mutant[at] = (byte) ('0' + random.nextInt(10));
        default ->
            ByteBuffer.wrap(mutant)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(at, random.nextInt() >> random.nextInt(32));
      }
    }
    return mutant;
  }

  /** A graph with several inputs and outputs: what it says of names must not be believed either. */
  @Test
  void mutatedGraphsEndInAClearErrorOrAModel() throws Exception {
    SplittableRandom random = new SplittableRandom(78);
    TrainedModel model = model(GraphModels.EVERYTHING);
    byte[] good = bytes(model);
    assertThat(read(good)).isEqualTo(model);
    int text = 16 + model.spec().toText().length();
    int models = 0;
    for (int i = 0; i < 10_000; i++) {
      byte[] mutant = good.clone();
      for (int edits = random.nextInt(1, 4); edits > 0; edits--) {
        mutant[random.nextInt(16, text)] = good[random.nextInt(16, text)];
      }
      try {
        TrainedModel read = read(signed(mutant));
        assertThat(new Network(read.spec()).parameterCount()).isEqualTo(read.weights().length);
        models++;
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).contains("got", "expected").hasSizeLessThan(700);
      }
    }
    assertThat(models).as("mutants that are models: other names").isBetween(50, 9_500);
  }

  @Test
  void modelsMustFitTheirWeights() {
    ModelSpec spec = ModelSpec.parse(TEXT);
    assertThatThrownBy(() -> new TrainedModel(spec, 3, new float[5]))
        .hasMessage("model: got 5 weights, expected 119 as the layers say");
    assertThatThrownBy(() -> new TrainedModel(spec, 0, new float[119]))
        .hasMessageContaining("got 0 classes");
  }
}
