package dev.convoy.spark.train.task;

import dev.convoy.engine.network.Workspace;
import java.io.Serializable;
import java.time.Instant;
import java.util.Arrays;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;

/**
 * What one task found for its part of a batch. The gradient travels as one byte array; counts and
 * the loss are integers, so that adding parts up does not depend on their order either.
 */
public final class TaskResult implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Loss sums travel as multiples of this. */
  static final double LOSS_UNIT = 0x1.0p-24;

  private static final double LARGEST_LOSS = 0x1.0p30;

  /** Which partitions are in it, and where they ran: {@code partition@executor}, blank between. */
  public String places = "";

  /** Who did how much: {@code executor:examples:microseconds in the engine}, blank between. */
  public String shares = "";

  /** When the first task function began, by the executor's clock, microseconds since 1970. */
  public long beginMicros = Long.MAX_VALUE;

  /** When the last task function ended. */
  public long endMicros;

  /** Time in the engine; fetching weights and reading shards are not part of it. */
  public long computeNanos;

  public long examples;
  public long correct;
  public long lossUnits;

  /** For each output what was right and its loss units; empty if nobody asked. */
  private long[] eachOutput = {};

  /** True if a loss was not a number or beyond any sense. */
  boolean lossLost;

  /** -1, or the parameter whose gradient was worst out of range; the gradient is then missing. */
  public int badParameter = -1;

  /** Value of {@link #badParameter}, as a mean over its micro-batch. */
  public float badValue;

  /** Code of a {@code GradientSum}; null if there was nothing to add. */
  public byte[] gradient;

  /** Takes counts, loss and trouble from {@code other}; not the gradient. */
  public void addCounts(TaskResult other) {
    places = joined(places, other.places);
    shares = joined(shares, other.shares);
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
    if (other.badParameter >= 0) {
      noteBad(other.badParameter, other.badValue);
    }
  }

  /**
   * Notes a gradient that is out of range.
   *
   * @param value as a mean over its micro-batch
   */
  public void noteBad(int parameter, float value) {
    if (badParameter < 0 || isWorse(parameter, value)) {
      badParameter = parameter;
      badValue = value;
    }
  }

  private static String joined(String left, String right) {
    return left.isEmpty() || right.isEmpty() ? left + right : left + " " + right;
  }

  /** NaN before all, then the largest, then the first: the same whoever comes first. */
  private boolean isWorse(int parameter, float value) {
    // Float.compare puts NaN above all numbers.
    int order = Float.compare(Math.abs(value), Math.abs(badValue));
    if (order == 0 && parameter == badParameter) {
      return value > badValue;
    }
    return order == 0 ? parameter < badParameter : order > 0;
  }

  /** The clock that {@link #beginMicros} is read from. */
  public static long nowMicros() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
  }

  /** Notes where and when the part begins. */
  public void begin(TaskContext context) {
    places = context.partitionId() + "@" + SparkEnv.get().executorId();
    beginMicros = nowMicros();
  }

  /** Notes when the part ends, and what was done in it. */
  public void end() {
    endMicros = nowMicros();
    shares = SparkEnv.get().executorId() + ":" + examples + ":" + computeNanos / 1000;
  }

  /** Adds what the {@code outputs} outputs of a micro-batch found, one by one. */
  void addOutputs(int outputs, Workspace workspace) {
    eachOutput = Arrays.copyOf(eachOutput, 2 * outputs);
    for (int o = 0; o < outputs; o++) {
      double loss = workspace.lossSum(o);
      boolean lost = !(Math.abs(loss) < LARGEST_LOSS);
      lossLost |= lost;
      eachOutput[2 * o] += workspace.correct(o);
      eachOutput[2 * o + 1] += lost ? 0 : Math.round(loss / LOSS_UNIT);
    }
  }

  /** Examples that output {@code o} got right. */
  public long correct(int o) {
    return eachOutput[2 * o];
  }

  /** Sum over the examples of the loss of output {@code o}; NaN if it was lost. */
  public double lossSum(int o) {
    return lossLost ? Double.NaN : eachOutput[2 * o + 1] * LOSS_UNIT;
  }

  /** Adds the loss sum of a micro-batch. */
  public void addLoss(double lossSum) {
    if (Math.abs(lossSum) < LARGEST_LOSS) {
      lossUnits += Math.round(lossSum / LOSS_UNIT);
    } else {
      lossLost = true;
    }
  }

  /** Sum over the examples of the loss; NaN if it was lost. */
  public double lossSum() {
    return lossLost ? Double.NaN : lossUnits * LOSS_UNIT;
  }
}
