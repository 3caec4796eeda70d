package dev.convoy.engine.layer;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.kernel.Moments;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.tensor.Tensor;
import java.util.Arrays;

/**
 * Sums over all examples of a micro-batch, for {@link BatchNorm}. Moments are as {@link Moments}
 * has them, a group a channel, the same in all lanes.
 *
 * <p>Order of the sums: lane by lane over the pixels of a block, ascending, in float; then blocks
 * ascending, in float; then lanes ascending, in double. Lanes without an example count nowhere. The
 * first mean serves to take deviations from, as in {@link Norm}.
 */
final class BatchMoments {
  private final Moments.Groups groups;
  private final int channels;
  private final float epsilon;

  BatchMoments(Shape shape, float epsilon) {
    this.channels = shape.channels();
    this.groups = new Moments.Groups(shape.pixels(), channels, 1, false);
    this.epsilon = epsilon;
  }

  /** A group for each channel. */
  Moments.Groups groups() {
    return groups;
  }

  /** Floats of a line for each channel. */
  int lines() {
    return channels * LANES;
  }

  /** Values of a channel in the micro-batch. */
  long count(Pass pass) {
    return (long) pass.examples() * groups.rows();
  }

  /** Sets what channel {@code c} is normalised by. */
  void set(Tensor moments, int c, float mean, float variance) {
    int at = moments.offset() + c * LANES;
    Arrays.fill(moments.data(), at, at + LANES, mean);
    float reciprocal = Norm.reciprocal(variance, epsilon);
    Arrays.fill(moments.data(), at + lines(), at + lines() + LANES, reciprocal);
  }

  /** Keeps what the micro-batch has, times its examples, as gradients of the statistics. */
  void note(Pass pass, float[] gradient, int c, double mean, double variance) {
    gradient[2 * channels + c] = (float) (mean * pass.examples());
    gradient[3 * channels + c] = (float) (variance * pass.examples());
  }

  /**
   * Overwrites {@code moments} and notes the statistics of the micro-batch.
   *
   * @param room for four lines a channel
   */
  void measure(Pass pass, int blocks, Tensor in, Tensor room, Tensor moments, float[] gradient) {
    Kernels kernels = pass.kernels();
    float[] work = room.data();
    int total = room.offset();
    int own = total + 2 * lines();
    double count = count(pass);
    Arrays.fill(work, total, total + lines(), 0f);
    for (int b = 0; b < blocks; b++) {
      int from = in.offset() + b * groups.rows() * channels * LANES;
      Arrays.fill(work, own, own + lines(), 0f);
      kernels.addRows(lines(), groups.rows(), in.data(), from, lines(), work, own);
      addExamples(pass, b, channels, work, own, total);
    }
    for (int c = 0; c < channels; c++) {
      int at = moments.offset() + c * LANES;
      float mean = (float) (sumOfLanes(work, total + c * LANES) / count);
      Arrays.fill(moments.data(), at, at + LANES, mean);
    }
    Arrays.fill(work, total, total + 2 * lines(), 0f);
    for (int b = 0; b < blocks; b++) {
      int from = in.offset() + b * groups.rows() * channels * LANES;
      Arrays.fill(work, own, own + 2 * lines(), 0f);
      kernels
          .moments()
          .deviations(groups, in.data(), from, moments.data(), moments.offset(), work, own);
      addExamples(pass, b, 2 * channels, work, own, total);
    }
    for (int c = 0; c < channels; c++) {
      double correction = sumOfLanes(work, total + c * LANES) / count;
      double squares = sumOfLanes(work, total + lines() + c * LANES) - count * square(correction);
      squares = squares < 0 ? 0 : squares;
      double mean = moments.data()[moments.offset() + c * LANES] + correction;
      set(moments, c, (float) mean, (float) (squares / count));
      note(pass, gradient, c, mean, squares / (count - 1));
    }
  }

  private static double square(double value) {
    return value * value;
  }

  /** Adds to {@code total} the lines of block {@code b}, but for lanes without an example. */
  private static void addExamples(Pass pass, int b, int n, float[] work, int own, int total) {
    clearEmptyLanes(pass, b, n, work, own);
    pass.kernels().add(n * LANES, work, own, work, total);
  }

  /** Zeros in the lanes of {@code n} lines of block {@code b} that hold no example. */
  static void clearEmptyLanes(Pass pass, int b, int n, float[] values, int at) {
    int full = pass.examples() - b * LANES;
    for (int i = 0; i < n && full < LANES; i++) {
      Arrays.fill(values, at + i * LANES + full, at + (i + 1) * LANES, 0f);
    }
  }

  private static double sumOfLanes(float[] values, int at) {
    double sum = 0;
    for (int l = 0; l < LANES; l++) {
      sum += values[at + l];
    }
    return sum;
  }

  /**
   * Overwrites the gradients of scales and shifts.
   *
   * @param room for four lines a channel
   */
  void affineGradient(
      Pass pass,
      int blocks,
      Tensor in,
      Tensor moments,
      Tensor dOut,
      Tensor room,
      float[] gradient) {
    Moments kernel = pass.kernels().moments();
    float[] work = room.data();
    int total = room.offset();
    int own = total + 2 * lines();
    Arrays.fill(work, total, own, 0f);
    for (int b = 0; b < blocks; b++) {
      int block = b * groups.rows() * channels * LANES;
      Arrays.fill(work, own, own + 2 * lines(), 0f);
      kernel.affineGradient(
          groups,
          in.data(),
          in.offset() + block,
          moments.data(),
          moments.offset(),
          dOut.data(),
          dOut.offset() + block,
          work,
          own);
      addExamples(pass, b, 2 * channels, work, own, total);
    }
    for (int i = 0; i < 2 * channels; i++) {
      gradient[i] = (float) sumOfLanes(work, total + i * LANES);
    }
  }
}
