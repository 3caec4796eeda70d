package dev.convoy.engine.sum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.kernel.KernelProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GradientSumTest {

  private static float[] randomGradient(SplittableRandom random, int length, int examples) {
    float[] gradient = new float[length];
    for (int i = 0; i < length; i++) {
      double size = StrictMath.pow(10, random.nextDouble(-9, 3)) * examples;
      gradient[i] = (float) (random.nextDouble(-1, 1) * size);
    }
    return gradient;
  }

  private static Set<Integer> hash(GradientSum sum) {
    float[] mean = new float[sum.parameters()];
    sum.mean(mean);
    return Set.of(Arrays.hashCode(mean), Arrays.hashCode(sum.encode()));
  }

  @Test
  void anyOrderAndAnyPartitioningGivesTheSameBits() {
    SplittableRandom random = new SplittableRandom(1);
    int length = 1021;
    int terms = 48;
    int examples = 32;
    List<float[]> gradients = new ArrayList<>();
    for (int i = 0; i < terms; i++) {
      gradients.add(randomGradient(random, length, examples));
    }
    Set<Set<Integer>> results = new HashSet<>();
    for (int partitions : new int[] {1, 2, 3, 5, 8, 16}) {
      for (int round = 0; round < 30; round++) {
        Collections.shuffle(gradients, new Random(round * 31L + partitions));
        results.add(hash(sumOver(gradients, partitions, examples, random, length)));
      }
    }
    assertThat(results).hasSize(1);
  }

  /** Adds in parts, then merges random pairs until one is left: a random tree. */
  private static GradientSum sumOver(
      List<float[]> gradients, int partitions, int examples, SplittableRandom random, int length) {
    List<GradientSum> parts = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      parts.add(new GradientSum(length));
    }
    int batch = gradients.size() * examples;
    for (int i = 0; i < gradients.size(); i++) {
      assertThat(parts.get(i % partitions).add(gradients.get(i), examples, batch)).isEqualTo(-1);
    }
    while (parts.size() > 1) {
      GradientSum taken = parts.remove(random.nextInt(parts.size()));
      GradientSum into = parts.get(random.nextInt(parts.size()));
      if (random.nextBoolean()) {
        into.merge(taken);
      } else {
        into.decodeAndMerge(taken.encode());
      }
    }
    return parts.get(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 13, 16, 207, 1021})
  void theKernelsAgreeBitForBit(int length) {
    SplittableRandom random = new SplittableRandom(length);
    GradientSum sum = new GradientSum(length);
    GradientSum scalar = new GradientSum(length, KernelProvider.byName("scalar"));
    for (int term = 0; term < 20; term++) {
      float[] gradient =
          term % 4 == 3 ? wildGradient(random, length, 2) : randomGradient(random, length, 2);
      for (int i = 0; i < length; i += 5) {
        gradient[i] = random.nextInt(-9, 9) * Float.MIN_VALUE;
      }
      assertThat(sum.add(gradient, 2, 41)).isEqualTo(scalar.add(gradient, 2, 41));
    }
    assertThat(sum.encode()).isEqualTo(scalar.encode());
  }

  @Test
  void theMeanIsRightToTheGrid() {
    SplittableRandom random = new SplittableRandom(2);
    int length = 207;
    GradientSum sum = new GradientSum(length);
    double[] expected = new double[length];
    for (int term = 0; term < 5; term++) {
      int examples = term + 1;
      float[] gradient = randomGradient(random, length, examples);
      assertThat(sum.add(gradient, examples, 15)).isEqualTo(-1);
      for (int i = 0; i < length; i++) {
        expected[i] += gradient[i] / 15.0;
      }
    }
    float[] mean = new float[length];
    sum.mean(mean);
    for (int i = 0; i < length; i++) {
      double tolerance = 5 * 0x1p-41 + Math.abs(expected[i]) * 0x1p-24 + 1e-12;
      assertThat((double) mean[i])
          .isCloseTo(expected[i], org.assertj.core.data.Offset.offset(tolerance));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 13, 63, 64, 65, 207, 1021, 1024, 1025, 3000})
  void encodingIsExactAtAwkwardSizes(int length) {
    SplittableRandom random = new SplittableRandom(length);
    for (int round = 0; round < 20; round++) {
      GradientSum sum = new GradientSum(length);
      sum.add(randomGradient(random, length, 3), 3, 8);
      sum.add(new float[length], 1, 8);
      GradientSum copy = new GradientSum(length);
      copy.decodeAndMerge(sum.encode());
      assertThat(copy.encode()).isEqualTo(sum.encode());
      assertThat(copy.examples()).isEqualTo(4);
      copy.add(new float[length], 4, 8);
      sum.add(new float[length], 4, 8);
      assertThat(hash(copy)).isEqualTo(hash(sum));
    }
  }

  @Test
  void theLargestMeansArePossibleAndExact() {
    float largest = Math.nextDown(GradientSum.LIMIT);
    float[] gradient = {largest, -largest, 0f, -0f, Float.MIN_VALUE, 0x1p-34f, 1f};
    GradientSum sum = new GradientSum(gradient.length);
    int batch = 1 << 20;
    for (int i = 0; i < 64; i++) {
      float[] part = gradient.clone();
      for (int j = 0; j < part.length; j++) {
        part[j] *= batch / 64;
      }
      assertThat(sum.add(part, batch / 64, batch)).isEqualTo(-1);
    }
    GradientSum copy = new GradientSum(gradient.length);
    copy.decodeAndMerge(sum.encode());
    float[] mean = new float[gradient.length];
    copy.mean(mean);
    assertThat(mean).containsExactly(largest, -largest, 0f, 0f, 0f, 0x1p-34f, 1f);
  }

  /** Terms of all sizes, as features that nobody scaled make them. */
  private static float[] wildGradient(SplittableRandom random, int length, int examples) {
    float[] gradient = randomGradient(random, length, examples);
    for (int i = random.nextInt(7); i < length; i += 1 + random.nextInt(9)) {
      double size = StrictMath.pow(10, random.nextDouble(2, 9)) * examples;
      gradient[i] = (float) (random.nextDouble(-1, 1) * size);
    }
    return gradient;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 32, 1000})
  void soItIsWithTermsBeyondTheGrid(int examples) {
    SplittableRandom random = new SplittableRandom(examples);
    int length = 300;
    List<float[]> gradients = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      gradients.add(
          i % 3 == 0
              ? randomGradient(random, length, examples)
              : wildGradient(random, length, examples));
    }
    double[] expected = new double[length];
    for (float[] gradient : gradients) {
      for (int i = 0; i < length; i++) {
        expected[i] += gradient[i] / (40.0 * examples);
      }
    }
    Set<Set<Integer>> results = new HashSet<>();
    for (int partitions : new int[] {1, 2, 7, 40}) {
      for (int round = 0; round < 20; round++) {
        Collections.shuffle(gradients, new Random(round * 31L + partitions));
        GradientSum sum = sumOver(gradients, partitions, examples, random, length);
        results.add(hash(sum));
        float[] mean = new float[length];
        sum.mean(mean);
        for (int i = 0; i < length; i++) {
          assertThat((double) mean[i])
              .isCloseTo(
                  expected[i],
                  org.assertj.core.data.Offset.offset(
                      1e-10 + 1e-6 * Math.max(Math.abs(expected[i]), 1e-3)));
        }
      }
    }
    assertThat(results).hasSize(1);
  }

  /** A batch in one piece, or an example a piece: a term that is too large once is none twice. */
  @Test
  void theLargestSumsOfTheSmallestPiecesAreExact() {
    float largest = Math.nextDown(GradientSum.DIVERGED);
    for (int batch : new int[] {1, 2, 3, 1 << 10, 1 << 16}) {
      GradientSum sum = new GradientSum(2);
      for (int i = 0; i < batch; i++) {
        assertThat(sum.add(new float[] {largest, -3000.75f}, 1, batch)).isEqualTo(-1);
      }
      GradientSum copy = new GradientSum(2);
      copy.decodeAndMerge(sum.encode());
      float[] mean = new float[2];
      copy.mean(mean);
      assertThat(mean[0]).isCloseTo(largest, org.assertj.core.data.Offset.offset(64f));
      assertThat(mean[1]).isCloseTo(-3000.75f, org.assertj.core.data.Offset.offset(0.001f));
      sum.clear();
      sum.add(new float[] {1, 1}, batch, batch);
      assertThat(sum.encode().length).isLessThan(copy.encode().length);
    }
  }

  @Test
  void aFewLargeTermsChangeNoBitOfTheOthers() {
    GradientSum plain = new GradientSum(100);
    GradientSum mixed = new GradientSum(100);
    SplittableRandom random = new SplittableRandom(9);
    for (int term = 0; term < 10; term++) {
      float[] gradient = randomGradient(random, 100, 4);
      gradient[7] = 0f;
      plain.add(gradient, 4, 40);
      gradient[7] = 1e5f;
      mixed.add(gradient, 4, 40);
    }
    float[] expected = new float[100];
    float[] mean = new float[100];
    plain.mean(expected);
    mixed.mean(mean);
    expected[7] = 25_000f;
    assertThat(mean).containsExactly(expected);
  }

  @Test
  void valuesThatAreNotFiniteOrTooLargeAreNamed() {
    for (int length : new int[] {1, 5, 8, 1000, 1029}) {
      GradientSum sum = new GradientSum(length);
      int[] places = {0, length / 2, length - 1};
      for (int place : places) {
        for (float bad :
            new float[] {
              Float.NaN,
              Float.POSITIVE_INFINITY,
              Float.NEGATIVE_INFINITY,
              GradientSum.DIVERGED * 7,
              -GradientSum.DIVERGED * 7,
              Float.MAX_VALUE
            }) {
          float[] gradient = new float[length];
          gradient[place] = bad;
          assertThat(sum.add(gradient, 7, 7)).isEqualTo(place);
          assertThatThrownBy(sum::encode)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("out of range");
          sum.clear();
        }
        float[] gradient = new float[length];
        gradient[place] = Math.nextDown(GradientSum.DIVERGED * 7);
        assertThat(sum.add(gradient, 7, 7)).isEqualTo(-1);
        sum.clear();
      }
    }
  }

  @Test
  void partsThatDoNotFitAreRefused() {
    GradientSum sum = new GradientSum(3);
    sum.add(new float[3], 4, 8);
    assertThatThrownBy(() -> sum.add(new float[2], 1, 8))
        .hasMessage("gradient sum: got a gradient of 2 values, expected 3");
    assertThatThrownBy(() -> sum.add(new float[3], 0, 8))
        .hasMessage("gradient sum: got 0 examples, expected 1 or more");
    assertThatThrownBy(() -> sum.add(new float[3], 5, 8))
        .hasMessage("gradient sum: got 5 examples more, expected at most 4 of a batch of 8");
    assertThatThrownBy(() -> sum.add(new float[3], 1, 9))
        .hasMessage(
            "gradient sum: got a part of a batch of 9 examples, expected 8; clear() between"
                + " batches");
    assertThatThrownBy(() -> sum.merge(new GradientSum(2)))
        .hasMessage("gradient sum: got a sum of 2 parameters, expected 3");
    assertThatThrownBy(() -> sum.decodeAndMerge(new GradientSum(2).encode()))
        .hasMessage("gradient sum: got a sum of 2 parameters, expected 3");
    assertThatThrownBy(() -> sum.mean(new float[3]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "gradient sum: got 4 examples of a batch of 8, expected all of them, and at least one;"
                + " a part was not merged");
    assertThatThrownBy(() -> new GradientSum(3).mean(new float[3]))
        .isInstanceOf(IllegalStateException.class);
    sum.merge(new GradientSum(3));
    assertThat(sum.examples()).isEqualTo(4);
  }

  @Test
  void damagedCodesAreRefusedOrHarmless() {
    SplittableRandom random = new SplittableRandom(4);
    GradientSum sum = new GradientSum(200);
    sum.add(randomGradient(random, 200, 1), 1, 8);
    damage(sum, random);
    sum.add(wildGradient(random, 200, 1), 1, 8);
    damage(sum, random);
  }

  private static void damage(GradientSum sum, SplittableRandom random) {
    byte[] code = sum.encode();
    for (int i = 0; i < 5000; i++) {
      byte[] damaged =
          random.nextInt(4) == 0 ? Arrays.copyOf(code, random.nextInt(code.length)) : code.clone();
      for (int flips = random.nextInt(1, 5); flips > 0 && damaged.length > 0; flips--) {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      }
      GradientSum target = new GradientSum(200);
      try {
        target.decodeAndMerge(damaged);
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageContaining("gradient sum: got").hasMessageContaining("expected");
        assertThat(target.examples()).isZero();
      }
    }
  }

  @Test
  void emptyBlocksCostAByteEach() {
    GradientSum sum = new GradientSum(6400);
    sum.add(new float[6400], 1, 1);
    assertThat(sum.encode()).hasSize(GridCodec.HEADER + 100 + GridCodec.PADDING);
  }
}
