package dev.convoy.engine.kernel;

import static dev.convoy.engine.tensor.Lanes.LANES;

/**
 * Exponentials and what is made of them, many values at a time, with the bits of {@link Exp}. Part
 * of {@link Kernels}, whose rules hold here too. Counts of values are multiples of 16.
 */
public interface Functions {
  /** Doubles of working memory that pointwise functions need. */
  int WORK = 256;

  /** Doubles of working memory that softmax needs. */
  static int softmaxWork(int outputs) {
    return (outputs + 2) * LANES;
  }

  /** {@code x = e^x} over n values. */
  void exp(int n, double[] x, int off);

  /**
   * {@code out = 1 / (1 + e^-in)} over n values.
   *
   * @param work overwritten: {@link #WORK} values
   */
  void sigmoid(int n, float[] in, int inOff, double[] work, float[] out, int outOff);

  /** {@code out = tanh(in)} over n values; otherwise as {@link #sigmoid}. */
  void tanh(int n, float[] in, int inOff, double[] work, float[] out, int outOff);

  /**
   * The parts of a softmax over {@code outputs} lines, for each lane by itself.
   *
   * @param work overwritten: a line of {@code sum of e^(z - max)}, outputs ascending; a line of
   *     {@code max}; then a line of {@code e^(z - max)} for each output
   */
  void softmax(int outputs, float[] z, int zOff, double[] work);

  /**
   * {@code out = (float) (e * (1 / sum))} over {@code outputs} lines, e rounded to a float first.
   *
   * @param work as {@link #softmax} left it
   */
  void probabilities(int outputs, double[] work, float[] out, int outOff);
}
