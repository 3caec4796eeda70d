package dev.convoy.spark.train.event;

import com.fasterxml.jackson.annotation.JsonValue;

/** Why a run ended. */
public enum StopReason {
  /** All epochs were trained. */
  EPOCHS("epochs", "all epochs"),
  /** {@code training.maxSteps} was reached. */
  MAX_STEPS("maxSteps", "training.maxSteps"),
  /** Validation did not improve for {@code training.patience} validations. */
  PATIENCE("patience", "no better for training.patience validations"),
  /** Somebody asked the run to stop; {@code train --resume} goes on with it. */
  STOPPED("stopped", "stopped by Ctrl-C");

  private final String text;
  private final String words;

  StopReason(String text, String words) {
    this.text = text;
    this.words = words;
  }

  /** For people. */
  public String words() {
    return words;
  }

  /** The word in files. */
  @Override
  @JsonValue
  public String toString() {
    return text;
  }
}
