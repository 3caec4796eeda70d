package dev.convoy.engine.peers;

import dev.convoy.engine.bench.Rates;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Peers that take turns in short windows, because a shared machine changes its speed; only ratios
 * of windows of one round count. The order changes from round to round.
 */
final class Race {
  /** So small that thousands of steps on four batches do not end in denormal gradients. */
  private static final float RATE = 1e-4f;

  /** A window that is faster than those before by this much says that the JIT is at work. */
  private static final double RISING = 1.05;

  private static final int MOST_WARM_UPS = 5;

  /**
   * How often and how long.
   *
   * @param rounds windows of each peer
   * @param windowNanos length of a window
   * @param warmUpNanos what each peer runs before the first, and again while that makes it faster
   */
  record Windows(int rounds, long windowNanos, long warmUpNanos) {}

  /**
   * What came out for one peer.
   *
   * @param lessPrecise true if it computes with fewer bits than the engine
   * @param rates examples/s in each round
   * @param ratios the engine's rate over this one's in each round
   */
  record Result(String name, boolean lessPrecise, double[] rates, double[] ratios) {
    double medianRatio() {
      return Rates.quantile(ratios, 0.5);
    }

    /** The median of the ratios and their quartiles. */
    String ratio() {
      return String.format(
          Locale.ROOT,
          "%5.2fx (%.2f - %.2f)",
          medianRatio(),
          Rates.quantile(ratios, 0.25),
          Rates.quantile(ratios, 0.75));
    }
  }

  private Race() {}

  /** Runs the race. Returns a result for each of {@code others}, in order. */
  static List<Result> run(Peer engine, List<? extends Peer> others, Windows windows) {
    List<Peer> peers = new ArrayList<>();
    peers.add(engine);
    peers.addAll(others);
    for (Peer peer : peers) {
      warmUp(peer, windows.warmUpNanos());
    }
    OtherLoad load = new OtherLoad();
    double[][] rates = new double[peers.size()][windows.rounds()];
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < peers.size(); i++) {
      order.add(i);
    }
    for (int round = 0; round < windows.rounds(); round++) {
      for (int i : order) {
        rates[i][round] = peers.get(i).rate(windows.windowNanos(), RATE);
      }
      Collections.rotate(order, 1);
    }
    List<Result> results = new ArrayList<>();
    for (int i = 1; i < peers.size(); i++) {
      double[] ratios = new double[windows.rounds()];
      for (int round = 0; round < ratios.length; round++) {
        ratios[round] = rates[0][round] / rates[i][round];
      }
      Peer peer = peers.get(i);
      results.add(new Result(peer.name(), peer.lessPrecise(), rates[i], ratios));
    }
    System.out.printf("  %-28s %s%n", engine.name(), quartiles(rates[0]));
    for (Result result : results) {
      String note = result.lessPrecise() ? "   another precision" : "";
      System.out.printf(
          Locale.ROOT,
          "  %-28s %s  %s%s%n",
          result.name(),
          quartiles(result.rates()),
          result.ratio(),
          note);
    }
    System.out.println("  " + load.sentence());
    return results;
  }

  /** Median and quartiles of rates. */
  private static String quartiles(double[] rates) {
    return String.format(
        Locale.ROOT,
        "%10.0f (%.0f - %.0f)",
        Rates.quantile(rates, 0.5),
        Rates.quantile(rates, 0.25),
        Rates.quantile(rates, 0.75));
  }

  /** Runs windows of {@code nanos} until one is hardly faster than the best before. */
  private static void warmUp(Peer peer, long nanos) {
    double best = peer.rate(nanos, RATE);
    for (int i = 0; i < MOST_WARM_UPS; i++) {
      double rate = peer.rate(nanos, RATE);
      if (rate < RISING * best) {
        return;
      }
      best = rate;
    }
  }
}
