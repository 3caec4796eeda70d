package dev.convoy.spark.predict;

import dev.convoy.spark.report.EvaluationReport.Guess;
import dev.convoy.spark.report.EvaluationReport.Mistake;
import dev.convoy.spark.report.EvaluationReport.Sample;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Counts over examples whose outputs are known: right and wrong by class, ranks, loss, and the most
 * confident mistakes. Parts are merged in the order of their shards, so that sums do not depend on
 * partitions.
 */
final class Scores implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Confusion is counted for up to this many classes. */
  static final int MOST_CLASSES = 1_000;

  /** Ranks counted: whether the label is among the first 1, 2 ... outputs. */
  static final int RANKS = 5;

  private static final Comparator<Mistake> WORST_FIRST =
      Comparator.comparingDouble(Mistake::probability).reversed().thenComparingLong(Mistake::index);

  /** Bins of equal width that {@link #calibration} counts in. */
  static final int BINS = 10;

  /** Pixels of larger images are not kept. */
  private static final int MOST_PIXELS = 1 << 14;

  /** Classes that a sample is kept of. */
  private static final int MOST_SAMPLES = 10;

  private static final int GUESSES = 3;

  /** Predictions that were made with about the same confidence. */
  static final class Bin implements Serializable {
    private static final long serialVersionUID = 1L;
    long examples;
    long right;
    double confidence;

    private void merge(Bin other) {
      examples += other.examples;
      right += other.right;
      confidence += other.confidence;
    }
  }

  final int classes;
  final int mistakesKept;
  final long[] within = new long[RANKS];
  final long[] confusion;
  final List<Mistake> worst = new ArrayList<>();
  final TreeMap<Integer, Sample> samples = new TreeMap<>();
  final Bin[] calibration = new Bin[BINS];
  long examples;
  double lossSum;

  /** Examples with an output that is no number, for which nothing else here means anything. */
  long withoutNumbers;

  Scores(int classes, int mistakesKept) {
    this.classes = classes;
    this.mistakesKept = mistakesKept;
    this.confusion = new long[classes <= MOST_CLASSES ? classes * classes : 0];
    Arrays.setAll(calibration, i -> new Bin());
  }

  /**
   * Takes in one example; {@code outputs} from {@code at} on are its outputs, {@code pixels} from
   * {@code pixelsAt} on its image.
   */
  void add(
      long index, int truth, float[] outputs, int at, byte[] pixels, int pixelsAt, int pixelCount) {
    int predicted = 0;
    int rank = 0;
    boolean numbers = true;
    for (int i = 0; i < classes; i++) {
      numbers &= !Float.isNaN(outputs[at + i]);
      if (outputs[at + i] > outputs[at + predicted]) {
        predicted = i;
      }
      boolean before = outputs[at + i] > outputs[at + truth];
      boolean tied = outputs[at + i] == outputs[at + truth] && i < truth;
      rank += before || tied ? 1 : 0;
    }
    examples++;
    withoutNumbers += numbers ? 0 : 1;
    for (int k = rank; k < RANKS; k++) {
      within[k]++;
    }
    if (confusion.length > 0) {
      confusion[truth * classes + predicted]++;
    }
    float confidence = outputs[at + predicted];
    Bin bin = calibration[Math.max(0, Math.min(BINS - 1, (int) (confidence * BINS)))];
    bin.examples++;
    bin.right += predicted == truth ? 1 : 0;
    bin.confidence += confidence;
    boolean small = pixelCount <= MOST_PIXELS;
    if (small && truth < MOST_SAMPLES && isFirst(truth, index)) {
      byte[] image = Arrays.copyOfRange(pixels, pixelsAt, pixelsAt + pixelCount);
      samples.put(truth, new Sample(index, truth, image));
    }
    if (predicted != truth) {
      byte[] image = small ? Arrays.copyOfRange(pixels, pixelsAt, pixelsAt + pixelCount) : null;
      double truthGot = outputs[at + truth];
      worst.add(
          new Mistake(index, "", truth, predicted, confidence, truthGot, top(outputs, at), image));
      if (worst.size() > 4 * mistakesKept + 64) {
        trim();
      }
    }
  }

  private boolean isFirst(int label, long index) {
    Sample held = samples.get(label);
    return held == null || index < held.index();
  }

  private List<Guess> top(float[] outputs, int at) {
    boolean[] taken = new boolean[classes];
    List<Guess> top = new ArrayList<>();
    while (top.size() < Math.min(GUESSES, classes)) {
      int best = -1;
      for (int i = 0; i < classes; i++) {
        if (!taken[i] && (best < 0 || outputs[at + i] > outputs[at + best])) {
          best = i;
        }
      }
      taken[best] = true;
      top.add(new Guess(best, outputs[at + best]));
    }
    return top;
  }

  void merge(Scores other) {
    examples += other.examples;
    withoutNumbers += other.withoutNumbers;
    lossSum += other.lossSum;
    for (int k = 0; k < RANKS; k++) {
      within[k] += other.within[k];
    }
    for (int i = 0; i < confusion.length; i++) {
      confusion[i] += other.confusion[i];
    }
    for (int i = 0; i < BINS; i++) {
      calibration[i].merge(other.calibration[i]);
    }
    other.samples.values().stream()
        .filter(sample -> isFirst(sample.label(), sample.index()))
        .forEach(sample -> samples.put(sample.label(), sample));
    worst.addAll(other.worst);
    trim();
  }

  private void trim() {
    worst.sort(WORST_FIRST);
    if (worst.size() > mistakesKept) {
      worst.subList(mistakesKept, worst.size()).clear();
    }
  }

  /** Examples of class {@code truth} that were taken for {@code predicted}. */
  long confused(int truth, int predicted) {
    return confusion[truth * classes + predicted];
  }
}
