package dev.convoy.engine.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.convoy.engine.optimizer.LearningRate.Constant;
import dev.convoy.engine.optimizer.LearningRate.Cosine;
import dev.convoy.engine.optimizer.LearningRate.OneCycle;
import dev.convoy.engine.optimizer.LearningRate.Polynomial;
import dev.convoy.engine.optimizer.LearningRate.Step;
import dev.convoy.engine.optimizer.LearningRate.Unit;
import dev.convoy.engine.optimizer.LearningRate.Warmup;
import java.util.List;
import org.junit.jupiter.api.Test;

class LearningRateTest {

  private static void rate(LearningRate schedule, long step, long total, double expected) {
    assertThat((double) schedule.at(step, total))
        .as("%s at step %d of %d", schedule, step, total)
        .isCloseTo(expected, within(1e-7));
  }

  @Test
  void constant() {
    rate(new Constant(0.1f), 1, 10, 0.1);
    rate(new Constant(0.1f), 10, 10, 0.1);
  }

  @Test
  void stepsInStepsAndInEpochs() {
    LearningRate schedule = new Step(0.1f, 0.5f, 3, Unit.STEPS);
    rate(schedule, 1, 100, 0.1);
    rate(schedule, 3, 100, 0.1);
    rate(schedule, 4, 100, 0.05);
    rate(schedule, 7, 100, 0.025);
    LearningRate inEpochs = new Step(0.1f, 0.5f, 1, Unit.EPOCHS);
    assertThatThrownBy(() -> inEpochs.at(1, 10))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("learning rate: got a schedule in epochs, expected steps; call inSteps first");
    assertThat(inEpochs.inSteps(3)).isEqualTo(schedule);
  }

  /** Values of CosineAnnealingLR's formula, T_max = 10, eta_min = 0.01. */
  @Test
  void cosine() {
    LearningRate schedule = new Cosine(0.1f, 0.01f);
    rate(schedule, 1, 10, 0.1);
    rate(schedule, 4, 10, 0.08145033635316129);
    rate(schedule, 6, 10, 0.055);
    rate(schedule, 10, 10, 0.012202456766718092);
    rate(schedule, 12, 10, 0.01);
  }

  @Test
  void polynomial() {
    LearningRate line = new Polynomial(0.1f, 0f, 1f);
    rate(line, 1, 4, 0.1);
    rate(line, 2, 4, 0.075);
    rate(line, 4, 4, 0.025);
    LearningRate square = new Polynomial(0.2f, 0.1f, 2f);
    rate(square, 3, 4, 0.1 + 0.1 * 0.25);
    rate(square, 99, 4, 0.1);
  }

  @Test
  void warmupLeadsToTheScheduleInside() {
    LearningRate schedule = new Warmup(4, Unit.STEPS, new Cosine(0.1f, 0.01f));
    rate(schedule, 1, 14, 0.025);
    rate(schedule, 4, 14, 0.1);
    rate(schedule, 5, 14, 0.1);
    rate(schedule, 8, 14, 0.08145033635316129);
    LearningRate epochs =
        new Warmup(1, Unit.EPOCHS, new Step(0.1f, 0.1f, 2, Unit.EPOCHS)).inSteps(5);
    rate(epochs, 5, 100, 0.1);
    rate(epochs, 15, 100, 0.1);
    rate(epochs, 16, 100, 0.01);
    rate(new Warmup(0, Unit.STEPS, new Constant(1f)), 1, 5, 1);
    rate(new Warmup(100, Unit.STEPS, new Cosine(1f, 0f)), 5, 10, 0.05);
  }

  /** Values of OneCycleLR's formula, total_steps = 20, pct_start = 0.3. */
  @Test
  void oneCycle() {
    LearningRate schedule = new OneCycle(0.5f, 0.3f);
    rate(schedule, 1, 20, 0.02);
    rate(schedule, 2, 20, 0.06583592135001265);
    rate(schedule, 6, 20, 0.5);
    rate(schedule, 7, 20, 0.49373200311754367);
    rate(schedule, 13, 20, 0.250001);
    rate(schedule, 20, 20, 2e-6);
  }

  @Test
  void everyScheduleIsAlwaysFiniteAndNeverNegative() {
    List<LearningRate> schedules =
        List.of(
            new Step(0.1f, 0.1f, 1, Unit.STEPS),
            new Cosine(0.1f, 0f),
            new Polynomial(0.1f, 0f, 0.5f),
            new OneCycle(0.1f, 0.9f),
            new Warmup(3, Unit.STEPS, new OneCycle(0.1f, 0.01f)));
    for (LearningRate schedule : schedules) {
      for (long total = 1; total < 12; total++) {
        for (long step = 1; step < total + 5; step++) {
          assertThat(schedule.at(step, total)).isFinite().isBetween(0f, 0.1f);
        }
      }
    }
  }

  @Test
  void impossibleSettingsAreRefused() {
    assertThatThrownBy(() -> new Constant(0f))
        .hasMessage("learning rate: got rate 0.0, expected a number above 0");
    assertThatThrownBy(() -> new Cosine(Float.NaN, 0f)).hasMessageContaining("rate NaN");
    assertThatThrownBy(() -> new Cosine(0.1f, -1f)).hasMessageContaining("last -1.0");
    assertThatThrownBy(() -> new Step(0.1f, 0.1f, 0, Unit.STEPS)).hasMessageContaining("every 0");
    assertThatThrownBy(() -> new OneCycle(0.1f, 1f)).hasMessageContaining("rise 1.0");
    assertThatThrownBy(() -> new Warmup(-1, Unit.STEPS, new Constant(1f)))
        .hasMessageContaining("length -1");
  }
}
