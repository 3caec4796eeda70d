package dev.convoy.engine.optimizer;

import dev.convoy.engine.error.InvalidInputException;

/**
 * A learning rate for each step: a pure function, so resuming needs no state. Powers and cosines
 * come from {@link StrictMath}, so that rates are the same on every machine.
 *
 * <p>Schedules may count in epochs; {@link #inSteps} turns those into steps once the number of
 * steps an epoch is known, and must be called before {@link #at}.
 */
public sealed interface LearningRate {
  /**
   * The rate of step {@code step} (from 1) of {@code totalSteps}; past the last step, as at the
   * end.
   *
   * @throws IllegalStateException if the schedule counts in epochs: call {@link #inSteps} first
   */
  float at(long step, long totalSteps);

  /** This schedule with epochs turned into {@code stepsPerEpoch} steps each. */
  default LearningRate inSteps(long stepsPerEpoch) {
    return this;
  }

  /** What a schedule counts in. */
  enum Unit {
    /** Steps. */
    STEPS,
    /** Epochs. */
    EPOCHS;

    private long steps(long count, long stepsPerEpoch) {
      return this == STEPS ? count : Math.multiplyExact(count, stepsPerEpoch);
    }

    private void mustBeSteps() {
      if (this != STEPS) {
        throw new IllegalStateException(
            "learning rate: got a schedule in epochs, expected steps; call inSteps first");
      }
    }
  }

  /** Always {@code rate}. */
  record Constant(float rate) implements LearningRate {
    /** Checks and copies what is given. */
    public Constant {
      positive("rate", rate);
    }

    @Override
    public float at(long step, long totalSteps) {
      return rate;
    }
  }

  /** {@code rate * gamma^k} after k times {@code every} units. */
  record Step(float rate, float gamma, long every, Unit unit) implements LearningRate {
    /** Checks and copies what is given. */
    public Step {
      positive("rate", rate);
      positive("gamma", gamma);
      atLeast("every", every, 1);
    }

    @Override
    public float at(long step, long totalSteps) {
      unit.mustBeSteps();
      return (float) (rate * StrictMath.pow(gamma, (step - 1) / every));
    }

    @Override
    public LearningRate inSteps(long stepsPerEpoch) {
      return new Step(rate, gamma, unit.steps(every, stepsPerEpoch), Unit.STEPS);
    }
  }

  /**
   * Half a cosine from {@code rate} to {@code last} over the whole run (I. Loshchilov, F. Hutter,
   * "SGDR", ICLR 2017, without restarts).
   */
  record Cosine(float rate, float last) implements LearningRate {
    /** Checks and copies what is given. */
    public Cosine {
      positive("rate", rate);
      notNegative("last", last);
    }

    @Override
    public float at(long step, long totalSteps) {
      return (float) cosine(rate, last, progress(step - 1, totalSteps));
    }
  }

  /**
   * From {@code rate} to {@code last} as {@code (1 - progress)^power}; power 1 is a straight line.
   */
  record Polynomial(float rate, float last, float power) implements LearningRate {
    /** Checks and copies what is given. */
    public Polynomial {
      positive("rate", rate);
      notNegative("last", last);
      positive("power", power);
    }

    @Override
    public float at(long step, long totalSteps) {
      double left = 1 - progress(step - 1, totalSteps);
      return (float) (last + ((double) rate - last) * StrictMath.pow(left, power));
    }
  }

  /**
   * A straight line up to the first rate of {@code then} over {@code length} units, step k at k /
   * length of it; then {@code then} over the steps that are left.
   */
  record Warmup(long length, Unit unit, LearningRate then) implements LearningRate {
    /** Checks and copies what is given. */
    public Warmup {
      atLeast("length", length, 0);
    }

    @Override
    public float at(long step, long totalSteps) {
      unit.mustBeSteps();
      long left = Math.max(1, totalSteps - length);
      if (step <= length) {
        return (float) (then.at(1, left) * ((double) step / length));
      }
      return then.at(step - length, left);
    }

    @Override
    public LearningRate inSteps(long stepsPerEpoch) {
      return new Warmup(unit.steps(length, stepsPerEpoch), Unit.STEPS, then.inSteps(stepsPerEpoch));
    }
  }

  /**
   * Half a cosine from {@code rate / 25} up to {@code rate} over {@code rise} of the run, half a
   * cosine down to {@code rate / 250000} over the rest (L. N. Smith, N. Topin, "Super-convergence",
   * 2017, in PyTorch's form).
   *
   * @param rate the highest
   * @param rise share of the run, above 0 and below 1; usually 0.3
   */
  record OneCycle(float rate, float rise) implements LearningRate {
    private static final double START = 25;
    private static final double END = 25e4;

    /** Checks and copies what is given. */
    public OneCycle {
      positive("rate", rate);
      if (!(rise > 0f && rise < 1f)) {
        throw new InvalidInputException(
            "learning rate: got rise " + rise + ", expected 0 < rise < 1, for example 0.3");
      }
    }

    @Override
    public float at(long step, long totalSteps) {
      double top = Math.max(0, (double) rise * totalSteps - 1);
      double at = Math.min(step, totalSteps) - 1;
      if (at < top) {
        return (float) cosine(rate / START, rate, at / top);
      }
      double rest = totalSteps - 1 - top;
      return (float) cosine(rate, rate / END, rest <= 0 ? 0 : (at - top) / rest);
    }
  }

  private static double cosine(double from, double to, double progress) {
    return to + (from - to) * (1 + StrictMath.cos(StrictMath.PI * progress)) / 2;
  }

  private static double progress(long done, long total) {
    return total < 1 ? 0 : Math.min(1, (double) done / total);
  }

  private static void positive(String name, float value) {
    if (!(value > 0f && value < Float.POSITIVE_INFINITY)) {
      throw new InvalidInputException(
          "learning rate: got " + name + " " + value + ", expected a number above 0");
    }
  }

  private static void notNegative(String name, float value) {
    if (!(value >= 0f && value < Float.POSITIVE_INFINITY)) {
      throw new InvalidInputException(
          "learning rate: got " + name + " " + value + ", expected 0 or more");
    }
  }

  private static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new InvalidInputException(
          "learning rate: got " + name + " " + value + ", expected " + least + " or more");
    }
  }
}
