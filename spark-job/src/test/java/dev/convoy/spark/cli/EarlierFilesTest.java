package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.engine.model.ModelFile;
import dev.convoy.engine.model.WeightsHash;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that the first version's jar wrote: a run of six steps, and its checkpoint at the third.
 */
class EarlierFilesTest {
  private static final String HASH =
      "2743c89d1f7f17668295ca044932b97e1b6ff2447bf7b6917f71f19884365814";

  @TempDir private Path folder;

  private static InputStream file(String name) {
    return EarlierFilesTest.class.getResourceAsStream("/dev/convoy/spark/compatibility/" + name);
  }

  @Test
  void itsModelIsRead() throws IOException {
    try (InputStream in = file("model.convoy")) {
      assertThat(WeightsHash.sha256(ModelFile.read(in, "model.convoy").weights())).isEqualTo(HASH);
    }
  }

  @Test
  void itsJobAndCheckpointGoOnToTheSameWeights() throws IOException {
    Path checkpoints = Files.createDirectories(folder.resolve("run/checkpoints"));
    try (InputStream in = file("checkpoint-000000000003.convoy")) {
      Files.copy(in, checkpoints.resolve("checkpoint-000000000003.convoy"));
    }
    Path job = folder.resolve("run/job.yaml");
    try (InputStream in = file("job.yaml")) {
      Files.copy(in, job);
    }
    Cli resumed =
        Cli.run(
                "train",
                "--resume",
                "--master",
                "local[1]",
                "--output",
                folder.resolve("run").toString())
            .succeeds();
    assertThat(resumed.out()).contains(HASH);
    assertThat(Files.readAllLines(folder.resolve("run/metrics.jsonl")))
        .hasSize(3)
        .first()
        .asString()
        .startsWith("{\"step\":4,");
  }
}
