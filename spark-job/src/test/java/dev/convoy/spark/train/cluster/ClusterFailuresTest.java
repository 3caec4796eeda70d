package dev.convoy.spark.train.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.train.event.EventQueue;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainingException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.shuffle.MetadataFetchFailedException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.Tuple2;

class ClusterFailuresTest {
  private static final String TASK =
      "Job aborted due to stage failure: Task 0 in stage 3.0 failed 4 times, most recent failure:"
          + " Lost task 0.3 in stage 3.0 (TID 15) (10.0.0.2 executor 3): ";
  private static final String LOST =
      TASK + "ExecutorLostFailure (executor 3 exited caused by one of the running tasks)";

  private static SparkContext spark;

  @BeforeAll
  static void start() {
    spark = SparkForTests.local("local[1]");
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void raise(Throwable failure) throws E {
    throw (E) failure;
  }

  /** Has a job fail {@code failures} times; what was heard is in {@code heard} afterwards. */
  private static int callsUntilTheEnd(Throwable failure, int failures, List<TrainEvent> heard) {
    AtomicInteger calls = new AtomicInteger();
    try (EventQueue events = new EventQueue(List.of(heard::add))) {
      String answer =
          new ClusterFailures(() -> false, events::post)
              .retry(
                  "step 7",
                  7,
                  () -> {
                    if (calls.incrementAndGet() <= failures) {
                      ClusterFailuresTest.<RuntimeException>raise(failure);
                    }
                    return "done";
                  });
      assertThat(answer).isEqualTo("done");
    }
    return calls.get();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        LOST + " Reason: Command exited with code 137\nDriver stacktrace:\n",
        TASK + "TaskResultLost (result lost from block manager)\nDriver stacktrace:\n",
        TASK
            + "java.io.IOException: org.apache.spark.SparkException: Failed to get"
            + " broadcast_9_piece0 of broadcast_9",
        "Job aborted due to stage failure: ResultStage 7 (runJob at TrainStep.java:172) has failed"
            + " the maximum allowable number of times: 4. Most recent failure reason:\n"
            + "org.apache.spark.shuffle.MetadataFetchFailedException: Missing an output location",
        "Job aborted due to stage failure: ShuffleMapStage 2 (runJob at X.java:1) has failed the"
            + " maximum allowable number of times: 4."
      })
  void whatSparkSaysOfALostClusterIsKnown(String message) {
    assertThat(ClusterFailures.isClusterFailure(new SparkException(message))).isTrue();
  }

  @Test
  void aStageThatLosesItsBlocksTooOftenIsAClusterFailure() {
    Throwable failure =
        catchThrowable(
            () ->
                JavaSparkContext.fromSparkContext(spark)
                    .parallelize(List.of(1, 2), 1)
                    .mapToPair(x -> new Tuple2<>(x, x))
                    .groupByKey(1)
                    .foreach(
                        x -> {
                          throw new MetadataFetchFailedException(0, 0, "lost by the test");
                        }));
    assertThat(failure)
        .isInstanceOf(SparkException.class)
        .hasMessageContaining("has failed the maximum allowable number of times");
    assertThat(ClusterFailures.isClusterFailure(failure)).isTrue();
  }

  @Test
  void aTaskThatFailsByItselfIsNeverTriedAgain() {
    Throwable failure =
        catchThrowable(
            () ->
                JavaSparkContext.fromSparkContext(spark)
                    .parallelize(List.of(1), 1)
                    .foreach(
                        x -> {
                          throw new IllegalStateException(
                              "ExecutorLostFailure FetchFailed TaskResultLost Failed to get"
                                  + " broadcast_1, ResultStage 7 (x) has failed the maximum"
                                  + " allowable number of times");
                        }));
    assertThat(failure).isInstanceOf(SparkException.class);
    List<TrainEvent> heard = new ArrayList<>();
    assertThatThrownBy(() -> callsUntilTheEnd(failure, 1, heard))
        .isInstanceOf(TrainingException.class)
        .hasCause(failure)
        .hasMessageContaining("step 7: the Spark job failed: Job aborted");
    assertThat(heard).isEmpty();
    assertThatThrownBy(() -> callsUntilTheEnd(new IllegalStateException("own"), 1, heard))
        .isInstanceOf(IllegalStateException.class);
    assertThat(heard).isEmpty();
  }

  @Test
  void triesAreFewAndTold() {
    SparkException failure = new SparkException(LOST);
    List<TrainEvent> heard = new ArrayList<>();
    assertThat(callsUntilTheEnd(failure, 3, heard)).isEqualTo(4);
    assertThat(heard).hasSize(3).allMatch(TrainEvent.Warned.class::isInstance);
    TrainEvent.Warned last = (TrainEvent.Warned) heard.get(2);
    assertThat(last.step()).isEqualTo(7);
    assertThat(last.message()).contains("step 7 failed", "(3 of 3)", "ExecutorLostFailure");

    heard.clear();
    assertThatThrownBy(() -> callsUntilTheEnd(failure, 4, heard))
        .isInstanceOf(TrainingException.class)
        .hasCause(failure);
    assertThat(heard).hasSize(3);
  }
}
