package dev.convoy.spark.train.cluster;

import dev.convoy.spark.data.TaskSlots;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.train.event.EventQueue;
import dev.convoy.spark.train.event.TrainEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Keeps partitions spread over the executors. When an executor is lost, Spark moves its partitions
 * to the others, and they would stay there after another has come in its place: steps would take
 * twice as long for good. Executors that come later than the first would have nothing to do. So
 * when some executor has more than its share, or there are more slots than partitions, for a few
 * steps on end, the data is cut anew; tasks without cached data go wherever a slot is free. Shards
 * stay as they are, and so does the answer.
 */
public final class PartitionBalancer {
  /** A step takes as long as the fullest executor; below this a move costs more than it saves. */
  private static final double WORTH_IT = 1.25;

  /** Steps that partitions must be uneven on end before they are moved. */
  private static final int UNEVEN_STEPS = 3;

  /** Moves between the same executors that did not help: they differ, and more would not either. */
  private static final int MOST_MOVES = 5;

  /**
   * Rest before they may be moved again; doubles while moving does not help. An executor is known a
   * moment before it takes tasks, so the first move may come too early.
   */
  private static final long FIRST_REST = TimeUnit.SECONDS.toNanos(1);

  private static final long LONGEST_REST = TimeUnit.MINUTES.toNanos(5);

  private final SparkContext spark;
  private final TrainingData data;
  private final EventQueue events;
  private final int wanted;
  private final boolean on;
  private Set<String> known = Set.of();
  private int uneven;
  private int moves;
  private long rest = FIRST_REST;
  private long moved = System.nanoTime() - FIRST_REST;

  /**
   * @param wanted partitions the job asks for, 0 for one a task slot
   */
  public PartitionBalancer(SparkContext spark, TrainingData data, int wanted, EventQueue events) {
    this.spark = spark;
    this.data = data;
    this.wanted = wanted;
    this.events = events;
    this.on = !spark.isLocal();
  }

  /**
   * Looks at where the tasks of a step ran, and moves partitions if that is worth it.
   *
   * @param ranOn the executor of each task
   */
  public void after(long step, List<String> ranOn) {
    if (!on) {
      return;
    }
    Set<String> ids = Set.copyOf(CollectionConverters.asJava(spark.getExecutorIds()));
    if (!ids.equals(known)) {
      known = ids;
      moves = 0;
    }
    int executors = ids.size();
    if (isUneven(ranOn, executors)) {
      executors = Math.min(executors, withStorage());
    }
    int partitions = partitions();
    boolean more = wanted == 0 && isMore(partitions, data.partitions());
    if (!more && !isUneven(ranOn, executors)) {
      uneven = 0;
      moves = 0;
      rest = FIRST_REST;
    } else if (++uneven >= UNEVEN_STEPS
        && moves < MOST_MOVES
        && System.nanoTime() - moved >= rest) {
      move(step, partitions, more, executors);
    }
  }

  /** Partitions that the data would be cut into now. */
  private int partitions() {
    return wanted == 0 ? Math.min(TaskSlots.now(spark), data.shardCount()) : wanted;
  }

  /** Executors that can hold data, which they can a moment before they take tasks. */
  private int withStorage() {
    int withDriver = spark.getExecutorMemoryStatus().size();
    return withDriver - 1;
  }

  private void move(long step, int partitions, boolean more, int executors) {
    int before = data.partitions();
    data.recut(partitions);
    String text =
        more
            ? "executors came: " + partitions + " partitions in place of " + before
            : partitions + " partitions are spread over " + executors + " executors again";
    events.post(new TrainEvent.Warned(step, text));
    uneven = 0;
    moves++;
    moved = System.nanoTime();
    rest = Math.min(2 * rest, LONGEST_REST);
  }

  /** True if so many partitions in place of those there are would be worth a move. */
  static boolean isMore(int partitions, int before) {
    return partitions >= WORTH_IT * before;
  }

  /**
   * True if an executor holds more than its share of partitions, by enough to be worth a move.
   *
   * @param ranOn the executor of each task
   * @param executors that are there
   */
  static boolean isUneven(List<String> ranOn, int executors) {
    if (executors == 0 || ranOn.isEmpty()) {
      return false;
    }
    Map<String, Integer> load = new HashMap<>();
    int most = 0;
    for (String executor : ranOn) {
      most = Math.max(most, load.merge(executor, 1, Integer::sum));
    }
    int share = (ranOn.size() + executors - 1) / executors;
    return most > share && most >= WORTH_IT * share;
  }
}
