package dev.convoy.spark.train;

import dev.convoy.engine.model.ParameterLayout;
import dev.convoy.engine.sum.GradientSum;
import dev.convoy.spark.train.event.TrainingException;
import dev.convoy.spark.train.task.TaskResult;
import java.util.Optional;

/**
 * Says what went out of range, where, and what to try.
 *
 * @param checkpoints true if the run keeps any
 * @param inputs what the network sees, as {@link Inputs#text} says it; may be empty
 */
public record Divergence(ParameterLayout layout, boolean checkpoints, String inputs) {

  /** Without a word on what the network sees. */
  public Divergence(ParameterLayout layout, boolean checkpoints) {
    this(layout, checkpoints, "");
  }

  /** Refuses a step with a gradient that is not a number, infinite or too large. */
  public void expectInRange(long step, Optional<TaskResult.OutOfRange> found, float rate) {
    if (found.isPresent()) {
      throw gradient(step, found.get(), rate);
    }
  }

  private TrainingException gradient(long step, TaskResult.OutOfRange found, float rate) {
    ParameterLayout.Entry entry = layout.at(found.parameter());
    return new TrainingException(
        "diverged at step "
            + step
            + ": layer "
            + place(entry)
            + (entry.isStatistic() ? ": of a micro-batch " : ": largest gradient ")
            + found.value()
            + ", expected a finite value below "
            + (int) GradientSum.DIVERGED
            + "; "
            + cure(rate));
  }

  /** Weights or a loss that are no numbers. */
  void expectFinite(long step, float[] weights, double loss, float rate) {
    for (int i = 0; i < weights.length; i++) {
      if (!Float.isFinite(weights[i])) {
        ParameterLayout.Entry entry = layout.at(i);
        throw new TrainingException(
            "diverged at step "
                + step
                + ": layer "
                + place(entry)
                + ": a weight became "
                + weights[i]
                + ", expected a finite value; "
                + cure(rate));
      }
    }
    if (!Double.isFinite(loss)) {
      throw new TrainingException(
          "diverged at step " + step + ": the loss became " + loss + "; " + cure(rate));
    }
  }

  /** A validation whose loss is no number, although the weights of {@code step} are. */
  TrainingException validation(long step, double loss, float rate) {
    return new TrainingException(
        "diverged at step "
            + step
            + ": the validation loss became "
            + loss
            + ", expected a finite value; "
            + cure(rate));
  }

  /** Number of the layer, from 1 as everywhere that a user reads, and what of it. */
  private static String place(ParameterLayout.Entry entry) {
    String number = Integer.toString(entry.layer() + 1);
    String name = entry.name();
    String what = name.startsWith(number + ".") ? name.substring(number.length() + 1) : name;
    return number + " (" + what + ")";
  }

  private String cure(float rate) {
    return (inputs.isEmpty() ? "" : "the " + inputs + "; ")
        + "scale the features if they are not about -1 to 1 (data.columns.scale, featuresScale in"
        + " Spark ML, or model.normalize),"
        + " else try a lower optimizer.learningRate (it was "
        + rate
        + "), a warm-up, or optimizer.clipNorm: 1"
        + (checkpoints ? "; any checkpoints saved so far stay" : "");
  }
}
