package dev.convoy.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.spark.data.shard.Fingerprint;
import org.junit.jupiter.api.Test;

class CheckpointFitTest {
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
