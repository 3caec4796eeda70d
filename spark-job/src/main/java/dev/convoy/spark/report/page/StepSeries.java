package dev.convoy.spark.report.page;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.spark.report.StepLines.StepLine;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * The curves of a run in bounded memory. A point stands for one step until there are too many of
 * them; then neighbours are put together, and from there on a point is the mean of twice as many
 * steps. Where a run stopped and went on does not show.
 */
public final class StepSeries {
  private static final MathContext DIGITS = new MathContext(5);

  private final int most;
  private final List<Point> points = new ArrayList<>();
  private int stride = 1;

  /** Sums over some steps. */
  private static final class Point {
    long step;
    int epoch;
    int steps;
    long examples;
    double loss;
    double right;
    double rate;
    double norm;
    double seconds;
    double broadcast;
    double compute;
    double result;
    double merge;
    double update;
    double[] gradients = {};
    double[] weights = {};

    void add(Point next) {
      step = next.step;
      epoch = next.epoch;
      steps += next.steps;
      examples += next.examples;
      loss += next.loss;
      right += next.right;
      rate += next.rate;
      norm += next.norm;
      seconds += next.seconds;
      broadcast += next.broadcast;
      compute += next.compute;
      result += next.result;
      merge += next.merge;
      update += next.update;
      gradients = sum(gradients, next.gradients);
      weights = sum(weights, next.weights);
    }

    private static double[] sum(double[] a, double[] b) {
      double[] sum = a.length < b.length ? b.clone() : a.clone();
      for (int i = 0; i < Math.min(a.length, b.length); i++) {
        sum[i] = a[i] + b[i];
      }
      return sum;
    }
  }

  /**
   * The curves, a value a point; means over the point's steps, weighted by examples where they
   * differ. Numbers have five digits.
   *
   * @param stride steps a point
   * @param step the last of the point
   * @param millis of a step, and its parts
   */
  public record Curves(
      int stride,
      long[] step,
      long[] epoch,
      @JsonUnwrapped Scores scores,
      double[] learningRate,
      double[] examplesPerSecond,
      Parts millis,
      @JsonUnwrapped Norms norms) {}

  /** How batches were answered. */
  public record Scores(double[] loss, double[] accuracy) {}

  /**
   * Euclidean norms.
   *
   * @param gradientNorm of the whole mean gradient
   * @param gradientNorms a curve a layer
   * @param weightNorms a curve a layer
   */
  public record Norms(double[] gradientNorm, double[][] gradientNorms, double[][] weightNorms) {}

  /** Milliseconds of a step by part. */
  public record Parts(
      double[] step,
      double[] broadcast,
      double[] compute,
      double[] result,
      double[] merge,
      double[] update) {}

  /**
   * @param most points, 2 or more; even
   */
  public StepSeries(int most) {
    if (most < 2 || most % 2 != 0) {
      throw new InvalidInputException(
          "curves: got " + most + " points at most, expected an even number of 2 or more");
    }
    this.most = most;
  }

  /** Takes in the next step. */
  public void add(StepLine line) {
    Point point = new Point();
    point.step = line.step();
    point.epoch = line.epoch();
    point.steps = 1;
    point.examples = line.examples();
    point.loss = line.loss() * line.examples();
    point.right = line.accuracy() * line.examples();
    point.rate = line.learningRate();
    point.norm = line.gradientNorm();
    point.seconds = line.times().seconds();
    point.broadcast = line.times().broadcastSeconds();
    point.compute = line.times().computeSeconds();
    point.result = line.times().resultSeconds();
    point.merge = line.times().mergeSeconds();
    point.update = line.times().updateSeconds();
    point.gradients =
        line.layers().gradientNorms().stream().mapToDouble(Float::doubleValue).toArray();
    point.weights = line.layers().weightNorms().stream().mapToDouble(Float::doubleValue).toArray();
    Point last = points.isEmpty() ? null : points.get(points.size() - 1);
    if (last != null && last.steps < stride) {
      last.add(point);
      return;
    }
    if (points.size() == most) {
      halve();
    }
    points.add(point);
  }

  private void halve() {
    List<Point> pairs = new ArrayList<>();
    for (int i = 0; i < most; i += 2) {
      points.get(i).add(points.get(i + 1));
      pairs.add(points.get(i));
    }
    points.clear();
    points.addAll(pairs);
    stride *= 2;
  }

  /** How many points there are. */
  public int size() {
    return points.size();
  }

  /** The curves as they are now. */
  public Curves curves() {
    int layers = points.stream().mapToInt(p -> p.gradients.length).max().orElse(0);
    double[][] gradients = new double[layers][];
    double[][] weights = new double[layers][];
    for (int i = 0; i < layers; i++) {
      int layer = i;
      gradients[i] = values(p -> layer < p.gradients.length ? p.gradients[layer] / p.steps : 0);
      weights[i] = values(p -> layer < p.weights.length ? p.weights[layer] / p.steps : 0);
    }
    return new Curves(
        stride,
        whole(p -> p.step),
        whole(p -> p.epoch),
        new Scores(values(p -> p.loss / p.examples), values(p -> p.right / p.examples)),
        values(p -> p.rate / p.steps),
        values(p -> p.examples / p.seconds),
        new Parts(
            millis(p -> p.seconds),
            millis(p -> p.broadcast),
            millis(p -> p.compute),
            millis(p -> p.result),
            millis(p -> p.merge),
            millis(p -> p.update)),
        new Norms(values(p -> p.norm / p.steps), gradients, weights));
  }

  private double[] millis(ToDoubleFunction<Point> seconds) {
    return values(p -> 1e3 * seconds.applyAsDouble(p) / p.steps);
  }

  private long[] whole(ToLongFunction<Point> value) {
    return points.stream().mapToLong(value).toArray();
  }

  private double[] values(ToDoubleFunction<Point> value) {
    return points.stream().mapToDouble(p -> rounded(value.applyAsDouble(p))).toArray();
  }

  /** Five digits; not a number becomes 0, for JSON has no word for it. */
  static double rounded(double value) {
    return Double.isFinite(value) ? new BigDecimal(value).round(DIGITS).doubleValue() : 0;
  }
}
