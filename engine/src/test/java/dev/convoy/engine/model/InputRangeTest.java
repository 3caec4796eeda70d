package dev.convoy.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputRangeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 1, 0, 1, false",
    "0, 1, 0, 0.2, false",
    "0, 1, 0, 1.4, false",
    "-3, 4, -4, 6, false",
    "0, 1, 0, 0.00392, true",
    "0, 1, 0, 255, true",
    "0, 1, -1, 1, true",
    "0, 0.00392, 0, 1, true",
    "0, 1, 0, 0, false",
    "-3e38, 3e38, -3e38, 3e38, false"
  })
  void otherScalesAreToldFromTheSame(
      float low, float high, float seenLow, float seenHigh, boolean unlike) {
    InputRange trained = new InputRange(low, high);
    assertThat(trained.isUnlike(new InputRange(seenLow, seenHigh))).isEqualTo(unlike);
  }

  @Test
  void rangesJoinInAnyOrder() {
    InputRange one = new InputRange(-1, 2);
    InputRange other = new InputRange(0, 3);
    assertThat(one.plus(other)).isEqualTo(new InputRange(-1, 3)).isEqualTo(other.plus(one));
  }

  @Test
  void boundsAreFiniteAndInOrder() {
    assertThatThrownBy(() -> new InputRange(2, 1)).hasMessageContaining("got 2.0 to 1.0");
    assertThatThrownBy(() -> new InputRange(Float.NaN, 1)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> new InputRange(0, Float.POSITIVE_INFINITY))
        .hasMessageContaining("expected finite numbers");
  }
}
