package dev.convoy.engine.layer;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.kernel.Moments;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.tensor.Tensor;
import java.util.Arrays;

/**
 * What group and layer normalisation share:
 *
 * <pre>
 * n = (in - mean) / sqrt(variance + epsilon)     mean and variance over a group of an example
 * out = n * scale + shift
 * </pre>
 *
 * <p>The variance is that of the group itself (divided by its count). Nothing crosses examples, so
 * nothing depends on what else is in the batch, and training and inference are the same.
 *
 * <p>Order of the sums: over a group, column by column (pixels ascending), then columns ascending.
 * The first mean serves to take deviations from; their sums correct it and give the variance (T. F.
 * Chan, G. H. Golub, R. J. LeVeque, 1983), which so stays right where the mean is large. Gradients
 * of scales and shifts: pixels, then blocks, then lanes ascending.
 */
abstract class Norm implements Layer {
  /** Added to variances, if nothing else is said. */
  static final float EPSILON = 1e-5f;

  private final Shape shape;
  private final Moments.Groups groups;
  private final float epsilon;
  private final int offset;
  private final boolean frozen;
  private final boolean relu;

  /**
   * What one thread needs.
   *
   * @param affine scales, then shifts
   * @param moments for each block of a micro-batch what forward found
   * @param sums gradients of {@code affine}, a line for each; null if nobody needs them
   * @param arena whose shared piece holds what one call needs
   */
  record Memory(float[] affine, Tensor moments, Tensor sums, Arena arena) {}

  Norm(Moments.Groups groups, float epsilon, boolean frozen, LayerSpec.Place place) {
    this.shape = place.input();
    this.groups = groups;
    this.epsilon = epsilon;
    this.offset = place.offset();
    this.frozen = frozen;
    this.relu = place.relu();
  }

  /** Refuses an epsilon that is not above 0. */
  static void positive(String layer, float epsilon) {
    if (!(epsilon > 0f && epsilon < Float.POSITIVE_INFINITY)) {
      throw new InvalidInputException(
          layer + ": got epsilon " + epsilon + ", expected more than 0, for example 1e-5");
    }
  }

  /** Refuses groups of one value, which would come out as 0, whatever it is. */
  static void several(String layer, int values, Shape input) {
    if (values < 2) {
      throw new InvalidInputException(
          layer
              + ": got single values to normalise (input "
              + input
              + "), which would all be 0; expected fewer groups, or a larger input");
    }
  }

  static String text(float epsilon, boolean frozen) {
    return " epsilon=" + epsilon + " frozen=" + frozen;
  }

  @Override
  public final Shape input() {
    return shape;
  }

  @Override
  public final Shape output() {
    return shape;
  }

  @Override
  public final boolean endsInRelu() {
    return relu;
  }

  /** Floats of the moments of a block: two lines a group. */
  private int momentsSize() {
    return 2 * groups.groups() * LANES;
  }

  /** Floats of two lines for each of {@code n}. */
  private static int twoLines(int n) {
    return Math.multiplyExact(2 * LANES, n);
  }

  @Override
  public final Scratch newScratch(
      Arena arena, int maxBlocks, boolean training, boolean inputGradient) {
    int lines = twoLines(training ? groups.scales() : groups.columns());
    arena.reserveShared(Math.addExact(lines, momentsSize()));
    return Scratch.of(
        new Memory(
            new float[2 * groups.scales()],
            arena.take(Math.multiplyExact(maxBlocks, momentsSize())),
            training && !frozen ? arena.take(twoLines(groups.scales())) : null,
            arena));
  }

  @Override
  public final void load(Kernels kernels, float[] weights, Scratch scratch) {
    float[] affine = scratch.norm.affine;
    System.arraycopy(weights, offset, affine, 0, affine.length);
  }

  @Override
  public final void forward(Pass pass, Scratch scratch, int blocks, Tensor in, Tensor out) {
    Kernels kernels = pass.kernels();
    Memory memory = scratch.norm;
    float[] found = memory.moments.data();
    float low = relu ? 0f : Float.NEGATIVE_INFINITY;
    for (int b = 0; b < blocks; b++) {
      int at = memory.moments.offset() + (pass.block() + b) * momentsSize();
      int from = in.offset() + b * shape.size() * LANES;
      int to = out.offset() + b * shape.size() * LANES;
      measure(kernels, memory.arena.shared(), in.data(), from, found, at);
      kernels
          .moments()
          .normalize(groups, in.data(), from, found, at, memory.affine, 0, low, out.data(), to);
    }
  }

  /** Overwrites the moments of one block. */
  private void measure(
      Kernels kernels, Tensor room, float[] in, int from, float[] moments, int at) {
    float[] work = room.data();
    int line = groups.columns() * LANES;
    int sums = room.offset();
    int second = groups.groups() * LANES;
    float count = groups.count();
    Arrays.fill(work, sums, sums + line, 0f);
    kernels.addRows(line, groups.rows(), in, from, line, work, sums);
    addGroups(kernels, work, sums, moments, at);
    for (int i = at; i < at + second; i++) {
      moments[i] /= count;
    }
    Arrays.fill(work, sums, sums + 2 * line, 0f);
    kernels.moments().deviations(groups, in, from, moments, at, work, sums);
    int d = sums + 2 * line;
    addGroups(kernels, work, sums, work, d);
    addGroups(kernels, work, sums + line, work, d + second);
    for (int i = 0; i < second; i++) {
      float correction = work[d + i] / count;
      float variance = (work[d + second + i] - work[d + i] * correction) / count;
      moments[at + i] += correction;
      moments[at + second + i] = reciprocal(variance < 0f ? 0f : variance, epsilon);
    }
  }

  /** NaN for a variance that is no finite number: squares that overflow must not end as zeros. */
  static float reciprocal(float variance, float epsilon) {
    float deviation = (float) Math.sqrt(variance + epsilon);
    return variance < Float.POSITIVE_INFINITY ? 1f / deviation : Float.NaN;
  }

  /** Overwrites a line for each group with the sum of the lines of its columns, ascending. */
  private void addGroups(Kernels kernels, float[] in, int from, float[] out, int to) {
    Arrays.fill(out, to, to + groups.groups() * LANES, 0f);
    int step = groups.size() * LANES;
    for (int g = 0; g < groups.groups(); g++) {
      kernels.addRows(LANES, groups.size(), in, from + g * step, LANES, out, to + g * LANES);
    }
  }

  @Override
  public final void clearGradient(Scratch scratch) {
    Tensor sums = scratch.norm.sums;
    if (sums != null) {
      Arrays.fill(sums.data(), sums.offset(), sums.offset() + twoLines(groups.scales()), 0f);
    }
  }

  /**
   * With {@code d = dOut * scale} and means over the group: {@code dIn = (d - mean(d) - n * mean(d
   * n)) / sqrt(variance + epsilon)}.
   */
  @Override
  public final void backward(
      Pass pass,
      Scratch scratch,
      int blocks,
      Tensor in,
      Tensor out,
      Tensor dOut,
      boolean gated,
      Tensor dIn) {
    Kernels kernels = pass.kernels();
    Memory memory = scratch.norm;
    Tensor sums = memory.sums;
    if (sums == null && dIn == null) {
      return;
    }
    Tensor room = memory.arena.shared();
    float[] work = room.data();
    int lines = twoLines(groups.scales());
    int means = room.offset() + lines;
    float[] found = memory.moments.data();
    int block = shape.size() * LANES;
    for (int b = 0; b < blocks; b++) {
      int at = memory.moments.offset() + (pass.block() + b) * momentsSize();
      int x = in.offset() + b * block;
      int d = dOut.offset() + b * block;
      Arrays.fill(work, room.offset(), means, 0f);
      kernels
          .moments()
          .affineGradient(groups, in.data(), x, found, at, dOut.data(), d, work, room.offset());
      if (sums != null) {
        kernels.add(lines, work, room.offset(), sums.data(), sums.offset());
      }
      if (dIn != null) {
        int to = dIn.offset() + b * block;
        takeMeans(kernels, memory.affine, work, room.offset(), means);
        kernels
            .moments()
            .inputGradient(
                groups,
                in.data(),
                x,
                found,
                at,
                dOut.data(),
                d,
                memory.affine,
                0,
                work,
                means,
                dIn.data(),
                to);
        if (gated) {
          kernels.gate(block, in.data(), x, dIn.data(), to);
        }
      }
    }
  }

  /**
   * Overwrites {@code means} with {@code -mean(d)} for each group, then {@code -mean(d n)}: from
   * the gradients of scales and shifts of this block, as they hold what each scale is multiplied
   * with.
   */
  private void takeMeans(Kernels kernels, float[] scales, float[] work, int gradients, int means) {
    int second = groups.groups() * LANES;
    int each = groups.scales() / groups.groups();
    int shifts = gradients + groups.scales() * LANES;
    Arrays.fill(work, means, means + 2 * second, 0f);
    for (int g = 0; g < groups.groups(); g++) {
      int from = g * each;
      int lines = from * LANES;
      int to = means + g * LANES;
      kernels.moments().addWeighted(each, scales, from, work, shifts + lines, work, to);
      kernels.moments().addWeighted(each, scales, from, work, gradients + lines, work, to + second);
    }
    for (int i = means; i < means + 2 * second; i++) {
      work[i] = -work[i] / groups.count();
    }
  }

  @Override
  public final void storeGradient(Scratch scratch, float[] gradient) {
    Tensor sums = scratch.norm.sums;
    for (int i = 0; i < 2 * groups.scales(); i++) {
      gradient[offset + i] = sums == null ? 0f : sumOfLanes(sums.data(), sums.offset() + i * LANES);
    }
  }

  private static float sumOfLanes(float[] values, int at) {
    float sum = 0f;
    for (int l = 0; l < LANES; l++) {
      sum += values[at + l];
    }
    return sum;
  }
}
