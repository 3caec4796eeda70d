package dev.convoy.engine.kernel;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.tensor.Tensor;
import java.lang.management.ManagementFactory;

/**
 * Working memory of one thread, in pieces that begin at a cache line where that can be had: a
 * 64-byte register that straddles two lines is loaded at half the speed. Java says of no array
 * where it lies, but G1 gives an array of half a region or more regions of its own and never moves
 * it, so pieces come out of arrays that large. Under another collector they lie anywhere, and all
 * is a little slower. Places decide speed and no bit.
 */
public final class Arena {
  /** Floats in a cache line. */
  private static final int LINE = 16;

  /** The first value of an array at the start of a line lies behind 16 bytes of header. */
  private static final int FIRST = LINE - 16 / Float.BYTES;

  /** Working memory smaller than this is left where it falls. */
  private static final int SMALL = 1 << 14;

  private static final int LARGE = largeArray();

  private float[] data = new float[SMALL];
  private int sharedFloats;
  private Tensor shared;
  private int next = FIRST;
  private long taken;

  /**
   * {@code floats} zeros that nobody else has.
   *
   * @throws IllegalArgumentException if they are fewer than 0 or more than an array can hold
   */
  public Tensor take(int floats) {
    if (floats < 0 || floats > Integer.MAX_VALUE - 4 * LINE) {
      throw new InvalidInputException(
          "working memory: got "
              + floats
              + " floats in one piece, expected 0 to "
              + (Integer.MAX_VALUE - 4 * LINE)
              + "; make micro-batches or layers smaller");
    }
    int length = (floats + LINE - 1) / LINE * LINE;
    if (length > data.length - next) {
      data = new float[Math.max(length + FIRST, LARGE)];
      next = FIRST;
    }
    Tensor piece = new Tensor(data, next);
    next += length;
    taken += length;
    return piece;
  }

  /**
   * Asks for room in the piece that all takers share; see {@link #shared}.
   *
   * @throws IllegalArgumentException as {@link #take}
   */
  public void reserveShared(int floats) {
    if (floats > sharedFloats) {
      sharedFloats = floats;
      shared = null;
    }
  }

  /**
   * The piece that all takers share, of the size of the largest that was asked for. Whatever is in
   * it holds for one call of one taker: layers of one thread work one after the other.
   */
  public Tensor shared() {
    if (shared == null) {
      shared = take(sharedFloats);
    }
    return shared;
  }

  /** Bytes of all pieces, the shared one included. */
  public long bytes() {
    shared();
    return taken * Float.BYTES;
  }

  /** Floats of an array that G1 gives regions of its own; 1 under other collectors. */
  private static int largeArray() {
    try {
      HotSpotDiagnosticMXBean vm =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      boolean g1 = Boolean.parseBoolean(vm.getVMOption("UseG1GC").getValue());
      long region = Long.parseLong(vm.getVMOption("G1HeapRegionSize").getValue());
      return g1 ? (int) (region / 2 / Float.BYTES) : 1;
    } catch (RuntimeException | LinkageError e) {
      return 1;
    }
  }
}
