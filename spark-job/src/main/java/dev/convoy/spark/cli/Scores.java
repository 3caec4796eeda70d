package dev.convoy.spark.cli;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

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

  /**
   * An example that was classified wrong.
   *
   * @param index place in the data
   * @param probability that the network gave to its prediction
   * @param truthProbability that it gave to the truth
   */
  record Mistake(long index, int truth, int predicted, double probability, double truthProbability)
      implements Serializable {}

  final int classes;
  final int mistakesKept;
  final long[] within = new long[RANKS];
  final long[] confusion;
  final List<Mistake> worst = new ArrayList<>();
  long examples;
  double lossSum;

  Scores(int classes, int mistakesKept) {
    this.classes = classes;
    this.mistakesKept = mistakesKept;
    this.confusion = new long[classes <= MOST_CLASSES ? classes * classes : 0];
  }

  /** Takes in one example; {@code outputs} from {@code at} on are its outputs. */
  void add(long index, int truth, float[] outputs, int at) {
    int predicted = 0;
    int rank = 0;
    for (int i = 0; i < classes; i++) {
      if (outputs[at + i] > outputs[at + predicted]) {
        predicted = i;
      }
      boolean before = outputs[at + i] > outputs[at + truth];
      boolean tied = outputs[at + i] == outputs[at + truth] && i < truth;
      rank += before || tied ? 1 : 0;
    }
    examples++;
    for (int k = rank; k < RANKS; k++) {
      within[k]++;
    }
    if (confusion.length > 0) {
      confusion[truth * classes + predicted]++;
    }
    if (predicted != truth) {
      worst.add(new Mistake(index, truth, predicted, outputs[at + predicted], outputs[at + truth]));
      if (worst.size() > 4 * mistakesKept + 64) {
        trim();
      }
    }
  }

  void merge(Scores other) {
    examples += other.examples;
    lossSum += other.lossSum;
    for (int k = 0; k < RANKS; k++) {
      within[k] += other.within[k];
    }
    for (int i = 0; i < confusion.length; i++) {
      confusion[i] += other.confusion[i];
    }
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
