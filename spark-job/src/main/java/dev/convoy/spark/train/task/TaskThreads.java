package dev.convoy.spark.train.task;

import dev.convoy.spark.data.shard.PackedShard;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * The threads of one task. Whoever is free takes the next micro-batch, with buffers of its own; at
 * the end what they found is added up. Sums are exact, so who took what leaves no trace. The task's
 * own thread is one of them, and the only one that reads shards: Spark knows a task by its thread.
 */
public final class TaskThreads implements AutoCloseable {
  /** Threads that help; they are kept for a while from task to task. */
  private static final ExecutorService HELPERS =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "convoy-engine");
            thread.setDaemon(true);
            return thread;
          });

  private static final Job END = new Job(null, null);

  private final int threads;
  private final Supplier<TaskBuffers> buffers;
  private final Work work;
  private final BlockingQueue<Job> waiting;
  private final Member own = new Member();
  private final List<Member> members = new ArrayList<>(List.of(own));
  private final List<Future<?>> helpers = new ArrayList<>();
  private int jobs;

  /** What is done with a micro-batch. */
  @FunctionalInterface
  public interface Work {
    /** Works on the micro-batch {@code piece} of {@code shard}, and adds to {@code found}. */
    void on(PackedShard shard, BatchPlan.Piece piece, TaskBuffers buffers, TaskResult found);
  }

  private record Job(PackedShard shard, BatchPlan.Piece piece) {}

  /**
   * @param threads of the task, its own included
   * @param buffers ready for work; asked for once by each thread that has some
   */
  public TaskThreads(int threads, Supplier<TaskBuffers> buffers, Work work) {
    this.threads = threads;
    this.buffers = buffers;
    this.work = work;
    // Enough for all to go on while a shard is read, and few shards are held at a time.
    this.waiting = new ArrayBlockingQueue<>(2 * threads);
  }

  /** One thread and what it found. */
  private final class Member {
    private final TaskResult found = new TaskResult();
    private TaskBuffers held;

    void take(Job job) {
      long from = System.nanoTime();
      if (held == null) {
        held = buffers.get();
      }
      work.on(job.shard(), job.piece(), held, found);
      found.addComputeNanos(System.nanoTime() - from);
    }

    Void takeAll() throws InterruptedException {
      for (Job job = waiting.take(); job != END; job = waiting.take()) {
        take(job);
      }
      return null;
    }
  }

  /** Has {@code piece} worked on, now or before {@link #finish} returns. */
  public void add(PackedShard shard, BatchPlan.Piece piece) {
    Job job = new Job(shard, piece);
    if (threads == 1) {
      own.take(job);
      return;
    }
    // The first is for this thread.
    if (++jobs > 1 && helpers.size() < threads - 1) {
      Member helper = new Member();
      members.add(helper);
      helpers.add(HELPERS.submit(helper::takeAll));
    }
    while (!waiting.offer(job)) {
      takeOne();
    }
  }

  private boolean takeOne() {
    Job job = waiting.poll();
    if (job != null) {
      own.take(job);
    }
    return job != null;
  }

  /**
   * Waits until all is done, and adds counts, loss and trouble to {@code result}.
   *
   * @return the buffers that were used, for the caller to add up and release
   */
  public List<TaskBuffers> finish(TaskResult result) {
    while (takeOne()) {
      // Until all are taken.
    }
    helpers.forEach(helper -> waiting.add(END));
    helpers.forEach(TaskThreads::await);
    helpers.clear();
    members.removeIf(member -> member.held == null);
    members.forEach(member -> result.addCounts(member.found));
    return members.stream().map(member -> member.held).toList();
  }

  private static void await(Future<?> helper) {
    try {
      helper.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the task was interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    }
  }

  /** Stops the helpers of a task that failed; their buffers are dropped. */
  @Override
  public void close() {
    helpers.forEach(helper -> helper.cancel(true));
  }
}
