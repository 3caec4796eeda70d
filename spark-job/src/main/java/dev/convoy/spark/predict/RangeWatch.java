package dev.convoy.spark.predict;

import dev.convoy.engine.model.InputRange;
import dev.convoy.spark.train.Inputs;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.apache.spark.util.AccumulatorV2;

/**
 * Watches the range of the examples that a model predicts: tasks add up what they saw, the driver
 * warns once if the model was trained on another range. Runs on both; a task that runs twice
 * changes nothing.
 */
public final class RangeWatch extends AccumulatorV2<InputRange, Optional<InputRange>> {
  private static final long serialVersionUID = 1L;

  /** Range trained on. No record, which not every serializer can read. */
  private final float trainedLow;

  private final float trainedHigh;
  private float low = Float.POSITIVE_INFINITY;
  private float high = Float.NEGATIVE_INFINITY;

  /** Null but on the driver. */
  private final transient Consumer<String> warn;

  private transient boolean told;

  private RangeWatch(float trainedLow, float trainedHigh, Consumer<String> warn) {
    this.trainedLow = trainedLow;
    this.trainedHigh = trainedHigh;
    this.warn = warn;
  }

  /** A watch of an application. */
  static RangeWatch on(SparkContext spark, InputRange trained, Consumer<String> warn) {
    RangeWatch watch = new RangeWatch(trained.low(), trained.high(), warn);
    spark.register(watch);
    return watch;
  }

  /**
   * What to say of examples of the range {@code seen} to someone who predicts them.
   *
   * @param trained range that the model was trained on, if it is known
   */
  public static Optional<String> warning(Optional<InputRange> trained, InputRange seen) {
    return trained
        .filter(range -> range.isUnlike(seen))
        .map(
            range ->
                "the examples are not of the range that the model was trained on: got "
                    + text(seen)
                    + " after the scale, expected about "
                    + text(range)
                    + "; predictions may mean nothing; scale the examples as in training, or set"
                    + " their scale (data.columns.scale, featuresScale in Spark ML)");
  }

  private static String text(InputRange range) {
    return Inputs.decimal(range.low()) + " to " + Inputs.decimal(range.high());
  }

  @Override
  public synchronized void add(InputRange seen) {
    low = Math.min(low, seen.low());
    high = Math.max(high, seen.high());
    tell(seen);
  }

  /** Judges each task by itself: good examples elsewhere must not hide bad ones. */
  @Override
  public synchronized void merge(AccumulatorV2<InputRange, Optional<InputRange>> other) {
    other.value().ifPresent(this::add);
  }

  private void tell(InputRange seen) {
    if (warn != null && !told) {
      InputRange trained = new InputRange(trainedLow, trainedHigh);
      Optional<String> warning = warning(Optional.of(trained), seen);
      told = warning.isPresent();
      warning.ifPresent(warn);
    }
  }

  @Override
  public synchronized Optional<InputRange> value() {
    return isZero() ? Optional.empty() : Optional.of(new InputRange(low, high));
  }

  @Override
  public synchronized boolean isZero() {
    return low > high;
  }

  /** A copy for a task, which tells nobody. */
  @Override
  public synchronized RangeWatch copy() {
    RangeWatch copy = new RangeWatch(trainedLow, trainedHigh, null);
    copy.low = low;
    copy.high = high;
    return copy;
  }

  @Override
  public synchronized void reset() {
    low = Float.POSITIVE_INFINITY;
    high = Float.NEGATIVE_INFINITY;
  }
}
