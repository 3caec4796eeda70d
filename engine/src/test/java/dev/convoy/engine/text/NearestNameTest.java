package dev.convoy.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {

  @Test
  void nearestNamesAreCloseOnes() {
    List<String> known = List.of("epochs", "batchSize", "microBatch", "seed");
    assertThat(NearestName.of("epoch", known)).isEqualTo("epochs");
    assertThat(NearestName.of("batchsize", known)).isEqualTo("batchSize");
    assertThat(NearestName.of("sede", known)).isEqualTo("seed");
    assertThat(NearestName.of("x", known)).isNull();
    assertThat(NearestName.of("learningRate", known)).isNull();
    assertThat(NearestName.distance("abcd", "acbd")).isEqualTo(1);
    assertThat(NearestName.distance("", "abc")).isEqualTo(3);
    assertThat(NearestName.distance("kitten", "sitting")).isEqualTo(3);
  }
}
