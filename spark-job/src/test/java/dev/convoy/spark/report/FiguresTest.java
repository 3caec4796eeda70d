package dev.convoy.spark.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FiguresTest {
  @Test
  void figuresReadAsPeopleWriteThem() {
    assertThat(Figures.count(1_234_567)).isEqualTo("1,234,567");
    assertThat(Figures.percent(0.9903)).isEqualTo("99.03 %");
    assertThat(Figures.percent(0.999999)).isEqualTo("99.99 %");
    assertThat(Figures.percent(1)).isEqualTo("100.00 %");
    assertThat(Figures.percent(Double.NaN)).isEqualTo("- %");
    assertThat(Figures.wholePercent(0.785)).isEqualTo("79 %");
    assertThat(Figures.loss(2.302585)).isEqualTo("2.3026");
    assertThat(Figures.loss(0.00001234)).isEqualTo("1.23e-05");
    assertThat(Figures.loss(Double.NaN)).isEqualTo("NaN");
    assertThat(Figures.rate(949.6)).isEqualTo("950");
    assertThat(Figures.rate(12_345)).isEqualTo("12.3k");
    assertThat(Figures.rate(1_234_567)).isEqualTo("1.2M");
    assertThat(Figures.rate(Double.NaN)).isEqualTo("-");
    assertThat(Figures.duration(8.26)).isEqualTo("8.3 s");
    assertThat(Figures.duration(125.4)).isEqualTo("2:05 min");
    assertThat(Figures.duration(12_000)).isEqualTo("3:20:00 h");
    assertThat(Figures.duration(Double.POSITIVE_INFINITY)).isEqualTo("-");
    assertThat(Figures.bytes(512)).isEqualTo("512 B");
    assertThat(Figures.bytes(482_100)).isEqualTo("482.1 kB");
  }
}
