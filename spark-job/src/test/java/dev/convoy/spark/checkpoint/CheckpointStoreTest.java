package dev.convoy.spark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.tensor.CounterRandom;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
  @TempDir Path folder;

  private static Checkpoint sample(long step) {
    float[] weights = new float[40_000];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = CounterRandom.gaussian(step, i);
    }
    return new Checkpoint(
        step,
        2,
        -7,
        "training.seed: -7\n",
        "hash: ab\n",
        weights,
        new float[] {Float.MIN_VALUE, -0f, Float.MAX_VALUE},
        new Checkpoint.Progress(3, 0.25, 1, new float[] {1f}));
  }

  private CheckpointStore store(int keep) {
    return new CheckpointStore(folder.resolve("deep/er").toString(), keep, new Configuration());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("deep/er"))) {
      return files.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  private static void assertSame(Checkpoint found, Checkpoint expected) {
    assertThat(found).usingRecursiveComparison().withStrictTypeChecking().isEqualTo(expected);
  }

  @Test
  void whatIsSavedComesBackBitForBit() throws IOException {
    store(2).save(sample(12));
    CheckpointStore.Found found = store(2).newest();
    assertSame(found.checkpoint().orElseThrow(), sample(12));
    assertThat(found.path()).endsWith("checkpoint-000000000012.convoy");
    assertThat(found.skipped()).isEmpty();
  }

  @Test
  void keepsTheNewestAndTheBestAndNothingElse() throws IOException {
    CheckpointStore store = store(2);
    assertThat(store.newest().checkpoint()).isEmpty();
    Files.writeString(folder.resolve("deep/er/.unfinished-left-by-a-kill"), "half");
    for (long step : new long[] {1, 2, 3, 9, 10}) {
      store.save(sample(step));
      store.saveBest(sample(step));
    }
    store.save(sample(10));
    assertThat(names())
        .containsExactly(
            "best-000000000010.convoy",
            "checkpoint-000000000009.convoy",
            "checkpoint-000000000010.convoy");
  }

  @Test
  void theOneJustWrittenStaysWhateverElseLiesThere() throws IOException {
    for (long step : new long[] {20, 30, 40}) {
      store(3).save(sample(step));
      store(3).saveBest(sample(step));
    }
    CheckpointStore store = store(2);
    store.save(sample(5));
    store.saveBest(sample(5));
    assertThat(names())
        .containsExactly("best-000000000005.convoy", "checkpoint-000000000005.convoy");
    assertThat(store.newest().checkpoint().orElseThrow().step()).isEqualTo(5);
    assertThatThrownBy(store::expectEmpty)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("holds 2 checkpoints of an earlier run")
        .hasMessageContaining("--resume");
  }

  @Test
  void namesDoNotDependOnTheLocale() throws IOException {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      store(2).save(sample(12));
      assertThat(names()).containsExactly("checkpoint-000000000012.convoy");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void damagedOnesAreSkippedWithTheReason() throws IOException {
    CheckpointStore store = store(5);
    for (long step = 1; step <= 4; step++) {
      store.save(sample(step));
    }
    Path four = folder.resolve("deep/er/checkpoint-000000000004.convoy");
    byte[] bytes = Files.readAllBytes(four);
    Files.write(four, Arrays.copyOf(bytes, bytes.length / 2));
    Path three = folder.resolve("deep/er/checkpoint-000000000003.convoy");
    bytes = Files.readAllBytes(three);
    bytes[bytes.length / 3] ^= 4;
    Files.write(three, bytes);
    Path two = folder.resolve("deep/er/checkpoint-000000000002.convoy");
    Files.write(two, new byte[0]);
    CheckpointStore.Found found = store.newest();
    assertThat(found.checkpoint().orElseThrow().step()).isEqualTo(1);
    assertThat(found.skipped()).hasSize(3);
    assertThat(found.skipped().get(0)).contains("000004.convoy: checksum differs");
    assertThat(found.skipped().get(1)).contains("000003.convoy: checksum differs");
    assertThat(found.skipped().get(2)).contains("000002.convoy: truncated: got 0 bytes");
    Files.write(folder.resolve("deep/er/checkpoint-000000000001.convoy"), new byte[100]);
    assertThatThrownBy(store::newest)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("none of the checkpoints verifies")
        .hasMessageContaining("wrong magic");
  }

  @Test
  void noDamageIsTakenForACheckpoint() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Checkpoint small =
        new Checkpoint(
            1, 1, 1, "a: b\n", "c: d\n", new float[3], new float[2], Checkpoint.Progress.none());
    CheckpointFormat.write(small, out);
    byte[] whole = out.toByteArray();
    assertSame(CheckpointFormat.read(new ByteArrayInputStream(whole), whole.length), small);
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] bytes = whole.clone();
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> CheckpointFormat.read(new ByteArrayInputStream(bytes), bytes.length))
          .isInstanceOf(CheckpointException.class);
    }
    for (int length = 0; length < whole.length; length++) {
      byte[] bytes = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> CheckpointFormat.read(new ByteArrayInputStream(bytes), bytes.length))
          .isInstanceOf(CheckpointException.class);
    }
  }

  @Test
  void impossibleFoldersAreRefused() throws IOException {
    assertThatThrownBy(() -> store(0)).hasMessageContaining("checkpoint.keep: got 0");
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> new CheckpointStore(file + "/x", 1, new Configuration()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("checkpoint.directory");
    assertThatThrownBy(() -> new CheckpointStore("nosuch://x", 1, new Configuration()))
        .isInstanceOf(CheckpointException.class);
  }

  @Test
  void foldersThatCannotBeWrittenToAreRefused() {
    Configuration configuration = new Configuration();
    configuration.setClass("fs.noroom.impl", NoRoom.class, FileSystem.class);
    configuration.setClass("fs.readonly.impl", ReadOnly.class, FileSystem.class);
    for (String scheme : List.of("noroom", "readonly")) {
      String directory = scheme + "://" + folder + "/new";
      assertThatThrownBy(() -> new CheckpointStore(directory, 1, configuration))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("checkpoint.directory: got " + directory);
    }
  }

  /** Makes no folders, and says so only by its answer. */
  static final class NoRoom extends RawLocalFileSystem {
    @Override
    public boolean mkdirs(org.apache.hadoop.fs.Path path) {
      return false;
    }

    @Override
    public URI getUri() {
      return URI.create("noroom:///");
    }
  }

  /** Has folders, but takes no files. */
  static final class ReadOnly extends RawLocalFileSystem {
    @Override
    public FSDataOutputStream create(
        org.apache.hadoop.fs.Path path,
        boolean overwrite,
        int buffer,
        short replication,
        long block,
        Progressable progress)
        throws IOException {
      throw new IOException("Permission denied");
    }

    @Override
    public URI getUri() {
      return URI.create("readonly:///");
    }
  }
}
