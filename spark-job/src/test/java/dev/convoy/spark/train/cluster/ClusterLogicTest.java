package dev.convoy.spark.train.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.convoy.spark.train.Preflight;
import dev.convoy.spark.train.event.EventQueue;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainingException;
import java.util.List;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

/** What the driver decides about the cluster, without one. */
class ClusterLogicTest {
  @Test
  void unevenMeansMoreThanAShare() {
    assertThat(PartitionBalancer.isUneven(List.of("1", "2"), 2)).isFalse();
    assertThat(PartitionBalancer.isUneven(List.of("1", "1"), 2)).isTrue();
    assertThat(PartitionBalancer.isUneven(List.of("1", "1"), 1)).isFalse();
    assertThat(PartitionBalancer.isUneven(List.of("1", "2", "1"), 2)).isFalse();
    assertThat(PartitionBalancer.isUneven(List.of("1", "1", "1"), 2)).isTrue();
    assertThat(PartitionBalancer.isUneven(List.of("1", "2"), 0)).isFalse();
    assertThat(PartitionBalancer.isUneven(List.of(), 3)).isFalse();
  }

  @Test
  void aFewMoreSlotsAreNotWorthReadingAllDataAgain() {
    assertThat(PartitionBalancer.isMore(2, 1)).isTrue();
    assertThat(PartitionBalancer.isMore(5, 4)).isTrue();
    assertThat(PartitionBalancer.isMore(9, 8)).isFalse();
    assertThat(PartitionBalancer.isMore(4, 4)).isFalse();
    assertThat(PartitionBalancer.isMore(2, 4)).isFalse();
  }

  @Test
  void onlyTheClustersFailuresAreTriedAgain() {
    String lost = aborted("ExecutorLostFailure (executor 3 exited, caused by a running task)");
    String own = aborted("java.lang.IllegalStateException: no") + "\nExecutorLostFailure";
    assertThat(ClusterFailures.isClusterFailure(new SparkException(lost))).isTrue();
    assertThat(ClusterFailures.isClusterFailure(new SparkException(own))).isFalse();
    assertThat(ClusterFailures.isClusterFailure(new IllegalStateException(lost))).isFalse();
  }

  @Test
  void aClusterFailureIsTriedAgainAFewTimesAndAUsersErrorNever() {
    List<TrainEvent> heard = new java.util.ArrayList<>();
    int[] calls = new int[1];
    try (EventQueue events = new EventQueue(List.of(heard::add))) {
      ClusterFailures failures = new ClusterFailures(() -> false, events::post);
      String result =
          failures.retry(
              "step 5",
              5,
              () -> {
                if (++calls[0] < 3) {
                  throw sneaky(
                      new SparkException(aborted("ExecutorLostFailure (executor 1 exited)")));
                }
                return "done";
              });
      assertThat(result).isEqualTo("done");
      assertThat(calls[0]).isEqualTo(3);
      org.assertj.core.api.Assertions.assertThatThrownBy(
              () ->
                  failures.retry(
                      "step 6",
                      6,
                      () -> {
                        calls[0]++;
                        throw sneaky(new SparkException(aborted("FetchFailed(null, shuffleId=1)")));
                      }))
          .isInstanceOf(TrainingException.class)
          .hasMessageContaining("step 6: the Spark job failed: ")
          .hasMessageContaining("FetchFailed(null");
      assertThat(calls[0]).isEqualTo(3 + 4);
      org.assertj.core.api.Assertions.assertThatThrownBy(
              () ->
                  failures.retry(
                      "step 7",
                      7,
                      () -> {
                        calls[0]++;
                        throw new IllegalArgumentException("a mistake");
                      }))
          .hasMessage("a mistake");
      assertThat(calls[0]).isEqualTo(3 + 4 + 1);
    }
    assertThat(heard).hasSize(2 + 3).allMatch(TrainEvent.Warned.class::isInstance);
  }

  /** How Spark words the failure of a job. */
  private static String aborted(String reason) {
    return "Job aborted due to stage failure: Task 1 in stage 7.0 failed 4 times, most recent"
        + " failure: Lost task 1.3 in stage 7.0 (TID 19) (127.0.0.1 executor 3): "
        + reason
        + "\nDriver stacktrace:";
  }

  /** Throws what Scala's code throws without declaring it. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> RuntimeException sneaky(Throwable failure) throws E {
    throw (E) failure;
  }

  @Test
  void scalingFollowsAmdahlAndNeverSplitsAMicroBatch() {
    List<TrainEvent.Scaling> scaling = Preflight.scaling(512, 16, 2, 1, 2, 10, 80);
    assertThat(scaling).extracting(TrainEvent.Scaling::slots).containsExactly(2, 4, 8, 16);
    assertThat(scaling.get(0).examplesPerSecond()).isCloseTo(512 / 0.090, within(1e-6));
    assertThat(scaling.get(0).efficiency()).isEqualTo(1);
    assertThat(scaling.get(1).examplesPerSecond()).isCloseTo(512 / 0.050, within(1e-6));
    assertThat(scaling.get(3).examplesPerSecond()).isCloseTo(512 / 0.020, within(1e-6));
    // Slots of two threads: half the rounds.
    List<TrainEvent.Scaling> wide = Preflight.scaling(512, 16, 2, 2, 4, 10, 40);
    assertThat(wide).extracting(TrainEvent.Scaling::slots).containsExactly(2, 4, 8, 16);
    assertThat(wide.get(1).examplesPerSecond()).isCloseTo(512 / 0.030, within(1e-6));
    assertThat(wide.get(3).examplesPerSecond()).isCloseTo(512 / 0.020, within(1e-6));
    List<TrainEvent.Scaling> small = Preflight.scaling(64, 2, 2, 1, 2, 10, 10);
    assertThat(small.get(3).examplesPerSecond()).isEqualTo(small.get(0).examplesPerSecond());
    assertThat(small.get(3).efficiency()).isEqualTo(0.125);
  }
}
