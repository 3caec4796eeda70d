package dev.convoy.engine.sum;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.kernel.GridSums;
import dev.convoy.engine.kernel.KernelProvider;
import dev.convoy.engine.kernel.Kernels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
 * <p>Range: of terms below {@code LIMIT * examples} every partial sum over at most the batch's
 * examples is below {@link #LIMIT} plus rounding, in any order, which is a quarter of what stays
 * exact. Larger terms are split, and their larger part is summed on a coarser grid ({@link
 * CoarseSums}). A term of {@code DIVERGED * examples} or more, or one that is no number, is
 * refused.
 *
 * <p>Rounding adds and subtracts {@code 1.5 * 2^(52 - GRID_BITS)}, after which the last bit of a
 * double stands for {@code 2^-GRID_BITS} (T. J. Dekker, Numer. Math. 18, 1971; for reproducible
 * sums: J. Demmel, H. D. Nguyen, ARITH 2013).
 */
public final class GradientSum {
  /** Grid of 2^-40, about 9e-13. */
  public static final int GRID_BITS = 40;

  /** Largest mean gradient that the grid takes by itself. */
  static final float LIMIT = 2048f;

  /** A mean gradient of this size or more, of a micro-batch, is divergence. */
  public static final float DIVERGED = 0x1p30f;

  /** Rounds to the grid whatever is added to it, in the range of plus or minus {@link #LIMIT}. */
  static final double MAGIC = 1.5 * (1L << (52 - GRID_BITS));

  /** Marks a code that a code of coarse sums follows. */
  private static final int WITH_COARSE = -1;

  /** Values whose size is looked at before they are added: they stay in the cache. */
  private static final int RUN = 1 << 16;

  private static final GridCodec FINE = new GridCodec(MAGIC);

  private final GridSums gridSums;
  private final double[] sums;
  private final CoarseSums coarse;

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
    coarse = new CoarseSums(parameters);
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
    coarse.clear();
    examples = 0;
    batchExamples = 0;
    worthless = false;
  }

  /**
   * Adds {@code gradient}, the sum over {@code examples} examples, as a part of the mean over
   * {@code batchExamples}.
   *
   * @return -1, or the index of a value that is not finite or is {@link #DIVERGED} or more in the
   *     mean over {@code examples}; the sum is then worthless until {@link #clear}
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
    if (rounding == null || rounding.scale() != 1.0 / batchExamples) {
      rounding = new GridSums.Rounding(1.0 / batchExamples, MAGIC);
    }
    int limit = Float.floatToRawIntBits(LIMIT * examples);
    int diverged = Float.floatToRawIntBits(DIVERGED * examples);
    for (int from = 0; from < sums.length; from += RUN) {
      int n = Math.min(RUN, sums.length - from);
      int largest = gridSums.largest(n, gradient, from);
      if (largest < limit) {
        gridSums.add(rounding, n, zero, gradient, from, sums, from);
      } else if (largest < diverged) {
        addLarge(from, from + n, zero, gradient, LIMIT * examples);
      } else {
        worthless = true;
        return firstOutOfRange(gradient, DIVERGED * examples);
      }
    }
    return -1;
  }

  /** Adds values of which some reach {@code limit}: those are split. */
  private void addLarge(int from, int to, boolean zero, float[] gradient, float limit) {
    double magic = CoarseSums.magic(batchExamples);
    for (int i = from; i < to; i++) {
      double term = gradient[i] * rounding.scale();
      double fine = Math.abs(gradient[i]) < limit ? term : coarse.split(i, term, magic);
      sums[i] = (zero ? 0 : sums[i]) + ((fine + MAGIC) - MAGIC);
    }
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
    coarse.merge(other.coarse);
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
    if (coarse.isUsed()) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] = (float) (coarse.sums()[i] + sums[i]);
      }
      return;
    }
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) sums[i];
    }
  }

  /**
   * The sum so far, exact and as short as is cheap. The format is {@link GridCodec}'s; if there are
   * coarse sums: the int -1, the length of the fine sums' code (int, little-endian), that code, and
   * the coarse sums' code.
   */
  public byte[] encode() {
    checkWorth();
    open();
    byte[] fine = FINE.encode(sums, examples, batchExamples);
    if (!coarse.isUsed()) {
      return fine;
    }
    byte[] large = coarseCodec(batchExamples).encode(coarse.sums(), examples, batchExamples);
    return ByteBuffer.allocate(2 * Integer.BYTES + fine.length + large.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(WITH_COARSE)
        .putInt(fine.length)
        .put(fine)
        .put(large)
        .array();
  }

  private static GridCodec coarseCodec(int batchExamples) {
    return new GridCodec(CoarseSums.magic(batchExamples));
  }

  /**
   * Adds a sum that {@link #encode} wrote; exact, the same as {@link #merge}.
   *
   * @throws IllegalArgumentException if it is not the code of such a sum, or does not fit as in
   *     {@link #merge}; this sum is then unchanged
   */
  public void decodeAndMerge(byte[] code) {
    checkWorth();
    ByteBuffer in = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
    if (code.length < 2 * Integer.BYTES || in.getInt() != WITH_COARSE) {
      if (checkCode(code) != 0) {
        merge(code, null);
      }
      return;
    }
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new InvalidInputException(
          "encoded gradient sum: got a part of "
              + length
              + " bytes, expected at most "
              + in.remaining()
              + "; the bytes are damaged");
    }
    byte[] fine = new byte[length];
    in.get(fine);
    byte[] large = new byte[in.remaining()];
    in.get(large);
    int batch = checkCode(fine);
    if (checkCode(large) != batch
        || batch == 0
        || GridCodec.examples(large) != GridCodec.examples(fine)) {
      throw new InvalidInputException(
          "encoded gradient sum: got two parts of different batches, expected one batch; the bytes"
              + " are damaged");
    }
    merge(fine, large);
  }

  /** Refuses what is no code or does not fit; returns the examples of its batch. */
  private int checkCode(byte[] code) {
    checkLength(GridCodec.checkedParameters(code));
    int batch = GridCodec.batchExamples(code);
    if (batch != 0) {
      checkCount(GridCodec.examples(code), batch);
    }
    return batch;
  }

  private void merge(byte[] fine, byte[] large) {
    int batch = GridCodec.batchExamples(fine);
    open();
    FINE.decodeAndAdd(fine, sums);
    if (large != null) {
      coarse.open();
      coarseCodec(batch).decodeAndAdd(large, coarse.sums());
    }
    count(GridCodec.examples(fine), batch);
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
