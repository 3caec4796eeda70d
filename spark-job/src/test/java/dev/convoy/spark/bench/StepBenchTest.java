package dev.convoy.spark.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.spark.SparkForTests;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.Test;

class StepBenchTest {
  @Test
  void thePartsOfAStepAreTold() {
    SparkContext spark = SparkForTests.local("local[2]");
    try {
      StepBench.Report report = new StepBench(spark, 61_706, 2).run(5, 15);
      assertThat(report.resultBytes()).isBetween(2L * 61_706, 2L * 8 * 61_706 + 1000);
      assertThat(report.items()).hasSize(9).allMatch(item -> item.millis() >= 0);
      assertThat(report.stepMillis()).isPositive();
      assertThat(report.ratio()).isEqualTo(report.stepMillis() / report.bareMillis());
    } finally {
      spark.stop();
    }
  }

  @Test
  void aLargeModelIsMergedOnExecutors() {
    SparkContext spark = SparkForTests.local("local[2]");
    try {
      int parameters = 2_000_000;
      StepBench.Report report = new StepBench(spark, parameters, 36).run(0, 1);
      assertThat(report.resultBytes()).isLessThan(8L * Double.BYTES * parameters);
    } finally {
      spark.stop();
    }
  }
}
