package dev.convoy.spark.train.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.spark.data.shard.PackedShard;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TaskThreadsTest {
  private static final int JOBS = 40;
  private static final PackedShard SHARD =
      new PackedShard(0, 0, new byte[0], new int[0], new long[0]);
  private static final Supplier<TaskBuffers> BUFFERS =
      () -> TaskBuffers.take("input 1x1x1\nflatten\ndense units=2", 1, true);

  private static BatchPlan.Piece piece(int number) {
    return new BatchPlan.Piece(0, number, number + 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 60})
  void everyPieceIsTakenOnceWithBuffersOfTheThread(int threads) {
    Set<Integer> taken = ConcurrentHashMap.newKeySet();
    Set<TaskBuffers> inUse = ConcurrentHashMap.newKeySet();
    TaskResult result = new TaskResult();
    List<TaskBuffers> used;
    try (TaskThreads crew =
        new TaskThreads(
            threads,
            BUFFERS,
            (shard, piece, buffers, found) -> {
              assertThat(inUse.add(buffers)).as("buffers of one thread at a time").isTrue();
              assertThat(taken.add(piece.from())).as("taken once").isTrue();
              found.addExamples(1, 0, 0);
              inUse.remove(buffers);
            })) {
      for (int i = 0; i < JOBS; i++) {
        crew.add(SHARD, piece(i));
      }
      used = crew.finish(result);
    }
    assertThat(taken).hasSize(JOBS);
    assertThat(result.examples()).isEqualTo(JOBS);
    assertThat(used).doesNotHaveDuplicates().hasSizeBetween(1, threads);
  }

  /** All three must work at the same time, or none would get on. */
  @Test
  void threadsWorkAtTheSameTime() {
    CyclicBarrier all = new CyclicBarrier(3);
    TaskResult result = new TaskResult();
    try (TaskThreads crew =
        new TaskThreads(
            3,
            BUFFERS,
            (shard, piece, buffers, found) -> {
              meet(all);
              found.addExamples(0, 1, 0);
            })) {
      for (int i = 0; i < 3; i++) {
        crew.add(SHARD, piece(i));
      }
      assertThat(crew.finish(result)).hasSize(3);
    }
    assertThat(result.correct()).isEqualTo(3);
  }

  private static void meet(CyclicBarrier all) {
    try {
      all.await(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatAHelperFailsWithTheTaskFailsWith() {
    Thread own = Thread.currentThread();
    CountDownLatch failed = new CountDownLatch(1);
    TaskThreads.Work work =
        (shard, piece, buffers, found) -> {
          if (Thread.currentThread() == own) {
            // The helper has its turn first.
            await(failed);
          } else {
            failed.countDown();
            throw new IllegalArgumentException("bad piece");
          }
        };
    assertThatThrownBy(
            () -> {
              try (TaskThreads crew = new TaskThreads(2, BUFFERS, work)) {
                crew.add(SHARD, piece(0));
                crew.add(SHARD, piece(1));
                crew.finish(new TaskResult());
              }
            })
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bad piece");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As Spark does with a task that it gives up. */
  @Test
  void aTaskThatIsInterruptedTakesItsHelpersAlong() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    AtomicBoolean failed = new AtomicBoolean();
    TaskThreads.Work endless =
        (shard, piece, buffers, found) -> {
          if (Thread.currentThread().getName().equals("convoy-engine")) {
            begun.countDown();
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException e) {
              stopped.countDown();
            }
          } else {
            await(begun);
          }
        };
    Thread task =
        new Thread(
            () -> {
              try (TaskThreads crew = new TaskThreads(2, BUFFERS, endless)) {
                crew.add(SHARD, piece(0));
                crew.add(SHARD, piece(1));
                crew.finish(new TaskResult());
              } catch (IllegalStateException e) {
                failed.set(true);
              }
            });
    task.start();
    await(begun);
    task.interrupt();
    task.join();
    assertThat(failed).isTrue();
    await(stopped);
  }
}
