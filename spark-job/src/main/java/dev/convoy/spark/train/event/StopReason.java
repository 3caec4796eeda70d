package dev.convoy.spark.train.event;

import com.fasterxml.jackson.annotation.JsonValue;

/** Why a run ended. */
public enum StopReason {
  /** All epochs were trained. */
  EPOCHS("epochs"),
  /** {@code training.maxSteps} was reached. */
  MAX_STEPS("maxSteps"),
  /** Validation did not improve for {@code training.patience} validations. */
  PATIENCE("patience"),
  /** Somebody asked the run to stop; {@code train --resume} goes on with it. */
  STOPPED("stopped");

  private final String text;

  StopReason(String text) {
    this.text = text;
  }

  /** The word in files and on the console. */
  @Override
  @JsonValue
  public String toString() {
    return text;
  }
}
