package dev.convoy.spark.train.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.ParameterLayout;
import dev.convoy.engine.network.Network;
import dev.convoy.spark.train.Divergence;
import dev.convoy.spark.train.Jobs;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskResultTest {
  private static TaskResult bad(int parameter, float value) {
    TaskResult part = new TaskResult();
    part.noteOutOfRange(parameter, value);
    return part;
  }

  @ParameterizedTest
  @CsvSource({"NaN, -Infinity", "NaN, 1e9", "Infinity, -1e9", "-2e9, 1e9"})
  void theWorstIsNamedWhoeverComesFirst(float worse, float better) {
    TaskResult first = bad(5, worse);
    first.addCounts(bad(3, better));
    TaskResult second = bad(3, better);
    second.addCounts(bad(5, worse));
    for (TaskResult sum : new TaskResult[] {first, second}) {
      sum.addCounts(new TaskResult());
      TaskResult.OutOfRange found = sum.outOfRange().orElseThrow();
      assertThat(found.parameter()).isEqualTo(5);
      assertThat(Float.compare(found.value(), worse)).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"0, layer 1 (conv2d.weights)", "39, layer 1 (conv2d.bias)", "40, layer 6 (dense"})
  void layersAreCountedFromOne(int parameter, String place) {
    ParameterLayout layout = new Network(ModelSpec.parse(Jobs.SMALL)).parameters();
    assertThatThrownBy(
            () ->
                new Divergence(layout, true)
                    .expectInRange(4, bad(parameter, Float.NaN).outOfRange(), 0.1f))
        .hasMessageContaining("diverged at step 4: " + place)
        .hasMessageContaining("largest gradient NaN")
        .hasMessageEndingWith("clipNorm: 1; any checkpoints saved so far stay");
    assertThatThrownBy(
            () ->
                new Divergence(layout, false)
                    .expectInRange(4, bad(parameter, Float.NaN).outOfRange(), 0.1f))
        .hasMessageEndingWith("clipNorm: 1");
  }
}
