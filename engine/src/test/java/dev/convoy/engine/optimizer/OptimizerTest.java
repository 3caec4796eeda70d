package dev.convoy.engine.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptimizerTest {
  private static final float RATE = 0.1f;

  private static Optimizer named(String name) {
    return switch (name) {
      case "sgd" -> new Sgd(0f, false);
      case "momentum" -> new Sgd(0.9f, false);
      case "nesterov" -> new Sgd(0.9f, true);
      case "adam" -> new Adam(0.9f, 0.999f, 1e-8f, false);
      case "adamw" -> new Adam(0.9f, 0.999f, 1e-8f, true);
      default -> throw new IllegalArgumentException(name);
    };
  }

  /**
   * Four steps on three weights with a gradient that depends on the weights; expected values from a
   * float64 script of the algorithms as PyTorch's documentation states them.
   */
  @ParameterizedTest
  @CsvSource({
    "sgd, 0, 0.906066651, -1.963856278, 0.493573112",
    "sgd, 0.05, 0.887906863, -1.925115853, 0.484011662",
    "momentum, 0, 0.672988277, -1.895997255, 0.457025468",
    "momentum, 0.05, 0.632219328, -1.807696644, 0.435412306",
    "nesterov, 0, 0.619451098, -1.871316727, 0.455994737",
    "nesterov, 0.05, 0.569505575, -1.755978164, 0.428095812",
    "adam, 0, 0.665891069, -1.976872125, 0.341128149",
    "adam, 0.05, 0.657987607, -1.926044385, 0.304845206",
    "adamw, 0, 0.665891069, -1.976872125, 0.341128149",
    "adamw, 0.05, 0.649211012, -1.936965861, 0.333416964",
  })
  void fourStepsAgreeWithTheDefinition(String name, float decay, float a, float b, float c) {
    Optimizer optimizer = named(name);
    float[] weights = {1f, -2f, 0.5f};
    float[] state = optimizer.newState(3);
    for (int step = 1; step <= 4; step++) {
      float[] gradient = new float[3];
      for (int i = 0; i < 3; i++) {
        gradient[i] = (float) (StrictMath.sin(step * (i + 1)) * 0.5 + 0.1 * weights[i]);
      }
      optimizer.update(weights, gradient, state, 0, 3, decay, RATE, step);
    }
    assertThat(weights[0]).isCloseTo(a, within(2e-6f));
    assertThat(weights[1]).isCloseTo(b, within(2e-6f));
    assertThat(weights[2]).isCloseTo(c, within(2e-6f));
  }

  @Test
  void theFirstStepOfAdamMovesEveryWeightByTheRate() {
    float[] weights = new float[3];
    Optimizer adam = named("adam");
    adam.update(weights, new float[] {1e-4f, -3f, 200f}, adam.newState(3), 0, 3, 0f, RATE, 1);
    assertThat(weights[0]).isCloseTo(-RATE, within(2e-5f));
    assertThat(weights[1]).isCloseTo(RATE, within(1e-6f));
    assertThat(weights[2]).isCloseTo(-RATE, within(1e-6f));
  }

  @ParameterizedTest
  @CsvSource({"sgd", "momentum", "nesterov", "adam", "adamw"})
  void rangesOneByOneGiveTheBitsOfOneCall(String name) {
    Optimizer optimizer = named(name);
    SplittableRandom random = new SplittableRandom(3);
    int length = 1021;
    float[] whole = new float[length];
    for (int i = 0; i < length; i++) {
      whole[i] = (float) random.nextDouble(-1, 1);
    }
    float[] parts = whole.clone();
    float[] wholeState = optimizer.newState(length);
    float[] partsState = optimizer.newState(length);
    for (int step = 1; step <= 20; step++) {
      float[] gradient = new float[length];
      for (int i = 0; i < length; i++) {
        gradient[i] = (float) random.nextDouble(-1, 1);
      }
      optimizer.update(whole, gradient, wholeState, 0, length, 0.01f, RATE, step);
      int from = 0;
      while (from < length) {
        int to = Math.min(length, from + random.nextInt(300));
        optimizer.update(parts, gradient, partsState, from, to, 0.01f, RATE, step);
        from = to;
      }
    }
    assertThat(parts).isEqualTo(whole);
    assertThat(partsState).isEqualTo(wholeState);
  }

  @ParameterizedTest
  @CsvSource({"sgd", "momentum", "nesterov", "adam", "adamw"})
  void weightsOutsideTheRangeStayAsTheyAre(String name) {
    Optimizer optimizer = named(name);
    float[] weights = {1f, 2f, 3f, 4f};
    float[] gradient = {1f, 1f, 1f, 1f};
    optimizer.update(weights, gradient, optimizer.newState(4), 1, 3, 0.5f, RATE, 1);
    assertThat(weights[0]).isEqualTo(1f);
    assertThat(weights[1]).isNotEqualTo(2f);
    assertThat(weights[2]).isNotEqualTo(3f);
    assertThat(weights[3]).isEqualTo(4f);
  }

  @Test
  void impossibleSettingsAreRefused() {
    assertThatThrownBy(() -> new Sgd(1f, false))
        .hasMessage("sgd: got momentum 1.0, expected 0 <= momentum < 1, for example 0.9");
    assertThatThrownBy(() -> new Sgd(Float.NaN, false)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> new Sgd(0f, true)).hasMessageContaining("nesterov with momentum 0");
    assertThatThrownBy(() -> new Adam(0.9f, 1f, 1e-8f, false))
        .hasMessage("adam: got beta2 1.0, expected 0 <= beta2 < 1, for example 0.999");
    assertThatThrownBy(() -> new Adam(0.9f, 0.99f, 0f, false)).hasMessageContaining("epsilon 0.0");
  }

  @Test
  void callsThatDoNotFitAreRefused() {
    Optimizer optimizer = named("adam");
    float[] two = new float[2];
    float[] four = new float[4];
    assertThatThrownBy(() -> optimizer.update(two, four, four, 0, 2, 0f, RATE, 1))
        .hasMessageContaining("got 2 weights, 4 gradients and a state of 4");
    assertThatThrownBy(() -> optimizer.update(two, two, two, 0, 2, 0f, RATE, 1))
        .hasMessageContaining("a state of 4; make the state with newState");
    assertThatThrownBy(() -> optimizer.update(two, two, four, 1, 3, 0f, RATE, 1))
        .hasMessage("optimizer: got the range 1 to 3, expected a part of 0 to 2");
    assertThatThrownBy(() -> optimizer.update(two, two, four, 0, 2, 0f, Float.NaN, 1))
        .hasMessageContaining("learning rate of NaN");
    assertThatThrownBy(() -> optimizer.update(two, two, four, 0, 2, 0f, RATE, 0))
        .hasMessageContaining("got step 0");
  }

  @Test
  void clippingByNormScalesToTheLimit() {
    float[] gradient = {3f, 4f};
    assertThat(Clipping.norm(gradient)).isEqualTo(5.0);
    Clipping.clipNorm(gradient, 10f);
    assertThat(gradient).containsExactly(3f, 4f);
    Clipping.clipNorm(gradient, 1f);
    assertThat(gradient[0]).isCloseTo(0.6f, within(1e-7f));
    assertThat(gradient[1]).isCloseTo(0.8f, within(1e-7f));
    Clipping.clipNorm(gradient, 0f);
    assertThat(Clipping.norm(gradient)).isCloseTo(1.0, within(1e-6));
    assertThat(Clipping.norm(new float[5])).isZero();
    float[] many = new float[1021];
    java.util.Arrays.fill(many, 2f);
    assertThat(Clipping.norm(many)).isCloseTo(2 * Math.sqrt(1021), within(1e-10));
    assertThat(Clipping.norm(new float[] {Float.MAX_VALUE, Float.MAX_VALUE})).isFinite();
    assertThatThrownBy(() -> Clipping.clipNorm(gradient, -1f))
        .hasMessage("clipping: got a norm of -1.0, expected 0 (no limit) or more");
  }

  @Test
  void clippingByValueStaysInTheRange() {
    float[] gradient = {-3f, -0.5f, 0f, 0.25f, 7f};
    Clipping.clipValue(gradient, 0.5f);
    assertThat(gradient).containsExactly(-0.5f, -0.5f, 0f, 0.25f, 0.5f);
    Clipping.clipValue(gradient, 0f);
    assertThat(gradient).containsExactly(-0.5f, -0.5f, 0f, 0.25f, 0.5f);
  }
}
