package dev.convoy.engine.layer;

import static dev.convoy.engine.testing.Fixtures.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.kernel.KernelProvider;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.testing.Fixtures;
import dev.convoy.engine.testing.LayerRun;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Curves and their slopes: against float64 reference values, and where they bend or end. */
class CurveTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  private static LayerRun run(Curve curve, float setting, double dOut, double... x) {
    Pointwise layer = new Pointwise(new Pointwise.Spec(curve, setting), new Shape(1, 1, 1));
    double[] gradient = new double[x.length];
    Arrays.fill(gradient, dOut);
    return new LayerRun(layer, KernelProvider.get(), x.length, new float[0], x, gradient);
  }

  private static LayerRun run(Curve curve, double... x) {
    return run(curve, curve.standard(), 1, x);
  }

  static Stream<JsonNode> references() {
    return StreamSupport.stream(Fixtures.read("curves").get("cases").spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("references")
  void valuesAndSlopesAreTheFormulas(JsonNode c) {
    Curve curve =
        Stream.of(Curve.values())
            .filter(f -> f.text().equals(c.get("layer").asText()))
            .findFirst()
            .orElseThrow();
    double[] x = values(Fixtures.read("curves").get("x"));
    LayerRun run = run(curve, x);
    closeTo(curve + "", x, run.out, values(c.get("y")));
    closeTo("slope of " + curve, x, run.dIn, values(c.get("slope")));
  }

  /** To the last bit of a float. */
  private static void closeTo(String what, double[] x, float[] got, double[] expected) {
    for (int i = 0; i < x.length; i++) {
      assertThat((double) got[i])
          .as("%s at %s", what, x[i])
          .isCloseTo(expected[i], within((double) Math.ulp((float) expected[i])));
    }
  }

  @Test
  void everyCurveHasReferenceValues() {
    assertThat(references().map(c -> c.get("layer").asText()))
        .containsExactlyElementsOf(Stream.of(Curve.values()).map(Curve::text).toList());
  }

  @Test
  void settingsBendTheFall() {
    assertThat(run(Curve.LEAKY_RELU, 0.25f, 2, -4, 3).out).containsExactly(-1f, 3f);
    assertThat(run(Curve.LEAKY_RELU, 0.25f, 2, -4, 3).dIn).containsExactly(0.5f, 2f);
    assertThat(run(Curve.ELU, 2f, 3, -200, 3).out).containsExactly(-2f, 3f);
    assertThat(run(Curve.ELU, 2f, 3, -0.0, 3).dIn).containsExactly(6f, 3f);
  }

  @ParameterizedTest
  @EnumSource(
      names = {"HARD_SIGMOID", "SOFTPLUS"},
      mode = EnumSource.Mode.EXCLUDE)
  void zerosKeepTheirSign(Curve curve) {
    float[] out = run(curve, -0.0, 0.0).out;
    assertThat(Float.floatToRawIntBits(out[0])).isEqualTo(Float.floatToRawIntBits(-0f));
    assertThat(Float.floatToRawIntBits(out[1])).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void noNumberStaysNone(Curve curve) {
    LayerRun run = run(curve, Double.NaN, 1);
    assertThat(run.out[0]).isNaN();
    assertThat(run.dIn[0]).isNaN();
    assertThat(run.out[1]).isFinite();
    assertThat(run(curve, curve.standard(), Double.NaN, -9, 9).dIn)
        .containsExactly(Float.NaN, Float.NaN);
  }

  @ParameterizedTest
  @CsvSource({
    "LEAKY_RELU, -Infinity, Infinity, 0.01, 1",
    "RELU6, 0, 6, 0, 0",
    "ELU, -1, Infinity, 0, 1",
    "GELU, 0, Infinity, 0, 1",
    "SILU, 0, Infinity, 0, 1",
    "HARD_SWISH, 0, Infinity, 0, 1",
    "HARD_SIGMOID, 0, 1, 0, 0",
    "SOFTPLUS, 0, Infinity, 0, 1",
  })
  void infinitiesAndHugeNumbersGoToTheLimit(
      Curve curve, float below, float above, float slopeBelow, float slopeAbove) {
    LayerRun run = run(curve, -INFINITY, INFINITY, -3e38, 3e38);
    // Adding 0 makes a zero of either sign the positive one.
    assertThat(run.out[0] + 0f).isEqualTo(below);
    assertThat(run.out[1]).isEqualTo(above);
    if (Float.isFinite(below)) {
      assertThat(run.out[2] + 0f).isEqualTo(below);
    }
    assertThat(run.out[3]).isEqualTo(Math.min(above, 3e38f));
    for (int i = 0; i < 4; i++) {
      assertThat(run.dIn[i] + 0f).isEqualTo(i % 2 == 0 ? slopeBelow : slopeAbove);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "LEAKY_RELU, 0, 0.01",
    "LEAKY_RELU, 1e-45, 1",
    "RELU6, 0, 0",
    "RELU6, 1e-45, 1",
    "RELU6, 5.9999995, 1",
    "RELU6, 6, 0",
    "ELU, 0, 1",
    "GELU, 0, 0.5",
    "SILU, 0, 0.5",
    "SOFTPLUS, 0, 0.5",
    "HARD_SWISH, -3, 0",
    "HARD_SWISH, 3, 1",
    "HARD_SIGMOID, -3, 0",
    "HARD_SIGMOID, 3, 0",
    "HARD_SIGMOID, 2.9999998, 0.16666667",
  })
  void slopesAtCornersAreThoseOfPyTorch(Curve curve, float x, float slope) {
    assertThat(run(curve, x).dIn[0]).isEqualTo(slope);
    assertThat(run(curve, curve.standard(), -2, x).dIn[0] + 0f).isEqualTo(-2 * slope + 0f);
  }

  /** From the far side of one step of the exponentials to the other, whatever the size. */
  @Test
  void everyBlockIsComputed() {
    double[] x = new double[1000];
    Arrays.setAll(x, i -> (i - 500) / 64.0);
    LayerRun run = run(Curve.SILU, x);
    for (int i = 0; i < x.length; i++) {
      double s = 1 / (1 + StrictMath.exp(-x[i]));
      assertThat((double) run.out[i]).isCloseTo(x[i] * s, within(1e-6));
      assertThat((double) run.dIn[i]).isCloseTo(s * (1 + x[i] * (1 - s)), within(1e-6));
    }
  }

  @Test
  void settingsAreNumbers() {
    assertThatThrownBy(() -> new Pointwise.Spec(Curve.ELU, Float.NaN))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("elu: got alpha NaN, expected a number");
  }
}
