package dev.convoy.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CounterRandomTest {

  /** Known answers of the Random123 distribution, philox2x64 with 10 rounds, first word. */
  @Test
  void agreesWithTheReferenceImplementation() {
    assertThat(CounterRandom.philox(0, 0, 0)).isEqualTo(0xca00a0459843d731L);
    assertThat(CounterRandom.philox(-1, -1, -1)).isEqualTo(0x65b021d60cd8310fL);
    assertThat(CounterRandom.philox(0x243f6a8885a308d3L, 0x13198a2e03707344L, 0xa4093822299f31d0L))
        .isEqualTo(0x0a5e742c2997341cL);
  }

  @Test
  void agreesWithAnExactIntegerImplementation() {
    BigInteger word = BigInteger.ONE.shiftLeft(64);
    BigInteger multiplier = new BigInteger("D2B74407B1CE6E93", 16);
    for (int i = 0; i < 200; i++) {
      long a = CounterRandom.bits(11, i);
      long b = CounterRandom.bits(12, i);
      long key = CounterRandom.bits(13, i);
      long expected0 = a;
      long expected1 = b;
      long expectedKey = key;
      for (int round = 0; round < 10; round++) {
        BigInteger product = multiplier.multiply(BigInteger.valueOf(expected0).mod(word));
        expected0 = product.shiftRight(64).longValue() ^ expectedKey ^ expected1;
        expected1 = product.longValue();
        expectedKey += 0x9E3779B97F4A7C15L;
      }
      assertThat(CounterRandom.philox(a, b, key)).isEqualTo(expected0);
    }
  }

  @Test
  void keysDifferByEveryPartAndByOrder() {
    Set<Long> keys = new HashSet<>();
    for (int a = 0; a < 20; a++) {
      for (int b = 0; b < 20; b++) {
        assertThat(keys.add(CounterRandom.key(a, b))).isTrue();
        assertThat(keys.add(CounterRandom.key(a, b, 1))).isTrue();
        assertThat(keys.add(CounterRandom.key(a, b, 1, 2))).isTrue();
        assertThat(keys.add(CounterRandom.bits(a, b))).isTrue();
      }
    }
  }

  @Test
  void uniformNumbersFillTheUnitInterval() {
    int n = 200_000;
    double sum = 0;
    int[] bins = new int[64];
    for (int i = 0; i < n; i++) {
      float u = CounterRandom.uniform(99, i);
      assertThat(u).isGreaterThanOrEqualTo(0f).isLessThan(1f);
      sum += u;
      bins[(int) (u * bins.length)]++;
    }
    assertThat(sum / n).isCloseTo(0.5, within(0.003));
    double chiSquare = 0;
    double expected = (double) n / bins.length;
    for (int count : bins) {
      chiSquare += (count - expected) * (count - expected) / expected;
    }
    assertThat(chiSquare).as("chi square with 63 degrees of freedom").isBetween(30.0, 110.0);
  }

  @Test
  void gaussianNumbersHaveTheRightMoments() {
    int n = 200_000;
    double[] moments = new double[5];
    for (int i = 0; i < n; i++) {
      double x = CounterRandom.gaussian(7, i);
      assertThat(x).isFinite();
      for (int power = 1; power < moments.length; power++) {
        moments[power] += StrictMath.pow(x, power) / n;
      }
    }
    assertThat(moments[1]).isCloseTo(0, within(0.01));
    assertThat(moments[2]).isCloseTo(1, within(0.02));
    assertThat(moments[3]).isCloseTo(0, within(0.05));
    assertThat(moments[4]).isCloseTo(3, within(0.12));
  }

  @Test
  void boundedIntegersAreUniformEvenForAwkwardBounds() {
    int bound = 3 << 29;
    int n = 60_000;
    int[] thirds = new int[3];
    for (int i = 0; i < n; i++) {
      int x = CounterRandom.below(5, i, bound);
      assertThat(x).isBetween(0, bound - 1);
      thirds[x / (1 << 29)]++;
    }
    for (int count : thirds) {
      assertThat(count).isBetween(n / 3 - 600, n / 3 + 600);
    }
    assertThat(CounterRandom.below(5, 1, 1)).isZero();
    assertThatThrownBy(() -> CounterRandom.below(5, 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("random integer: got a bound of 0, expected 1 or more");
  }

  @Test
  void everyOrderOfFourIsAboutEquallyLikely() {
    int[] counts = new int[256];
    int n = 48_000;
    for (int i = 0; i < n; i++) {
      int code = 0;
      for (int value : CounterRandom.permutation(4, CounterRandom.key(3, i))) {
        code = code * 4 + value;
      }
      counts[code]++;
    }
    int orders = 0;
    for (int count : counts) {
      if (count > 0) {
        orders++;
        assertThat(count).isBetween(n / 24 - 200, n / 24 + 200);
      }
    }
    assertThat(orders).isEqualTo(24);
  }

  @Test
  void aShuffleIsAPermutationAndLeavesTheRestAlone() {
    for (int length : new int[] {0, 1, 2, 13, 207, 1021}) {
      assertThat(CounterRandom.permutation(length, 8)).hasSize(length).doesNotHaveDuplicates();
    }
    int[] values = CounterRandom.permutation(1000, 4);
    assertThat(values).isNotEqualTo(CounterRandom.permutation(1000, 5));
    assertThat(values).isEqualTo(CounterRandom.permutation(1000, 4));
    int[] part = {1, 2, 3, 4, 5, 6};
    CounterRandom.shuffle(part, 2, 5, 1);
    assertThat(part).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6).startsWith(1, 2).endsWith(6);
  }
}
