package dev.convoy.spark.data.source;

import java.util.Comparator;
import java.util.List;

/** The order in which names of classes are numbered. */
public final class ClassNames {
  private ClassNames() {}

  /** Names that are all numbers in the order of those, else in that of their letters. */
  public static List<String> inOrder(List<String> names) {
    boolean numbers = names.stream().allMatch(name -> name.matches("[0-9]{1,18}"));
    Comparator<String> letters = Comparator.naturalOrder();
    return names.stream()
        .sorted(
            numbers
                ? Comparator.<String>comparingLong(Long::parseLong).thenComparing(letters)
                : letters)
        .toList();
  }
}
