package dev.convoy.engine.sum;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.kernel.GridSums;
import dev.convoy.engine.kernel.KernelProvider;
import dev.convoy.engine.kernel.Kernels;
import java.util.Arrays;

/**
 * A sum of gradients that does not depend on the order of its terms, bit for bit. Each term is
 * scaled by 1/examples-of-the-batch and rounded to a multiple of {@code 2^-GRID_BITS}; sums of such
 * multiples are exact in double while they stay below {@code 2^(53 - GRID_BITS)}, hence associative
 * and commutative.
 *
 * <p>Call order: for each micro-batch {@link #add}; {@link #merge} or {@link #decodeAndMerge} what
 * others have added; once all examples of the batch are in, {@link #mean}; {@link #clear} before
 * the next batch. Not for several threads at once.
 *
 * <p>Range: a term is refused unless it is below {@code LIMIT * examples}, so that every partial
 * sum over at most the batch's examples is below {@link #LIMIT} plus rounding, in any order. That
 * is a quarter of what stays exact.
 *
 * <p>Rounding adds and subtracts {@code 1.5 * 2^(52 - GRID_BITS)}, after which the last bit of a
 * double stands for {@code 2^-GRID_BITS} (T. J. Dekker, Numer. Math. 18, 1971; for reproducible
 * sums: J. Demmel, H. D. Nguyen, ARITH 2013).
 */
public final class GradientSum {
  /** Grid of 2^-40, about 9e-13. */
  public static final int GRID_BITS = 40;

  /** A mean gradient of this size or more is divergence. */
  public static final float LIMIT = 2048f;

  /** Rounds to the grid whatever is added to it, in the range of plus or minus {@link #LIMIT}. */
  static final double MAGIC = 1.5 * (1L << (52 - GRID_BITS));

  private final GridSums gridSums;
  private final double[] sums;

  /** True if nothing was added since {@link #clear}: what the sums hold then does not count. */
  private boolean empty = true;

  private boolean worthless;
  private GridSums.Rounding rounding;
  private int examples;
  private int batchExamples;

  /** A sum of gradients of {@code parameters} values, with the JVM's kernels. */
  public GradientSum(int parameters) {
    this(parameters, KernelProvider.get());
  }

  GradientSum(int parameters, Kernels kernels) {
    this.gridSums = kernels.gridSums();
    if (parameters < 0) {
      throw new InvalidInputException(
          "gradient sum: got " + parameters + " parameters, expected 0 or more");
    }
    sums = new double[parameters];
  }

  /** Length of the gradients that are added. */
  public int parameters() {
    return sums.length;
  }

  /** Examples that were added since {@link #clear}. */
  public int examples() {
    return examples;
  }

  /** Examples of the whole batch, or 0 while nothing was added. */
  public int batchExamples() {
    return batchExamples;
  }

  /** Sets all to zero. */
  public void clear() {
    empty = true;
    examples = 0;
    batchExamples = 0;
    worthless = false;
  }

  /**
   * Adds {@code gradient}, the sum over {@code examples} examples, as a part of the mean over
   * {@code batchExamples}.
   *
   * @return -1, or the index of a value that is not finite or is {@link #LIMIT} or more in the mean
   *     over {@code examples}; the sum is then worthless until {@link #clear}
   * @throws IllegalArgumentException if the length differs, or examples are more than the batch has
   *     left
   */
  public int add(float[] gradient, int examples, int batchExamples) {
    if (gradient.length != sums.length) {
      throw new InvalidInputException(
          "gradient sum: got a gradient of "
              + gradient.length
              + " values, expected "
              + sums.length);
    }
    if (examples < 1) {
      throw new InvalidInputException(
          "gradient sum: got " + examples + " examples, expected 1 or more");
    }
    checkCount(examples, batchExamples);
    count(examples, batchExamples);
    boolean zero = empty;
    empty = false;
    GridSums.Rounding rounding = rounding(examples, batchExamples);
    if (!gridSums.add(rounding, sums.length, zero, gradient, 0, sums, 0)) {
      worthless = true;
      return firstOutOfRange(gradient, rounding.limit());
    }
    return -1;
  }

  /** Kept from micro-batch to micro-batch, most of which are alike. */
  private GridSums.Rounding rounding(int examples, int batchExamples) {
    double scale = 1.0 / batchExamples;
    float limit = LIMIT * examples;
    if (rounding == null || rounding.scale() != scale || rounding.limit() != limit) {
      rounding = new GridSums.Rounding(scale, MAGIC, limit);
    }
    return rounding;
  }

  private static int firstOutOfRange(float[] gradient, float limit) {
    int i = 0;
    while (Math.abs(gradient[i]) < limit) {
      i++;
    }
    return i;
  }

  /**
   * Adds another sum, a part of the same batch; exact.
   *
   * @throws IllegalArgumentException if it has another length, belongs to a batch of another size,
   *     or has more examples than the batch has left
   */
  public void merge(GradientSum other) {
    checkLength(other.sums.length);
    checkWorth();
    other.checkWorth();
    if (other.batchExamples == 0) {
      return;
    }
    checkCount(other.examples, other.batchExamples);
    count(other.examples, other.batchExamples);
    open();
    double[] sums = this.sums;
    double[] terms = other.sums;
    for (int i = 0; i < sums.length; i++) {
      sums[i] += terms[i];
    }
  }

  /**
   * Overwrites {@code mean} with the mean gradient.
   *
   * @throws IllegalStateException if not all examples of the batch are in: a lost part must not
   *     pass as a smaller gradient
   */
  public void mean(float[] mean) {
    checkWorth();
    if (mean.length != sums.length) {
      throw new InvalidInputException(
          "gradient sum: got room for " + mean.length + " values, expected " + sums.length);
    }
    if (batchExamples == 0 || examples != batchExamples) {
      throw new IllegalStateException(
          "gradient sum: got "
              + examples
              + " examples of a batch of "
              + batchExamples
              + ", expected all of them, and at least one; a part was not merged");
    }
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) sums[i];
    }
  }

  /** The sum so far, exact and as short as is cheap; see {@link GridCodec} for the format. */
  public byte[] encode() {
    checkWorth();
    open();
    return GridCodec.encode(sums, examples, batchExamples);
  }

  /**
   * Adds a sum that {@link #encode} wrote; exact, the same as {@link #merge}.
   *
   * @throws IllegalArgumentException if it is not the code of such a sum, or does not fit as in
   *     {@link #merge}; this sum is then unchanged
   */
  public void decodeAndMerge(byte[] code) {
    checkWorth();
    int parameters = GridCodec.checkedParameters(code);
    checkLength(parameters);
    int examples = GridCodec.examples(code);
    int batchExamples = GridCodec.batchExamples(code);
    if (batchExamples == 0) {
      return;
    }
    checkCount(examples, batchExamples);
    open();
    GridCodec.decodeAndAdd(code, sums);
    count(examples, batchExamples);
  }

  /** Writes the zeros that {@link #clear} left out. */
  private void open() {
    if (empty) {
      Arrays.fill(sums, 0.0);
      empty = false;
    }
  }

  private void checkWorth() {
    if (worthless) {
      throw new IllegalStateException(
          "gradient sum: got a value out of range in an earlier add(), expected clear() after that");
    }
  }

  private void checkLength(int parameters) {
    if (parameters != sums.length) {
      throw new InvalidInputException(
          "gradient sum: got a sum of " + parameters + " parameters, expected " + sums.length);
    }
  }

  private void checkCount(int more, int batch) {
    if (batchExamples != 0 && batch != batchExamples) {
      throw new InvalidInputException(
          "gradient sum: got a part of a batch of "
              + batch
              + " examples, expected "
              + batchExamples
              + "; clear() between batches");
    }
    if (more > batch - examples) {
      throw new InvalidInputException(
          "gradient sum: got "
              + more
              + " examples more, expected at most "
              + (batch - examples)
              + " of a batch of "
              + batch);
    }
  }

  private void count(int more, int batch) {
    examples += more;
    batchExamples = batch;
  }
}
