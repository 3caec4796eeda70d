package dev.convoy.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.spark.checkpoint.Checkpoint;
import dev.convoy.spark.checkpoint.CheckpointStore;
import dev.convoy.spark.data.shard.Fingerprint;
import dev.convoy.spark.train.event.EventQueue;
import dev.convoy.spark.train.task.BatchPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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
  void aValidationThatEndedAfterItsCheckpointWasSavedIsKnown() throws IOException {
    assertThat(bestLossAfter(4.7, 2.5)).isEqualTo(2.5);
    assertThat(bestLossAfter(2.5, 4.7)).isEqualTo(2.5);
  }

  /** What a run is told that finds a checkpoint and a best one of the same step. */
  private double bestLossAfter(double inCheckpoint, double inBest) throws IOException {
    CheckpointPolicy policy = policy(1, 0, true);
    RunState before = new RunState(new float[] {1, 2}, new float[0]);
    before.step = 5;
    before.progress = new Checkpoint.Progress(3, inCheckpoint, 1, new float[0]);
    Checkpoint checkpoint = policy.snapshot(before);
    policy.store().save(checkpoint);
    policy.store().saveBest(checkpoint.with(new Checkpoint.Progress(5, inBest, 0, new float[0])));
    RunState after = new RunState(new float[2], new float[0]);
    try (EventQueue events = new EventQueue(List.of())) {
      assertThat(policy.resume(after, events)).isTrue();
    }
    assertThat(after.step).isEqualTo(5);
    assertThat(after.weights).containsExactly(1, 2);
    return after.progress.bestLoss();
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
