package dev.convoy.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.spark.checkpoint.Checkpoint;
import dev.convoy.spark.checkpoint.CheckpointException;
import dev.convoy.spark.data.shard.Fingerprint;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CheckpointFitTest {
  private static Checkpoint held(String job, Fingerprint data) {
    return new Checkpoint(
        3,
        1,
        42,
        job,
        CheckpointFit.of(data),
        new float[1],
        new float[0],
        Checkpoint.Progress.none());
  }

  /** A checkpoint whose steps saw other batches is refused by that; one shard has the same ones. */
  @Test
  void batchesOfEarlierVersionsAreToldApart() {
    TrainConfig config = Jobs.on(Path.of("data")).config();
    assertThat(config.data().shards()).isGreaterThan(1);
    assertThat(CheckpointFit.of(config, 10)).contains("\nbatches: examples that the seed spreads");
    Fingerprint data = new Fingerprint(10, 2, "1x1x1", "ab");
    String job = CheckpointFit.of(config, 10);
    String earlier = job.replaceFirst("batches: .*\n", "");
    CheckpointFit.expectFits(held(job, data), "p", config, data, 5, 10);
    assertThatThrownBy(
            () -> CheckpointFit.expectFits(held(earlier, data), "p", config, data, 5, 10))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("p does not fit: batches: it holds neighbouring examples");
    String fewer = job.replace("data.shards: " + config.data().shards(), "data.shards: 1");
    assertThatThrownBy(() -> CheckpointFit.expectFits(held(fewer, data), "p", config, data, 5, 10))
        .hasMessageContaining("data.shards: it holds 1");
  }

  /** What was written before scales were told apart must go on being read as the same data. */
  @Test
  void theUsualScaleGoesWithoutSaying() {
    String usual = CheckpointFit.of(new Fingerprint(10, 2, "1x1x1", "ab"));
    assertThat(usual).isEqualTo("examples: 10\nclasses: 2\nshape: 1x1x1\nhash: ab\n");
    assertThat(CheckpointFit.of(new Fingerprint(10, 2, "1x1x1", "ab", 255f))).isEqualTo(usual);
    assertThat(CheckpointFit.of(new Fingerprint(10, 2, "1x1x1", "ab", 1f)))
        .isEqualTo(usual + "columns.scale: 1.0\n");
  }
}
