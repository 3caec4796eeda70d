package dev.convoy.spark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.spark.Mutations;
import dev.convoy.spark.Mutations.Outcome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged checkpoints: refused with a reason, never taken for another run's state. */
class HostileCheckpointTest {
  private static final int CASES = 8000;
  private static final long MOST_BYTES = 64 << 20;

  private static byte[] bytes(Checkpoint checkpoint) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CheckpointFormat.write(checkpoint, out);
    return out.toByteArray();
  }

  private static byte[] whole() throws IOException {
    float[] weights = new float[500];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = i * 0.25f;
    }
    return bytes(
        new Checkpoint(
            40,
            2,
            7,
            "data.path: somewhere\ntraining.epochs: 3\n",
            "examples: 100\nhash: 12ab\n",
            weights,
            weights.clone(),
            new Checkpoint.Progress(30, 0.5, 1, weights.clone())));
  }

  private static Outcome read(byte[] mutated, byte[] original) throws IOException {
    Checkpoint read = CheckpointFormat.read(new ByteArrayInputStream(mutated), mutated.length);
    return Arrays.equals(bytes(read), original) ? Outcome.ALIKE : Outcome.ACCEPTED;
  }

  @Test
  void damagedCheckpointsAreRefused() throws IOException {
    byte[] original = whole();
    Mutations found = new Mutations("checkpoint", MOST_BYTES);
    found.run(original, CASES, mutated -> read(mutated, original)).report();
    assertThat(found.accepted()).as("wrong states").isZero();
  }

  @Test
  void anotherVersionIsRefusedByItsNumber() throws IOException {
    byte[] newer = whole();
    newer[11] = 99;
    assertThatThrownBy(() -> read(newer, newer))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("got version 99, expected 1");
  }

  /** A sparse file takes no room on disk and may be of any length. */
  @Test
  void aFileOfZerosIsRefusedBeforeMemoryIsAskedFor(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("checkpoint-000000000012.convoy");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(Integer.MAX_VALUE - 100L);
    }
    CheckpointStore store = new CheckpointStore(folder.toString(), 3, new Configuration());
    assertThatThrownBy(store::newest)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("wrong magic at offset 0");
  }

  @Test
  void figuresBelowZeroAreRefused() throws IOException {
    Checkpoint.Progress none = Checkpoint.Progress.none();
    byte[] bytes = bytes(new Checkpoint(-1, 1, 1, "", "", new float[0], new float[0], none));
    assertThatThrownBy(() -> read(bytes, bytes))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("step: got -1, expected 0 or more");
  }

  /** With the right checksum only what the file says can be refused. */
  @Test
  void lengthsAreNotBelieved() throws Exception {
    byte[] original = whole();
    byte[] content = Arrays.copyOf(original, original.length - 32);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    new Mutations("checkpoint, checksum made right", MOST_BYTES)
        .run(
            content,
            CASES / 2,
            mutated -> {
              byte[] signed = Arrays.copyOf(mutated, mutated.length + 32);
              System.arraycopy(digest.digest(mutated), 0, signed, mutated.length, 32);
              return read(signed, original);
            })
        .report();
  }
}
