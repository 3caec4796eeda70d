package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NextStepsTest {
  private static final List<String> GIVEN =
      List.of("train", "--set", "model.layers=[flatten, dense: {units: 3}]", "--data", "it's");

  @Test
  void aRunThatWasNotKeptIsRepeatedAsItWas() {
    assertThat(NextSteps.after(GIVEN, null, false, true))
        .singleElement()
        .asString()
        .isEqualTo(
            "convoy train --set 'model.layers=[flatten, dense: {units: 3}]' --data 'it'\\''s'"
                + " --output DIR");
  }

  @Test
  void whatSparkSubmitStartedIsFollowedBySparkSubmit() {
    System.setProperty("SPARK_SUBMIT", "true");
    try {
      assertThat(NextSteps.after(GIVEN, "r", true, true))
          .singleElement()
          .asString()
          .startsWith("spark-submit ")
          .endsWith(" train --resume --output r");
    } finally {
      System.clearProperty("SPARK_SUBMIT");
    }
  }

  @Test
  void aRunThatWasStoppedGoesOn() {
    assertThat(NextSteps.after(GIVEN, "my runs/1", true, true))
        .singleElement()
        .asString()
        .endsWith(" train --resume --output 'my runs/1'");
  }

  @Test
  void aRunThatEndedIsEvaluatedAndPredictsWith() {
    assertThat(NextSteps.after(GIVEN, "hdfs://h:1/r", false, true)).hasSize(3);
    assertThat(NextSteps.after(GIVEN, "hdfs://h:1/r", false, false))
        .hasSize(2)
        .allMatch(line -> line.contains(" --model hdfs://h:1/r"));
  }
}
