package dev.convoy.engine.kernel;

import static dev.convoy.engine.tensor.Lanes.LANES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * The JVM's functions have the bits of the scalar ones, which are those of StrictMath in floats.
 */
class FunctionsTest {
  private static final float[] EDGES = {
    0f,
    -0f,
    1e-30f,
    -1e-30f,
    1e-8f,
    88f,
    -88f,
    104f,
    -104f,
    700.5f,
    -700.5f,
    3e38f,
    -3e38f,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MIN_VALUE
  };

  private final Functions functions = settled(KernelProvider.get().functions());
  private final Functions scalar = new ScalarFunctions();
  private final double[] work = new double[Functions.WORK];

  private static Functions settled(Functions functions) {
    return functions instanceof SettlingFunctions settling ? settling.settled() : functions;
  }

  private static float[] values(int n) {
    SplittableRandom random = new SplittableRandom(5);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] =
          i < EDGES.length ? EDGES[i] : (float) random.nextDouble(-1, 1) * (i % 3 == 0 ? 90f : 4f);
    }
    return values;
  }

  @Test
  void sigmoidAndTanhHaveTheBitsOfTheScalarOnes() {
    for (int n : new int[] {16, 208, 256, 272, 1024}) {
      float[] in = values(n + 3);
      float[] expected = new float[n + 3];
      float[] got = new float[n + 3];
      scalar.sigmoid(n, in, 3, work, expected, 1);
      functions.sigmoid(n, in, 3, work, got, 1);
      assertThat(bits(got)).isEqualTo(bits(expected));
      scalar.tanh(n, in, 3, work, expected, 1);
      functions.tanh(n, in, 3, work, got, 1);
      assertThat(bits(got)).isEqualTo(bits(expected));
    }
  }

  /** Layers and losses build on it: also where a float would overflow or vanish, and on NaN. */
  @Test
  void exponentialsHaveTheBitsOfTheScalarOnes() {
    for (int n : new int[] {16, 256, 1024}) {
      double[] expected = new double[n + 3];
      SplittableRandom random = new SplittableRandom(7);
      for (int i = 0; i < n; i++) {
        expected[3 + i] = i < EDGES.length ? EDGES[i] : random.nextDouble(-710, 1);
      }
      expected[n + 2] = Double.NaN;
      double[] got = expected.clone();
      scalar.exp(n, expected, 3);
      functions.exp(n, got, 3);
      assertThat(got).isEqualTo(expected);
      assertThat(got[n + 2]).isNaN();
    }
  }

  @Test
  void theyAgreeWithStrictMath() {
    float[] in = values(512);
    float[] out = new float[512];
    functions.tanh(512, in, 0, work, out, 0);
    for (int i = 0; i < in.length; i++) {
      assertThat((double) out[i]).isCloseTo(StrictMath.tanh(in[i]), within(1e-7));
    }
    functions.sigmoid(512, in, 0, work, out, 0);
    for (int i = 0; i < in.length; i++) {
      assertThat((double) out[i]).isCloseTo(1 / (1 + StrictMath.exp(-in[i])), within(1e-7));
    }
  }

  @Test
  void softmaxHasTheBitsOfTheScalarOne() {
    for (int outputs : new int[] {1, 2, 10, 13}) {
      float[] z = values(outputs * LANES + 16);
      double[] expected = new double[Functions.softmaxWork(outputs)];
      double[] got = expected.clone();
      scalar.softmax(outputs, z, 16, expected);
      functions.softmax(outputs, z, 16, got);
      assertThat(got).isEqualTo(expected);
      float[] p = new float[outputs * LANES];
      float[] q = p.clone();
      scalar.probabilities(outputs, expected, p, 0);
      functions.probabilities(outputs, got, q, 0);
      assertThat(bits(q)).isEqualTo(bits(p));
    }
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }
}
