package dev.convoy.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.tensor.Shape;
import org.junit.jupiter.api.Test;

class ModelSummaryTest {

  private static ModelSummary summary(String text) {
    return ModelSummary.of(ModelSpec.parse(text));
  }

  @Test
  void workedExamples() {
    ModelSummary dense = summary("input 5x5x1\nflatten\ndense units=25 bias=false");
    assertThat(dense.parameters()).isEqualTo(625);
    assertThat(dense.flops()).isEqualTo(1250);
    ModelSummary conv = summary("input 5x5x1\nconv2d filters=1 kernel=3 padding=same bias=false");
    assertThat(conv.parameters()).isEqualTo(9);
    assertThat(conv.flops()).isEqualTo(450);
    assertThat(conv.output()).isEqualTo(new Shape(5, 5, 1));
    ModelSummary colour = summary("input 4x4x3\nconv2d filters=1 kernel=2");
    assertThat(colour.rows().get(0).weights()).isEqualTo(12);
    assertThat(colour.rows().get(0).biases()).isEqualTo(1);
  }

  @Test
  void lenet5() {
    ModelSummary summary =
        summary(
            """
            input 28x28x1
            conv2d filters=6 kernel=5 padding=2
            relu
            maxpool window=2
            conv2d filters=16 kernel=5 frozen=true
            relu
            maxpool window=2
            flatten
            dense units=120
            relu
            dropout rate=0.5
            dense units=84
            relu
            dense units=10
            """);
    assertThat(summary.parameters()).isEqualTo(61_706);
    assertThat(summary.trainable()).isEqualTo(61_706 - 2_416);
    assertThat(summary.output()).isEqualTo(Shape.vector(10));
    assertThat(summary.toString())
        .contains("conv2d 6 of 5x5", "28x28x6", "235,200")
        .contains("conv2d 16 of 5x5 (frozen)", "10x10x16", "480,000")
        .contains("total", "61,706", "833,040");
  }

  @Test
  void layersThatDoNotFitAreNamed() {
    assertThatThrownBy(() -> summary("input 4x4x1\nrelu\nconv2d filters=2 kernel=7"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "layer 2 (conv2d 2 of 7x7), input 4x4x1: window: got a kernel of 7x7");
    assertThatThrownBy(() -> summary("input 4000x4000x3\ndense units=1000000"))
        .hasMessageContaining("layer 1 (dense 1000000)")
        .hasMessageContaining("expected less than 2^31");
  }
}
