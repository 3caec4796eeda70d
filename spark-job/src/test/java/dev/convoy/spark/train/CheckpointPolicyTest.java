package dev.convoy.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.spark.checkpoint.CheckpointStore;
import dev.convoy.spark.data.Fingerprint;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointPolicyTest {
  @TempDir static Path folder;

  private long now = 1000;

  private CheckpointPolicy policy(long everySteps, double everyMinutes, boolean everyEpoch) {
    TrainConfig job = Jobs.on(folder).config();
    TrainConfig.Checkpoints when =
        new TrainConfig.Checkpoints(
            folder.resolve("saved").toString(), everySteps, everyMinutes, everyEpoch, 3);
    return new CheckpointPolicy(
        new TrainConfig(job.model(), job.data(), job.loop(), job.update(), when),
        new Fingerprint(10, 2, "1x1x1", "ab"),
        new BatchPlan(1, new int[] {10}, 2, 2),
        100,
        Optional.of(new CheckpointStore(when.directory(), 3, new Configuration())),
        () -> now);
  }

  @Test
  void byMinutesSinceTheLastOne() {
    CheckpointPolicy policy = policy(0, 1.5, false);
    now += TimeUnit.SECONDS.toNanos(89);
    assertThat(policy.isDue(1, true)).isFalse();
    now += TimeUnit.SECONDS.toNanos(1);
    assertThat(policy.isDue(2, false)).isTrue();
    assertThat(policy.isDue(3, false)).isFalse();
    now += TimeUnit.SECONDS.toNanos(90);
    assertThat(policy.isDue(4, false)).isTrue();
  }

  @Test
  void byStepsAndEpochs() {
    CheckpointPolicy policy = policy(4, 0, true);
    assertThat(policy.isDue(3, false)).isFalse();
    assertThat(policy.isDue(4, false)).isTrue();
    assertThat(policy.isDue(5, true)).isTrue();
    assertThat(policy(4, 0, false).isDue(5, true)).isFalse();
  }
}
