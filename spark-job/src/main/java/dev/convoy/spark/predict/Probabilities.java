package dev.convoy.spark.predict;

/** What is made of the probabilities of an example. */
public final class Probabilities {
  private Probabilities() {}

  /** Natural logarithms, kept finite: 0 counts as the smallest number of single precision. */
  public static double[] logarithms(double[] probabilities) {
    double[] logarithms = new double[probabilities.length];
    for (int i = 0; i < logarithms.length; i++) {
      logarithms[i] = StrictMath.log(Math.max(probabilities[i], Float.MIN_VALUE));
    }
    return logarithms;
  }

  /**
   * The first of the largest probabilities; with thresholds, of their ratios to these, as Spark ML
   * defines them.
   *
   * @param thresholds or null
   */
  public static double argmax(double[] probabilities, double[] thresholds) {
    int best = 0;
    double top = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < probabilities.length; i++) {
      double value = probabilities[i];
      if (thresholds != null) {
        value = value == 0 && thresholds[i] == 0 ? 0 : value / thresholds[i];
      }
      if (value > top) {
        top = value;
        best = i;
      }
    }
    return best;
  }
}
