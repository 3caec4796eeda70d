package dev.convoy.engine.tensor;

/**
 * The engine's data layout. Examples travel in blocks of {@value #LANES}; an activation tensor of n
 * examples is {@code [block][height][width][channels][lane]}, where lane l of block b holds example
 * {@code b * LANES + l}. Lanes past the last example hold zeros in the input and in every gradient,
 * so they add nothing to any sum.
 *
 * <p>Sixteen lanes are one AVX-512 register, two AVX2 registers or four NEON registers: every width
 * divides them, so no kernel needs a tail loop over examples and no sum depends on the width of a
 * register.
 */
public final class Lanes {
  /** Examples in a block. */
  public static final int LANES = 16;

  private Lanes() {}

  /** Number of blocks that hold {@code examples} examples. */
  public static int blocks(int examples) {
    return (examples + LANES - 1) / LANES;
  }
}
