package dev.convoy.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Damages files in thousands of seeded ways and watches a parser over them: each case must end in a
 * clear refusal or in what the bytes really say, and the parser may not allocate more than a bound,
 * whatever lengths a file claims.
 */
public final class Mutations {
  private static final int[] EVIL = {
    -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x7fffff00, 0x40000000, 1 << 24, 0, 1, 0xff
  };

  private final String name;
  private final long mostBytes;
  private int refused;
  private int accepted;
  private int alike;
  private long largest;

  /** What became of a case. */
  public enum Outcome {
    /** Read as something that differs from the original, and was there. */
    ACCEPTED,
    /** Read as the original. */
    ALIKE
  }

  /** Reads a damaged file; refuses by an IllegalArgumentException. */
  @FunctionalInterface
  public interface Parser {
    Outcome parse(byte[] file) throws IOException;
  }

  /**
   * @param name of the kind of file
   * @param mostBytes that a parser may allocate in one case
   */
  public Mutations(String name, long mostBytes) {
    this.name = name;
    this.mostBytes = mostBytes;
  }

  /** Tries {@code cases} mutations of {@code whole}. */
  public Mutations run(byte[] whole, int cases, Parser parser) {
    for (int seed = 0; seed < cases; seed++) {
      one("seed " + seed, mutated(whole, new Random(seed)), parser);
    }
    return this;
  }

  /** Tries one file. */
  public Mutations one(String what, byte[] file, Parser parser) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    try {
      Outcome outcome = parser.parse(file);
      accepted += outcome == Outcome.ACCEPTED ? 1 : 0;
      alike += outcome == Outcome.ALIKE ? 1 : 0;
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).as(name + ", " + what).isNotBlank();
      String thrower = e.getStackTrace()[0].getClassName();
      assertThat(thrower).as(name + ", " + what + ": " + e).startsWith("dev.convoy.");
      refused++;
    } catch (IOException | RuntimeException | Error e) {
      throw new AssertionError(name + ", " + what + ": " + e, e);
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocated).as(name + ", " + what + ": bytes allocated").isLessThan(mostBytes);
    largest = Math.max(largest, allocated);
    return this;
  }

  /** Prints the counts. */
  public void report() {
    System.out.printf(
        Locale.ROOT,
        "COUNT %s: %d cases: %d refused, %d read as the original, %d as other valid content;"
            + " at most %.1f MB allocated a case%n",
        name,
        refused + alike + accepted,
        refused,
        alike,
        accepted,
        largest / 1e6);
  }

  /** Number of cases that were read as something else than the original. */
  public int accepted() {
    return accepted;
  }

  /** One mutation, or a few on top of each other. */
  public static byte[] mutated(byte[] whole, Random random) {
    byte[] file = whole.clone();
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times && file.length > 8; i++) {
      file = once(file, random);
    }
    return file;
  }

  private static byte[] once(byte[] file, Random random) {
    int at = place(file.length, random);
    switch (random.nextInt(8)) {
      case 0, 1 -> {
        for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
          int bit = random.nextInt(8 * file.length);
          file[bit / 8] ^= (byte) (1 << bit % 8);
        }
        return file;
      }
      case 2, 3 -> {
        int evil = EVIL[random.nextInt(EVIL.length)];
        boolean little = random.nextBoolean();
        for (int b = 0; b < 4 && at + b < file.length; b++) {
          file[at + b] = (byte) (evil >>> (little ? 8 * b : 24 - 8 * b));
        }
        return file;
      }
      case 4 -> {
        return Arrays.copyOf(file, at);
      }
      case 5 -> {
        byte[] longer = Arrays.copyOf(file, file.length + 1 + random.nextInt(64));
        for (int i = file.length; i < longer.length; i++) {
          longer[i] = (byte) random.nextInt();
        }
        return longer;
      }
      case 6 -> {
        int length = Math.min(file.length - at, 1 + random.nextInt(16));
        byte[] shorter = new byte[file.length - length];
        System.arraycopy(file, 0, shorter, 0, at);
        System.arraycopy(file, at + length, shorter, at, shorter.length - at);
        return shorter;
      }
      default -> {
        int to = random.nextInt(file.length);
        int length = Math.min(file.length - Math.max(at, to), 1 + random.nextInt(64));
        System.arraycopy(file, at, file, to, length);
        return file;
      }
    }
  }

  /** Any place, but the head, where lengths stand, as often as all the rest. */
  private static int place(int length, Random random) {
    return random.nextInt(random.nextBoolean() ? Math.min(length, 96) : length);
  }
}
