package dev.convoy.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LimitsTest {
  @Test
  void intervalsReadAsUsual() {
    assertThat(Limits.parse("[1,)").contains(1)).isTrue();
    assertThat(Limits.parse("[1,)").contains(0.9)).isFalse();
    assertThat(Limits.parse("(0,1]").contains(0)).isFalse();
    assertThat(Limits.parse("(0,1]").contains(1)).isTrue();
    assertThat(Limits.parse("[0,1)").contains(1)).isFalse();
    assertThat(Limits.parse("(,)").contains(-1e300)).isTrue();
  }

  @Test
  void intervalsHaveWords() {
    assertThat(Limits.parse("(,)").words()).isEmpty();
    assertThat(Limits.parse("[1,)").words()).isEqualTo(" of 1 or more");
    assertThat(Limits.parse("(0,)").words()).isEqualTo(" above 0");
    assertThat(Limits.parse("[0,1)").words()).isEqualTo(" from 0 to less than 1");
    assertThat(Limits.parse("(0,1]").words()).isEqualTo(" above 0 and up to 1");
    assertThat(Limits.parse("(0,0.5)").words()).isEqualTo(" above 0 and up to less than 0.5");
  }

  @Test
  void everyDefaultKeepsItsOwnLimits() {
    for (Key key : Key.values()) {
      boolean number =
          key.kind() == Key.Kind.INTEGER
              || key.kind() == Key.Kind.LONG
              || key.kind() == Key.Kind.REAL;
      if (number) {
        double standard = Double.parseDouble(key.standard());
        assertThat(Limits.parse(key.limits()).contains(standard)).as(key.dotted()).isTrue();
      } else if (key.kind() == Key.Kind.CHOICE) {
        assertThat(key.choices()).as(key.dotted()).contains(key.standard());
      }
    }
  }
}
