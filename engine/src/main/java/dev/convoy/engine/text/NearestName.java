package dev.convoy.engine.text;

import java.util.Collection;

/** Finds what a user probably meant, for error messages. */
public final class NearestName {
  private static final int LONGEST = 64;

  private NearestName() {}

  /**
   * The known name closest to {@code got}, ignoring case, or null if none is close: at most one
   * edit for every three characters, and two at least. Of names equally close the first wins.
   */
  public static String of(String got, Collection<String> known) {
    if (got.isEmpty() || got.length() > LONGEST) {
      return null;
    }
    String lower = got.toLowerCase(java.util.Locale.ROOT);
    String nearest = null;
    int smallest = Math.min(lower.length() - 1, Math.max(2, lower.length() / 3)) + 1;
    for (String name : known) {
      int distance = distance(lower, name.toLowerCase(java.util.Locale.ROOT));
      if (distance < smallest) {
        smallest = distance;
        nearest = name;
      }
    }
    return nearest;
  }

  /** The words {@code ; did you mean 'x'?}, or nothing if no known name is close. */
  public static String hint(String got, Collection<String> known) {
    String nearest = of(got, known);
    return nearest == null ? "" : "; did you mean '" + nearest + "'?";
  }

  /**
   * Edits (insert, delete, replace, swap of neighbours) that turn {@code a} into {@code b}: the
   * optimal string alignment distance.
   */
  static int distance(String a, String b) {
    int[] before = new int[b.length() + 1];
    int[] previous = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int best =
            Math.min(previous[j - 1] + (same ? 0 : 1), Math.min(previous[j], row[j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          best = Math.min(best, before[j - 2] + 1);
        }
        row[j] = best;
      }
      int[] swap = before;
      before = previous;
      previous = row;
      row = swap;
    }
    return previous[b.length()];
  }
}
