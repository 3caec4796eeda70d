package dev.convoy.spark.train.task;

import dev.convoy.engine.network.Workspace;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;

/**
 * What tasks found: a gradient in training, counts and losses in evaluation too. It travels from
 * executors to the driver. Counts and losses are integers and the gradient is an exact sum, so
 * results of several tasks can be added up in any order.
 */
public final class TaskResult implements Serializable {
  private static final long serialVersionUID = 2L;

  /** Losses are summed as multiples of this. */
  static final double LOSS_UNIT = 0x1.0p-24;

  private static final double LARGEST_LOSS = 0x1.0p30;

  private final ArrayList<TaskRun> runs = new ArrayList<>(1);
  private long beginMicros = Long.MAX_VALUE;
  private long endMicros;
  private long computeNanos;
  private long examples;
  private long correct;
  private long lossUnits;

  /** For each output the examples it got right and its loss units; empty outside evaluation. */
  private long[] eachOutput = {};

  /** True if a loss was not a number or too large for any sensible run. */
  private boolean lossLost;

  private OutOfRange outOfRange;
  private byte[] gradient;
  private transient int partition;

  /** One task's share of the work. No record, because Kryo cannot read records. */
  public static final class TaskRun implements Serializable {
    private static final long serialVersionUID = 1L;
    private final int partition;
    private final String executor;
    private final long examples;
    private final long computeNanos;

    TaskRun(int partition, String executor, long examples, long computeNanos) {
      this.partition = partition;
      this.executor = executor;
      this.examples = examples;
      this.computeNanos = computeNanos;
    }

    /** Index of the partition that the task worked on. */
    public int partition() {
      return partition;
    }

    /** Spark's name of the executor that ran it. */
    public String executor() {
      return executor;
    }

    /** Examples of the batch in the partition. */
    public long examples() {
      return examples;
    }

    /** Time in the engine. */
    public long computeNanos() {
      return computeNanos;
    }
  }

  /** The gradient value that was farthest out of range. No record, because of Kryo. */
  public static final class OutOfRange implements Serializable {
    private static final long serialVersionUID = 1L;
    private final int parameter;
    private final float value;

    OutOfRange(int parameter, float value) {
      this.parameter = parameter;
      this.value = value;
    }

    /** Index of the parameter. */
    public int parameter() {
      return parameter;
    }

    /** The gradient as a mean over its micro-batch. */
    public float value() {
      return value;
    }

    /** True if this is worse: NaN before all, then the largest, then the first. */
    private boolean isWorseThan(OutOfRange other) {
      // Float.compare puts NaN above all numbers.
      int order = Float.compare(Math.abs(value), Math.abs(other.value));
      if (order == 0 && parameter == other.parameter) {
        return value > other.value;
      }
      return order == 0 ? parameter < other.parameter : order > 0;
    }
  }

  /** The clock that {@link #beginMicros} is read from: microseconds since 1970. */
  public static long nowMicros() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
  }

  /** Notes where and when the task begins. */
  void begin(TaskContext context) {
    partition = context.partitionId();
    beginMicros = nowMicros();
  }

  /** Notes when the task ends, and what it did. */
  void end() {
    endMicros = nowMicros();
    runs.add(new TaskRun(partition, SparkEnv.get().executorId(), examples, computeNanos));
  }

  /** Adds the counts, the loss, and a gradient out of range of {@code other}; not its gradient. */
  public void addCounts(TaskResult other) {
    runs.addAll(other.runs);
    beginMicros = Math.min(beginMicros, other.beginMicros);
    endMicros = Math.max(endMicros, other.endMicros);
    computeNanos = Math.max(computeNanos, other.computeNanos);
    examples += other.examples;
    correct += other.correct;
    lossUnits += other.lossUnits;
    lossLost |= other.lossLost;
    if (eachOutput.length < other.eachOutput.length) {
      eachOutput = Arrays.copyOf(eachOutput, other.eachOutput.length);
    }
    for (int i = 0; i < other.eachOutput.length; i++) {
      eachOutput[i] += other.eachOutput[i];
    }
    if (other.outOfRange != null) {
      noteOutOfRange(other.outOfRange.parameter(), other.outOfRange.value());
    }
  }

  /**
   * Adds a micro-batch.
   *
   * @param count examples in it
   * @param right of which the first output got right
   * @param lossSum over its examples
   */
  void addExamples(int count, int right, double lossSum) {
    examples += count;
    correct += right;
    lossUnits += units(lossSum);
  }

  /** Adds what each of the {@code outputs} outputs found in a micro-batch. */
  void addOutputs(int outputs, Workspace workspace) {
    eachOutput = Arrays.copyOf(eachOutput, 2 * outputs);
    for (int o = 0; o < outputs; o++) {
      eachOutput[2 * o] += workspace.correct(o);
      eachOutput[2 * o + 1] += units(workspace.lossSum(o));
    }
  }

  private long units(double loss) {
    if (Math.abs(loss) < LARGEST_LOSS) {
      return Math.round(loss / LOSS_UNIT);
    }
    lossLost = true;
    return 0;
  }

  /** Adds time spent in the engine. */
  void addComputeNanos(long nanos) {
    computeNanos += nanos;
  }

  /**
   * Notes a gradient value that is out of range.
   *
   * @param value as a mean over its micro-batch
   */
  void noteOutOfRange(int parameter, float value) {
    OutOfRange found = new OutOfRange(parameter, value);
    if (outOfRange == null || found.isWorseThan(outOfRange)) {
      outOfRange = found;
    }
  }

  /** Sets the gradient: the code of a {@code GradientSum}, or null. */
  public void setGradient(byte[] code) {
    gradient = code;
  }

  /** The code of a {@code GradientSum}; null if there was nothing to add. */
  public byte[] gradient() {
    return gradient;
  }

  /** The gradient value that was worst out of range; the gradient is then missing. */
  public Optional<OutOfRange> outOfRange() {
    return Optional.ofNullable(outOfRange);
  }

  /** The tasks whose results are in this one; evaluation does not note them. */
  public List<TaskRun> runs() {
    return Collections.unmodifiableList(runs);
  }

  /** When the first task began, by its executor's clock, in microseconds since 1970. */
  public long beginMicros() {
    return beginMicros;
  }

  /** When the last task ended. */
  public long endMicros() {
    return endMicros;
  }

  /** Largest time of a task in the engine; fetching weights and reading shards do not count. */
  public long computeNanos() {
    return computeNanos;
  }

  /** Examples seen. */
  public long examples() {
    return examples;
  }

  /** Examples that the first output got right. */
  public long correct() {
    return correct;
  }

  /** Examples that output {@code o} got right. */
  public long correct(int o) {
    return eachOutput[2 * o];
  }

  /** Sum of the loss over the examples; NaN if one of them was no sensible number. */
  public double lossSum() {
    return lossLost ? Double.NaN : lossUnits * LOSS_UNIT;
  }

  /** Sum of the loss of output {@code o} over the examples; NaN as above. */
  public double lossSum(int o) {
    return lossLost ? Double.NaN : eachOutput[2 * o + 1] * LOSS_UNIT;
  }
}
