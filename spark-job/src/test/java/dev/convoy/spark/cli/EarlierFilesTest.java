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
  void itsCheckpointIsReadAndRefusedForItsBatches() throws IOException {
    Path checkpoints = Files.createDirectories(folder.resolve("run/checkpoints"));
    Path checkpoint = checkpoints.resolve("checkpoint-000000000003.convoy");
    try (InputStream in = file("checkpoint-000000000003.convoy")) {
      Files.copy(in, checkpoint);
    }
    byte[] before = Files.readAllBytes(checkpoint);
    Path job = folder.resolve("run/job.yaml");
    try (InputStream in = file("job.yaml")) {
      Files.copy(in, job);
    }
    String run = folder.resolve("run").toString();
    Cli.run("train", "--resume", "--master", "local[1]", "--output", run)
        .isMistake(
            "checkpoint-000000000003.convoy does not fit: batches: it holds neighbouring examples,"
                + " as in earlier versions, the job asks for examples that the seed spreads over",
            "finish the run with the version that began it, or start anew");
    assertThat(checkpoint).hasBinaryContent(before);
  }
}
