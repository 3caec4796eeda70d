package dev.convoy.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.engine.model.InputRange;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.spark.train.event.TrainEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputsTest {
  private static final ModelSpec MODEL =
      ModelSpec.parse(
          "input 6x6x1\nnormalize mean=0.1307 deviation=0.3081\nflatten\ndense units=3\n");

  private static TrainEvent.Ranged ranged(float low, float high, float scale) {
    return Inputs.of(new InputRange(low / scale, high / scale), scale, MODEL);
  }

  @ParameterizedTest
  @CsvSource({"0, 255, 255", "0, 1, 1", "-4, 5, 1", "0, 65535, 65535", "0, 60, 255"})
  void usualDataIsNotWarnedOf(float low, float high, float scale) {
    assertThat(Inputs.warning(ranged(low, high, scale))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 255, hardly different, set the scale to 1",
    "-4, 5, 255, hardly different, set the scale to 1",
    "0, 255, 1, far beyond, set the scale to 255",
    "0, 65535, 255, far beyond, set the scale to 65535",
    "-1000, 900, 1, far beyond, set the scale to about 1000",
    "0, 15, 255, hardly different, images of 16 bits that hold fewer come out dark",
    "255, 255, 255, all are the same, white on a transparent ground",
    "7, 7, 255, all are the same, nothing to learn from"
  })
  void dataThatCannotBeMeantIsWarnedOfWithTheCure(
      float low, float high, float scale, String what, String cure) {
    assertThat(Inputs.warning(ranged(low, high, scale)).orElse("")).contains(what, cure);
  }

  @Test
  void theRangeIsToldBeforeAndAfterScaleAndNormalisation() {
    assertThat(Inputs.text(ranged(0, 1, 255)))
        .isEqualTo(
            "values of the examples: 0 to 1, by the scale of 255 and the normalisation inputs of"
                + " -0.4242 to -0.4115");
  }
}
